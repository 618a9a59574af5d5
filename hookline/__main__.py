"""``hookline``: the one entry point."""

from __future__ import annotations

from hookline.app import app
from hookline.cli import fail
from runtime.errors import HooklineError


def main() -> None:
    try:
        app()
    except (HooklineError, BaseExceptionGroup) as error:
        fail(error)


if __name__ == "__main__":
    main()
