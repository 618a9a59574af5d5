"""The third door: verifications that stayed open too long are asked about, as no callback may ever come."""
