"""Makes the pictures of the console in this folder: ``python docs/screenshots/make.py [FOLDER] [--all]``.

It plays the demonstration at the sandboxes, adds two weeks of made-up events, opens the console, and looks at its five
main pages with a headless Chromium. ``--all`` makes each one in light and dark, wide and narrow.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from typing import Any

from aiohttp import ClientSession
from playwright.async_api import Browser, async_playwright

from consumers.alerts import handling
from consumers.projections import queries
from consumers.projections.queries import AlertFilter, VerificationFilter
from consumers.projections.store import open_store
from docs.screenshots import history
from hookline.commands.demo import _apps as apps
from hookline.consoles import ConsoleAt, console_running
from hookline.demo.place import place
from hookline.demo.telling import Telling
from hookline.everything import Everything, everything
from hookline.sandboxes import playing
from runtime.access.identity import Identity, Role
from runtime.observability import configure_logging
from runtime.settings import ObservabilitySettings, Settings, SourceSettings
from schemas import observation, topics
from schemas.codec import event_to_message

ANALYST = Identity("ada.analyst", Role.ADMIN, ("*.*",))

WIDE, NARROW = (1280, 880), (390, 844)
_MOST = 250_000
"""Bytes of a picture."""


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[Everything, ConsoleAt]]:
    """The console of a demonstration that has been told, and of two weeks before it."""
    with tempfile.TemporaryDirectory(prefix="hookline-pictures-") as folder:
        async with (
            playing(apps("pictures"), 0) as sandboxes,
            place(None, Path(folder), sandboxes) as settings,
            ClientSession() as http,
        ):
            async with everything(settings, sandboxes) as all_of_it:
                await _told(all_of_it, http)
                async with console_running(_with_history(settings), all_of_it.process, own=ANALYST) as at:
                    yield all_of_it, at


def _with_history(settings: Settings) -> Settings:
    """The console knows the accounts of the made-up events too."""
    accounts = [SourceSettings(name=name, vendor=vendor, unsigned=True) for vendor, name, _ in history.ACCOUNTS]
    console = settings.console.model_copy(update={"listen": "127.0.0.1:0"})
    return settings.model_copy(update={"source": (*settings.source, *accounts), "console": console})


async def _told(all_of_it: Everything, http: ClientSession) -> None:
    """Everything has happened, and the read model has it."""
    await Telling(all_of_it, http, lambda: None).tell_all()
    log, now = all_of_it.process.log, datetime.now(UTC)
    made = list(history.events(now))
    for event in made:
        await log.append(topics.VERIFICATION_EVENTS, event_to_message(event))
    for each in history.observations(now):
        await log.append(topics.OBSERVATIONS, observation.to_message(each))
    async with open_store(all_of_it.settings.projections_url) as store:
        while not await queries.status(store, made[-1].provider, made[-1].verification_id):
            await asyncio.sleep(0.1)
        while not (found := (await queries.alerts(store, AlertFilter(), limit=3)).items):
            await asyncio.sleep(0.1)
        await handling.acknowledge(log, found[-1].alert_id, "ben.berg", "asked the vendor, ticket 4711")
        while (await queries.alert(store, found[-1].alert_id)).acknowledged_by is None:  # type: ignore[union-attr]  # it was found
            await asyncio.sleep(0.1)


async def pages(all_of_it: Everything) -> Mapping[str, str]:
    """The five main pages' paths, by the picture's name."""
    async with open_store(all_of_it.settings.projections_url) as store:
        wanted = VerificationFilter(provider="credas", outcome="VERIFIED")
        overridden = (await queries.verifications(store, wanted, limit=20)).items
        one = next(row for row in overridden if row.decided_by == "OPERATOR")
    return {
        "verification": f"/verifications/{one.provider}/{one.verification_id}",
        "open-work": "/work",
        "vendors": "/vendors",
        "alerts": "/alerts",
        "actions": "/actions",
    }


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Its own calls home are switched off."""
    quiet = ("background-networking", "component-update", "sync", "gpu")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=which("chromium"), args=["--no-sandbox", *(f"--disable-{each}" for each in quiet)]
        )
        yield browser
        await browser.close()


async def take(
    browser: Browser, at: ConsoleAt, cookies: Sequence[Any], path: str, file: Path, look: tuple[tuple[int, int], str]
) -> None:
    (width, height), scheme = look
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=1,
    )
    await context.add_cookies(list(cookies))
    page = await context.new_page()
    await page.goto(at.url + path)
    await page.wait_for_selector("#live[data-state=live]")
    await page.screenshot(path=file)
    await context.close()
    sys.stdout.write(f"{file}: {file.stat().st_size:,} bytes\n")
    if file.stat().st_size > _MOST:
        raise SystemExit(f"{file}: larger than {_MOST:,} bytes")


async def main(folder: Path, *, every_look: bool) -> None:
    configure_logging(ObservabilitySettings(log_level="error"))
    looks = [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")] if every_look else [(WIDE, "light")]
    async with opened() as (all_of_it, at), chromium() as browser:
        context = await browser.new_context()
        page = await context.new_page()
        await page.goto(str(at.login_link))
        cookies: Sequence[Any] = await context.cookies()
        more = {"overview": "/", "letters": "/dead-letters", "verifications": "/verifications"} if every_look else {}
        for name, path in ((await pages(all_of_it)) | more).items():
            for look in looks:
                suffix = f"-{look[0][0]}-{look[1]}" if every_look else ""
                await take(browser, at, cookies, path, folder / f"{name}{suffix}.png", look)


if __name__ == "__main__":
    given = [each for each in sys.argv[1:] if not each.startswith("-")]
    asyncio.run(main(Path(given[0]) if given else Path(__file__).parent, every_look="--all" in sys.argv))
