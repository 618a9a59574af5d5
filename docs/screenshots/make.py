"""Makes the pictures of the console in this folder: ``python docs/screenshots/make.py [FOLDER] [--all]``.

It plays the demonstration at the sandboxes, adds two weeks of made-up events, opens the console, and looks at its five
main pages with a headless Chromium. ``--all`` makes every page in light and dark, wide and narrow.
"""
# ruff: noqa: INP001 - a script

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from typing import Any

import history
from aiohttp import ClientSession
from playwright.async_api import Browser, async_playwright

from consumers.alerts import handling
from consumers.projections import queries
from consumers.projections.queries import AlertFilter, StatusRow, VerificationFilter
from consumers.projections.store import Store, open_store
from hookline.commands.demo import apps
from hookline.consoles import ConsoleAt, console_running
from hookline.demo.place import place
from hookline.demo.quiet import until
from hookline.demo.telling import Telling
from hookline.everything import Everything, everything
from hookline.sandboxes import playing
from ingest.act.acting import acting
from ingest.act.operators import Operator
from ingest.act.planning import Asking
from runtime.access.identity import Identity, Role
from runtime.eventlog import EventLog
from runtime.observability import configure_logging
from runtime.settings import ActSettings, ObservabilitySettings, Settings, SourceSettings
from schemas import observation, topics
from schemas.codec import event_to_message

ANALYST = Identity("ada.analyst", Role.ADMIN, ("*.*",))
COLLEAGUE = "ben.berg"

_MOST = 250_000
"""Bytes of a picture."""


@dataclass(frozen=True, slots=True)
class Look:
    """How wide a browser is, and whether its owner likes it dark."""

    width: int = 1280
    height: int = 880
    scheme: str = "light"

    def name_of(self, page: str) -> str:
        return f"{page}-{self.width}-{self.scheme}.png"


TALL = Look(height=1300)
"""For what goes on below."""
EVERY = (Look(), Look(scheme="dark"), Look(390, 844), Look(390, 844, "dark"))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Everything, ConsoleAt]]:
    """The console of a demonstration that has been told, and of two weeks before it."""
    async with (
        playing(apps("pictures"), 0) as sandboxes,
        place(None, folder, sandboxes) as settings,
        everything(settings, sandboxes) as all_of_it,
    ):
        async with ClientSession() as http:
            await Telling(all_of_it, http, lambda: None).tell_all()
        async with open_store(settings.projections_url) as store:
            await _told_history(all_of_it.process.log, store)
            await _asked(settings, all_of_it.process.log, store)
        async with console_running(_with_history(settings), all_of_it.process, own=ANALYST) as at:
            yield all_of_it, at


def _with_history(settings: Settings) -> Settings:
    """The console knows the accounts of the made-up events too."""
    accounts = [SourceSettings(name=name, vendor=vendor, unsigned=True) for vendor, name, _ in history.ACCOUNTS]
    console = settings.console.model_copy(update={"listen": "127.0.0.1:0"})
    return settings.model_copy(update={"source": (*settings.source, *accounts), "console": console})


async def _told_history(log: EventLog, store: Store) -> None:
    """The read model has it, and somebody looks after the first alert."""
    now = datetime.now(UTC)
    made = list(history.events(now))
    for event in made:
        await log.append(topics.VERIFICATION_EVENTS, event_to_message(event))
    for each in history.observations(now):
        await log.append(topics.OBSERVATIONS, observation.to_message(each))

    async def is_there() -> bool:
        return bool(await queries.status(store, made[-1].provider, made[-1].verification_id))

    async def is_looked_after() -> bool:
        return bool((await queries.alerts(store, AlertFilter(acknowledged=True))).items)

    await until(is_there, "the history did not come to the read model")
    [alert, *_] = (await queries.alerts(store, AlertFilter(rule="rejected-for-fraud"))).items
    await handling.acknowledge(log, alert.alert_id, COLLEAGUE, "asked the vendor, ticket 4711")
    await until(is_looked_after, "the acknowledgement did not come to the read model")


