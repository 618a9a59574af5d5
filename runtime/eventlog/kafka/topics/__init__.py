"""The topics on a cluster: how they should be, how they are, what to change, and what a broker's loss would do."""
