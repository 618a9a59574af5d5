"""The console: what analysts and services ask the read model, and what they do about it, over HTTP."""
