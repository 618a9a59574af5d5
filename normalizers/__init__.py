"""The stage that turns callbacks into verification events, and what each vendor's documents mean."""
