"""``hookline demo``: the whole way, once, on a fresh log, and a summary that adds up."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from aiohttp import ClientSession
from rich.live import Live

from consumers.projections import queries
from consumers.projections.store import open_store
from hookline.cli import out, run
from hookline.demo.ledger import ledger
from hookline.demo.place import place
from hookline.demo.show import Told, sums_of, table_of
from hookline.demo.stories import STORIES, Story, Teller
from hookline.everything import Everything, everything
from hookline.sandboxes import DEV_KEY, playing
from runtime.errors import HooklineError
from runtime.observability import configure_logging
from runtime.settings import ObservabilitySettings
from sandbox.idenfy import ONE_RETRY, Account, Behaviour, make_app
from schemas import topics
from schemas.codec import event_from_record

_HELP = """Show the whole way on real-shaped input: callbacks in, verification events out, and sums that add up.

Example: hookline demo"""

_DEADLINE = 30.0
_ABOUT_NOBODY = {"final": True, "status": {"overall": "APPROVED"}}
"""A signed result that names no verification: it must end as a dead letter."""


class DemoFailed(HooklineError):
    """Something did not arrive, or arrived wrong: look at the table above."""


def register(app: typer.Typer) -> None:
    app.command("demo", help=_HELP)(demo)


def demo(
    seed: Annotated[str, typer.Option(help="The same seed plays the same verifications.")] = "demo",
    log: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A Kafka cluster, kafka://host:9092; without it an embedded log."),
    ] = None,
) -> None:
    configure_logging(ObservabilitySettings(log_level="error"))
    with tempfile.TemporaryDirectory(prefix="hookline-demo-") as folder:
        run(_demo(Path(folder), seed, log))


async def _demo(folder: Path, seed: str, log: str | None) -> None:
    account = Account(signing_key=DEV_KEY)
    behaviour = Behaviour(seed=seed, time_scale=0.05, retries=ONE_RETRY)
    began = monotonic()
    async with (
        playing({"idenfy": make_app(account, behaviour)}, 0) as sandboxes,
        place(log, folder, sandboxes) as settings,
        everything(settings, sandboxes) as all_of_it,
        ClientSession() as client,
    ):
        sandbox = sandboxes["idenfy"]
        out.print(f"receiver {all_of_it.process.receiver}   sandbox iDenfy {sandbox}   log {settings.log.url}\n")
        teller = Teller(client, sandbox, account.api_key, account.api_secret)
        told = await _tell_all(teller, all_of_it)
        await teller.send("IDENTIFICATION_AUTO_FINISHED", _ABOUT_NOBODY)
        await _settled(teller, all_of_it, told)
        await _conclude(teller, all_of_it, told)
    out.print(f"took {monotonic() - began:.1f} s")


async def _tell_all(teller: Teller, all_of_it: Everything) -> list[Told]:
    told: list[Told] = []
    with Live(table_of(told), console=out, auto_refresh=False) as live:

        async def show() -> None:
            await _look(teller, all_of_it, told)
            live.update(table_of(told), refresh=True)

        for number, story in enumerate(STORIES, start=1):
            told.append(Told(story, await teller.begin(story, f"customer-{number}")))
            await _tell(teller, story, told[-1].scan_ref, show)
        await _settled(teller, all_of_it, told)
        await show()
    return told


async def _tell(teller: Teller, story: Story, scan_ref: str, show: Callable[[], Awaitable[None]]) -> None:
    for play in story.plays:
        await teller.play(scan_ref, play)
        await _until(teller.delivered, f"callbacks of {story.title!r} were not delivered")
        await show()


async def _settled(teller: Teller, all_of_it: Everything, told: list[Told]) -> None:
    """Returns when every callback was delivered and every stage has finished all there is."""

    async def settled() -> bool:
        log, stages = all_of_it.process.log, all_of_it.process.stages
        waiting = [await log.lag(topic, stage.name) for stage in stages for topic in stage.topics]
        return await teller.delivered() and not any(waiting)

    await _until(settled, f"the stages did not finish {len(told)} stories")


async def _look(teller: Teller, all_of_it: Everything, told: list[Told]) -> None:
    attempts = (await teller.deliveries())["attempts"]
    events = [event_from_record(record) async for record in all_of_it.process.log.scan(topics.VERIFICATION_EVENTS)]
    for one in told:
        one.answers = [attempt["status"] for attempt in attempts if attempt["scanRef"] == one.scan_ref]
        one.events = [event for event in events if event.verification_id == one.scan_ref]


async def _conclude(teller: Teller, all_of_it: Everything, told: list[Told]) -> None:
    books = await ledger(all_of_it.process.log, await teller.deliveries(), "idenfy")
    out.print("\n" + sums_of(books))
    wrong = [one.story.title for one in told if not one.complete or not await _projected(all_of_it, one)]
    if wrong:
        raise DemoFailed(f"these stories did not end as they must: {', '.join(wrong)}")
    if not books.adds_up:
        raise DemoFailed("the sums do not add up")


async def _projected(all_of_it: Everything, told: Told) -> bool:
    async with open_store(all_of_it.settings.projections_url) as store:
        rows = await queries.status(store, "idenfy", told.scan_ref)
    return bool(rows) and rows[0].outcome == told.story.outcomes[-1]


async def _until(condition: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    deadline = monotonic() + _DEADLINE
    while not await condition():
        if monotonic() > deadline:
            raise DemoFailed(f"{otherwise} within {_DEADLINE:.0f} s")
        await asyncio.sleep(0.02)
