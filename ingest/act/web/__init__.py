"""Actions over HTTP, for services: routes of whichever application knows who asks."""

from ingest.act.web.api import action_routes
from ingest.act.web.describing import ACTION_PATHS
from ingest.act.web.problems import problem_of

__all__ = ["ACTION_PATHS", "action_routes", "problem_of"]
