"""Everything in one process, for a newcomer and for trying things out."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import orjson
import typer
from aiohttp import web

from hookline import rows
from hookline.cli import SettingsFile, run, say, settings_of, told_to_stop
from hookline.consoles import console_running
from hookline.everything import Everything, dev_settings, everything, sandbox_apps
from hookline.registry import SchemasNotReady
from hookline.sandboxes import VENDORS, playing
from ingest.receive import sources_of
from runtime.access.identity import Identity, Role
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog
from runtime.observability import configure_logging
from runtime.settings import Settings, environment, host_and_port
from schemas import topics

_LOOK_AGAIN = 1.0
_OWN = Identity("dev", Role.ADMIN, ("*.*",), via="hookline dev")
"""Whoever follows the printed link sits at this machine and could do all of it at the command line."""
_HELP = """Run every stage and the console in one process, on an embedded log, with the sandbox vendors.

Without a settings file it uses hookline.db in this folder and a source for each sandbox vendor. With one, a sandbox is
started for each vendor that has a source with environment = "test", and calls back to the first of them; for that
source to ask it too, its [source.api] must name the sandbox (hookline sandbox VENDOR prints what to write).

Example: hookline dev"""


def register(app: typer.Typer) -> None:
    app.command("dev", help=_HELP)(dev)


def dev(
    settings: SettingsFile = None,
    sandbox: Annotated[bool, typer.Option(help="Run the sandbox vendors too.")] = True,
    port: Annotated[
        int,
        typer.Option(help="Where the sandbox of iDenfy listens, the others' on the ports after it; 0: free ports."),
    ] = 8090,
) -> None:
    named = f" --settings {settings}" if settings else ""
    run(_run(_chosen(settings), port, named, sandbox=sandbox))


def _chosen(file: Path | None) -> Settings | None:
    """The settings, ``None`` where there is no file of them."""
    if file is not None or environment().get("HOOKLINE_SETTINGS") or Path("hookline.toml").is_file():
        return settings_of(file)
    return None


async def _run(chosen: Settings | None, port: int, named: str, *, sandbox: bool) -> None:
    stop = told_to_stop()
    async with playing(_apps(chosen) if sandbox else {}, port) as sandboxes:
        settings = chosen or _of_dev(sandboxes)
        async with (
            everything(settings, sandboxes) as all_of_it,
            console_running(settings, all_of_it.process, own=_OWN) as console,
            asyncio.TaskGroup() as tasks,
        ):
            _say(all_of_it, named)
            say(f"console on {console.url}; sign in once, within ten minutes: {console.login_link}")
            printing = tasks.create_task(_print_events(all_of_it.process.log))
            await stop.wait()
            printing.cancel()


def _apps(chosen: Settings | None) -> Mapping[str, web.Application]:
    if chosen is not None:
        return sandbox_apps(chosen)
    host, _ = host_and_port(dev_settings({}).receiver.listen)
    return {name: vendor.app(vendor.secret, host) for name, vendor in VENDORS.items()}


def _of_dev(sandboxes: Mapping[str, str]) -> Settings:
    settings = dev_settings(sandboxes)
    configure_logging(settings.observability)
    return settings


def _say(all_of_it: Everything, named: str) -> None:
    process = all_of_it.process
    sandboxes = "".join(f", sandbox {VENDORS[vendor].title} on {url}" for vendor, url in all_of_it.sandboxes.items())
    say(f"ready: callbacks on {process.receiver}/callbacks/<source>, operations on {process.operations}{sandboxes}")
    for line in _example(all_of_it, named):
        say(line)
    for vendor, url in all_of_it.sandboxes.items():
        say(f"{VENDORS[vendor].title}: create a verification in the sandbox, and play it to its end:")
        say(f"  {VENDORS[vendor].example(url)}")


def _example(all_of_it: Everything, named: str) -> list[str]:
    """A delivery for the first source of iDenfy that has a key, as a line for the shell, and what to ask afterwards.

    ``named`` is how the settings were named on the command line, if they were.
    """
    sources = sources_of([source for source in all_of_it.settings.source if source.vendor == "idenfy"])
    source = next((source for source in sources.values() if source.secrets), None)
    if source is None:
        return []
    scan_ref = str(uuid4())
    status = {"overall": "APPROVED", "manualFace": "FACE_MATCH", "manualDocument": "DOC_VALIDATED"}
    document = {"final": True, "scanRef": scan_ref, "clientId": "customer-1", "status": status}
    body = orjson.dumps(document)
    signature = hmac.digest(source.secrets[0].value, body, "sha256").hex()
    headers = f"-H 'Idenfy-Event-Type: IDENTIFICATION_MANUAL_FINISHED' -H 'Idenfy-Signature: {signature}'"
    return [
        "try:",
        f"  curl -i {all_of_it.process.receiver}/callbacks/{source.name} {headers} --data-binary '{body.decode()}'",
        f"  hookline status idenfy:{scan_ref}{named}",
        f"  hookline timeline idenfy:{scan_ref}{named}",
    ]


async def _print_events(log: EventLog) -> None:
    """Prints each verification event from now on, a line each.

    While the log or the registry is away it waits: the stages say why.
    """
    starts = {record.partition: record.offset + 1 async for record in log.scan(topics.VERIFICATION_EVENTS)}
    while True:
        try:
            async for record in log.scan(topics.VERIFICATION_EVENTS, start=starts, follow=True):
                row = await rows.row_of(record, rows.EVENTS)
                starts[record.partition] = record.offset + 1
                if row is not None:
                    say(rows.EVENTS.line(row))
        except (LogUnavailable, SchemasNotReady):
            await asyncio.sleep(_LOOK_AGAIN)
