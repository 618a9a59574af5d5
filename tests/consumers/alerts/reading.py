"""Settings as text."""

from __future__ import annotations

import tomllib
from textwrap import dedent
from typing import Any


def parsed(text: str) -> dict[str, Any]:
    return tomllib.loads(dedent(text))
