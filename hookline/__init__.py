"""The command line: reads settings, wires stages together, nothing else."""
