"""What every command shares: the settings option, running a coroutine, and printing for people and for machines."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console

from runtime.errors import HooklineError
from runtime.settings import Settings, load_settings

_PIPED_WIDTH = 140
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PIPED_WIDTH)

SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="The TOML file; else HOOKLINE_SETTINGS, else hookline.toml here."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout, for machines.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes in, until interrupted.")]


def settings_of(file: Path | None) -> Settings:
    """The settings, checked, with logging set up as they say."""
    from ingest.vendors import DOORS
    from runtime.observability import configure_logging

    settings = load_settings(file, vendors=DOORS.keys())
    configure_logging(settings.observability)
    return settings


def run(work: Coroutine[Any, Any, None]) -> None:
    """Runs the coroutine to its end on uvloop, where there is one; Ctrl-C ends it quietly."""
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise typer.Exit(0) from None


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def told_to_stop() -> asyncio.Event:
    """Set by SIGTERM and by Ctrl-C, from now on; whoever waits for it ends in order."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def say(text: str) -> None:
    """Prints the text as it is, but for control characters: vendors' words must not move a terminal's cursor."""
    shown = [each if each.isprintable() or each == "\n" else "\N{REPLACEMENT CHARACTER}" for each in text]
    out.print("".join(shown), markup=False)


def print_json(row: Mapping[str, Any]) -> None:
    """One line on stdout, there at once for whoever follows."""
    sys.stdout.buffer.write(orjson.dumps(row, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def fail(error: BaseException) -> NoReturn:
    """Says what is wrong on stderr and ends with status 1; what is no error of ours is raised as it is."""
    causes = _causes(error)
    if not all(isinstance(cause, HooklineError) for cause in causes):
        raise causes[0] if len(causes) == 1 else error
    for message in dict.fromkeys(str(cause) for cause in causes):
        sys.stderr.write(f"hookline: {message}\n")
    raise SystemExit(1)


def _causes(error: BaseException) -> list[BaseException]:
    """The errors that a group of tasks ended with, however deep the groups; the error itself where it is no group."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [cause for each in error.exceptions for cause in _causes(each)]
