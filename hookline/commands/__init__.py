"""One file a family of commands; each registers its own."""
