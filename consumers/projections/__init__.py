"""The read model: each verification's status and timeline in SQL, folded from the verification events."""
