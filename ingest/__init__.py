"""The four doors by which callbacks come in, and how to talk with each vendor."""
