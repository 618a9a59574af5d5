"""Is this process well? Its own operations address is asked, as a container's health check does."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException
from typing import Annotated, Any

import typer

from hookline.cli import SettingsFile, say
from runtime.errors import HooklineError, SettingsInvalid
from runtime.settings import ObservabilitySettings, host_and_port, load_settings

_HELP = """Ask the process that runs with these settings whether it is ready. Fails, and says why, when it is not.

Example: hookline health --settings hookline.toml"""

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask, not where to listen
_LARGEST_ANSWER = 64 * 1024


class NotHealthy(HooklineError):
    """Look at the process: it is not there, does not answer, or says itself what it lacks."""


def register(app: typer.Typer) -> None:
    app.command("health", help=_HELP)(health)


def health(
    settings: SettingsFile = None,
    live: Annotated[bool, typer.Option("--live", help="Ask only whether the process turns.")] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that it may keep silent.")] = 3.0,
) -> None:
    address = _address(load_settings(settings).observability)
    word = "live" if live else "ready"
    answer = _answer(address, f"/{word}", timeout)
    if answer.get(word) is not True:
        raise NotHealthy(f"{_shown(address)}: not {word}: {_troubles(answer)}")
    say(f"{word}: {_shown(address)}")


def _address(settings: ObservabilitySettings) -> tuple[str, int]:
    host, port = host_and_port(settings.listen or ":0")
    if not port:
        raise SettingsInvalid(
            'observability.listen: any free port, so nobody can know where to ask; write for example "127.0.0.1:9090"'
        )
    return _EVERYWHERE.get(host, host), port


def _shown(address: tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _answer(address: tuple[str, int], path: str, timeout: float) -> dict[str, Any]:
    """What the operations address says. Raises ``NotHealthy`` when nothing of ours answers there."""
    connection = HTTPConnection(*address, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read(_LARGEST_ANSWER))
    except TimeoutError:
        raise NotHealthy(
            f"{_shown(address)}: no answer within {timeout:g} s; the process hangs or is overloaded"
        ) from None
    except OSError as error:
        raise NotHealthy(
            f"{_shown(address)}: not reached ({error.strerror or type(error).__name__}); "
            "see whether the process runs, with the same settings"
        ) from None
    except (HTTPException, ValueError):
        answer = None
    finally:
        connection.close()
    if not isinstance(answer, dict):
        raise NotHealthy(f"{_shown(address)}: answers, but not as Hookline; see which program listens there")
    return answer


def _troubles(answer: dict[str, Any]) -> str:
    troubles = answer.get("troubles")
    if not isinstance(troubles, dict) or not troubles:
        return "it does not say why"
    return "; ".join(f"{name}: {text}" for name, text in troubles.items())
