"""The second door: what a thin callback left out is read at the vendor, within the account's budget, and stored."""
