"""How a stage runs, knowing nothing of identity verification: log, settings, stage loop, observability."""
