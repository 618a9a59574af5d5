"""People whom an OpenID Connect issuer knows: its keys, its tokens, and signing in with a browser."""
