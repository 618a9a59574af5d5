"""Who asks over HTTP, and what they may: tokens, OpenID Connect, sessions and roles. It knows no KYC."""
