"""What became of an action that was not done, as a problem with the error's own code."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from aiohttp import web

from ingest.act.errors import ActionError
from ingest.act.told import error_row
from runtime.errors import SettingsInvalid
from runtime.problems import problem

_log = structlog.get_logger(__name__)


def problem_of(error: Exception) -> web.Response | None:
    """The answer to what acting raises; ``None`` for anything else."""
    if isinstance(error, ActionError):
        row: Mapping[str, object] = error_row(error)
        more = {"fields": row["fields"], "vendor_says": row["vendor_says"], "action_id": error.action_id}
        return problem(int(error.http_status), error.code, str(error), **more)
    if isinstance(error, SettingsInvalid):
        _log.error("settings are wrong", error=str(error))
        return problem(500, "settings", "the settings of this account are wrong; its operator's log says how")
    return None
