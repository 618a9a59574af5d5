"""What to do where a server cannot be had: a test that needs it is skipped aloud, and in CI it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from runtime.settings import environment


class Missing(Exception):
    """A server cannot be had on this machine; the message says why."""


@contextmanager
def skipped_without(what: str) -> Iterator[None]:
    """A ``Missing`` inside skips the test that asked, or fails it where the environment variable ``CI`` is set."""
    try:
        yield
    except Missing as reason:
        text = f"no {what} for the tests: {reason}"
        if environment().get("CI"):
            pytest.fail(text, pytrace=False)
        pytest.skip(text)
