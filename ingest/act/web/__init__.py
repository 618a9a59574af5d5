"""Actions over HTTP, for services: routes of whichever application knows who asks."""

from ingest.act.web.api import action_routes
from ingest.act.web.problems import problem_of

__all__ = ["action_routes", "problem_of"]
