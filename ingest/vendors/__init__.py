"""How to talk with each vendor: check its callbacks, call its API. One file a vendor."""
