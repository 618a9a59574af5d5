from __future__ import annotations

from pathlib import Path

import pytest

from tests.eventlog.backends import SQLITE, Backend


@pytest.fixture
def backend() -> Backend:
    return SQLITE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file behind ``place``."""
    return tmp_path / "log.db"
