"""Each vendor played truthfully over HTTP. Imports nothing of the pipeline."""