async def _asked(settings: Settings, log: EventLog, store: Store) -> None:
    """A colleague has asked for what two persons must agree on."""
    one = next(row for row in await _of_credas(store) if row.decided_by != "OPERATOR")
    act = ActSettings(two_persons=("credas.delete-process",))
    async with acting(settings.source, act, log) as desk:
        why = "customer asked to be forgotten, ticket 4712"
        about = {"process": one.verification_id}
        await desk.perform(Asking("credas", "delete-process", about, Operator(COLLEAGUE), reason=why))


async def _of_credas(store: Store) -> Sequence[StatusRow]:
    wanted = VerificationFilter(provider="credas", kind="VERIFICATION")
    return (await queries.verifications(store, wanted)).items


async def pages(store: Store, *, every_page: bool) -> Mapping[str, str]:
    """The five main pages' paths, by the picture's name; or all there are."""
    one = next(row for row in await _of_credas(store) if row.decided_by == "OPERATOR")
    found = f"/verifications/{one.provider}/{one.verification_id}"
    raw = (await queries.timeline(store, one.provider, one.verification_id))[-1].raw
    main = {"verification": found, "open-work": "/work", "vendors": "/vendors", "alerts": "/alerts"}
    more = {
        "overview": "/",
        "search": f"/search?q={one.verification_id[:6]}",
        "verifications": "/verifications",
        "dead-letters": "/dead-letters",
        "action": f"/actions/credas/override-liveness?verification={one.verification_id}",
        "document": f"/documents/{raw.topic}/{raw.partition}/{raw.offset}",
        "subject": f"/subjects/{one.subject_ref}",
        "nothing": "/verifications/credas/of-nobody",
    }
    return main | {"actions": "/actions"} | (more if every_page else {})


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Its own calls home are switched off."""
    quiet = ("gpu", "background-networking", "component-update", "sync")
    arguments = ["--no-sandbox", *(f"--disable-{each}" for each in quiet)]
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=which("chromium"), args=arguments)
        yield browser
        await browser.close()


async def take(browser: Browser, url: str, cookies: Any, file: Path, look: Look) -> None:  # noqa: ANN401 - playwright's
    """The picture of a page that is up to date. Raises ``SystemExit`` where it is too large."""
    scheme: Any = look.scheme
    size: Any = {"width": look.width, "height": look.height}
    context = await browser.new_context(viewport=size, color_scheme=scheme)
    await context.add_cookies(cookies)
    page = await context.new_page()
    await page.goto(url)
    await page.wait_for_selector("#live[data-state=live]")
    taken = await page.screenshot(path=file)
    await context.close()
    sys.stdout.write(f"{file}: {len(taken):,} bytes\n")
    if len(taken) > _MOST:
        raise SystemExit(f"{file}: larger than {_MOST:,} bytes")


async def main(folder: Path, *, every: bool) -> None:
    configure_logging(ObservabilitySettings(log_level="error"))
    with tempfile.TemporaryDirectory(prefix="hookline-pictures-") as place_of_log:
        async with opened(Path(place_of_log)) as (all_of_it, at), chromium() as browser:
            context = await browser.new_context()
            await (await context.new_page()).goto(str(at.login_link))
            cookies = await context.cookies()
            async with open_store(all_of_it.settings.projections_url) as store:
                paths = await pages(store, every_page=every)
            for name, path in paths.items():
                for look in EVERY if every else (TALL if name == "verification" else EVERY[0],):
                    file = folder / (look.name_of(name) if every else f"{name}.png")
                    await take(browser, at.url + path, cookies, file, look)


if __name__ == "__main__":
    given = [each for each in sys.argv[1:] if not each.startswith("-")]
    asyncio.run(main(Path(given[0]) if given else Path(__file__).parent, every="--all" in sys.argv))
