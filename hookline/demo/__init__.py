"""The demonstration: a handful of verifications through the sandbox's API, and a summary that adds up."""
