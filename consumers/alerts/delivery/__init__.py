"""Alerts on their way to people: each goes to the channels of its rule, and is tried again until a channel took it."""
