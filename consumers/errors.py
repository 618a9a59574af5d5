"""What can be wrong with a consumer's own database, named by what the caller must do."""

from __future__ import annotations

from runtime.errors import HooklineError


class ProjectionUnavailable(HooklineError):
    """Try again later. If it came from a write, whether that write happened is unknown; repeating it is safe."""


class ProjectionRefused(HooklineError):
    """Change something first (another database, a newer program): this one must not be used as it stands."""


class Unstorable(ProjectionUnavailable):
    """Set the record apart: no column can hold a value of it. Nothing was written, and repeating it is of no use."""


class RebuildUnderWay(HooklineError):
    """Wait until it has ended: somebody else rebuilds this read model. Nothing was changed."""
