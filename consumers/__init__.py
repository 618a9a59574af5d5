"""What lives off the verification events: projections and alerts."""
