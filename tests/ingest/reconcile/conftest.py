from __future__ import annotations

from tests.ingest.fetch.conftest import bench, log

__all__ = ["bench", "log"]
