"""``hookline demo``: the whole way, once, on a fresh log, and a summary that adds up."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from aiohttp import ClientSession, web
from rich.live import Live

from consumers.projections import queries
from consumers.projections.store import Store, open_store
from hookline.cli import out, run, told_to_stop
from hookline.consoles import console_running
from hookline.demo.ledger import ledger
from hookline.demo.place import place
from hookline.demo.quiet import DemoFailed
from hookline.demo.show import Told, sums_of, table_of
from hookline.demo.stories import STEPS
from hookline.demo.telling import Telling
from hookline.everything import Everything, everything
from hookline.sandboxes import DEV_KEY, DEV_WEBHOOK_SECRET, VENDORS, playing
from runtime.access.identity import Identity, Role
from runtime.observability import configure_logging
from runtime.settings import ObservabilitySettings
from sandbox import credas, idenfy, idverse, solaris
from schemas.event import EventKind, Outcome

_HELP = """Show the whole way on real-shaped input: callbacks in, verification events out, and sums that add up.

Example: hookline demo --stay"""

_TIME_SCALE = 0.05
_OWN = Identity("demo", Role.ADMIN, ("*.*",), via="demonstration")
"""Whoever follows the link that is printed: everything here was made up, so they may do everything."""


def register(app: typer.Typer) -> None:
    app.command("demo", help=_HELP)(demo)


def demo(
    seed: Annotated[str, typer.Option(help="The same seed plays the same verifications.")] = "demo",
    log: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A Kafka cluster, kafka://host:9092; without it an embedded log."),
    ] = None,
    stay: Annotated[bool, typer.Option("--stay", help="Go on with the console, until interrupted.")] = False,
) -> None:
    configure_logging(ObservabilitySettings(log_level="error"))
    with tempfile.TemporaryDirectory(prefix="hookline-demo-") as folder:
        run(_demo(Path(folder), seed, log, stay=stay))


def apps(seed: str) -> Mapping[str, web.Application]:
    """The time of Solaris' sandbox is moved on by its clock alone, so that its robots wait for nobody. Credas shows a
    result at once: it would be looked for again after some seconds only.
    """
    one_retry = idenfy.Behaviour(seed=seed, time_scale=_TIME_SCALE, retries=idenfy.ONE_RETRY)
    return {
        "idenfy": idenfy.make_app(idenfy.Account(signing_key=DEV_KEY), one_retry),
        "idverse": idverse.make_app(behaviour=idverse.Behaviour(seed=seed, time_scale=_TIME_SCALE)),
        "solaris": solaris.make_app(solaris.Account(webhook_secret=DEV_WEBHOOK_SECRET), solaris.Behaviour(seed=seed)),
        "credas": credas.make_app(behaviour=credas.Behaviour(seed=seed, time_scale=_TIME_SCALE, visible_after=0.0)),
    }


async def _demo(folder: Path, seed: str, log: str | None, *, stay: bool) -> None:
    began = monotonic()
    async with (
        playing(apps(seed), 0) as sandboxes,
        place(log, folder, sandboxes) as settings,
        everything(settings, sandboxes) as all_of_it,
        ClientSession() as client,
    ):
        out.print(f"receiver {all_of_it.process.receiver}   log {settings.log.url}", soft_wrap=True)
        played = (f"{VENDORS[vendor].title} {url}" for vendor, url in sandboxes.items())
        out.print(f"sandboxes {'   '.join(played)}\n", soft_wrap=True)
        await _conclude(all_of_it, await _tell_all(all_of_it, client))
        out.print(f"took {monotonic() - began:.1f} s")
        if stay:
            await _stay(all_of_it)


async def _stay(all_of_it: Everything) -> None:
    """The console, over what was told, until somebody interrupts."""
    stop = told_to_stop()
    async with console_running(all_of_it.settings, all_of_it.process, own=_OWN) as at:
        out.print(f"\nconsole {at.url}   it ends with Ctrl-C", soft_wrap=True)
        out.print(f"sign in once, within ten minutes: {at.login_link}", soft_wrap=True)
        await stop.wait()


async def _tell_all(all_of_it: Everything, client: ClientSession) -> Telling:
    with Live(console=out, auto_refresh=False) as live:
        telling = Telling(all_of_it, client, lambda: live.update(table_of(telling.told), refresh=True))
        await telling.tell_all()
    return telling


async def _conclude(all_of_it: Everything, telling: Telling) -> None:
    deliveries = {vendor: await sandbox.deliveries() for vendor, sandbox in telling.sandboxes.items()}
    acted = sum(STEPS.get(play.name, 0) for one in telling.told for play in one.story.plays)
    books = await ledger(all_of_it.process.log, deliveries, acted)
    out.print("\n" + sums_of(books), soft_wrap=True)
    async with open_store(all_of_it.settings.projections_url) as store:
        wrong = [one.story.title for one in telling.told if not await _projected(store, one)]
    if wrong:
        raise DemoFailed(f"the projections of these stories are wrong: {', '.join(wrong)}")
    if not books.adds_up:
        raise DemoFailed("the sums do not add up")


async def _projected(store: Store, told: Told) -> bool:
    """Whether the projections hold the last outcome."""
    rows = await queries.status(store, told.story.vendor, told.ids[0])
    outcomes = [word for word in told.story.events if isinstance(word, Outcome)]
    return outcomes[-1:] == [row.outcome for row in rows if row.kind is EventKind.VERIFICATION]
