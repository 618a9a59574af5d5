"""What a partition's owner works off beside the batches: own-keyed requests on the log, each ended by a tombstone."""
