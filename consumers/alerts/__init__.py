"""Alerts: what a person should look at, found in the verification events by rules."""
