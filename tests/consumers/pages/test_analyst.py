"""The main way of an analyst, every stage and the vendor's sandbox behind the page: from the search to the override."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from hookline.consoles import console_running
from hookline.everything import dev_settings, everything
from hookline.sandboxes import playing
from sandbox import credas
from tests.consumers.pages.browsing import chromium, visiting
from tests.waiting import until

ANN, BOB = "the-token-of-ann-which-is-long-enough", "the-token-of-bob-which-is-long-enough"
AUTO_FAIL = 2
WHY = "Seen in the branch with her passport"


@dataclass(frozen=True, slots=True)
class Place:
    """The console's address, and the sandbox's."""

    console: str
    credas: str

    async def play(self, path: str, body: object) -> Any:  # noqa: ANN401 - any JSON
        async with ClientSession() as http, http.post(f"{self.credas}/_sandbox/{path}", json=body) as answer:
            assert answer.ok
            return await answer.json()


@asynccontextmanager
async def all_of_it(folder: Path) -> AsyncIterator[Place]:
    """Credas, every stage, and a console where two persons must agree on an override."""
    app = credas.make_app(behaviour=credas.Behaviour(visible_after=0.0))
    people = [{"name": name, "token": token, "may": ["credas.*"]} for name, token in (("ann", ANN), ("bob", BOB))]
    more = {
        "operator": people,
        "act": {"two_persons": ["credas.override-liveness"]},
        "console": {"listen": "127.0.0.1:0"},
    }
    async with playing({"credas": app}, 0) as sandboxes:
        settings = dev_settings(sandboxes, f"sqlite:///{folder}/hookline.db", "127.0.0.1:0", more)
        async with everything(settings, sandboxes) as running, console_running(settings, running.process) as at:
            yield Place(at.url, sandboxes["credas"])


async def test_from_the_search_to_an_override_that_two_people_agree_on(tmp_path: Path) -> None:
    """A failed liveness is found by its id, looked at, overridden by one and confirmed by another; the page that was
    open all the time turns to verified, and says who, with whom, and why.
    """
    async with all_of_it(tmp_path) as place, chromium() as browser, visiting(browser) as visit:
        process = (await place.play("processes", {"reference": "customer-17"}))["id"]
        await place.play(f"processes/{process}/complete", {"liveness": AUTO_FAIL})
        ann = await visit(place.console, ANN)
        await until(lambda: _finds(ann, process), deadline=60)
        await ann.wait_for_selector(".verdict.is-bad")
        assert "Liveness" in await ann.inner_text("main")
        looking, acting = await ann.context.new_page(), await ann.context.new_page()
        entity, entry = await _entries(looking, ann)
        await acting.goto(ann.url)
        await acting.click("a:text-is('override-liveness')")
        assert process == await acting.get_by_label("process", exact=True).input_value()
        await acting.get_by_label("entity", exact=True).fill(entity)
        await acting.get_by_label("entry", exact=True).fill(entry)
        await acting.locator("select").last.select_option("verify")
        await acting.get_by_label("reason", exact=True).fill(WHY)
        await acting.click("button[value=it]")
        await acting.wait_for_selector("#outcome-title:text-is('Asked for')")
        bob = await visit(place.console, BOB, "/actions")
        assert WHY in await bob.text_content(".waiting")
        await bob.click(".waiting button")
        await bob.wait_for_selector("#outcome-title:text-is('Done')")
        await ann.wait_for_selector(".verdict.is-good")
        assert f"ann, confirmed by bob: {WHY}" in await ann.inner_text(".verdict")
        assert "customer-17" not in await ann.title()


async def _finds(page: Any, process: str) -> bool:  # noqa: ANN401 - playwright's page
    """By the search that stands on every page."""
    await page.fill("#find", process)
    async with page.expect_navigation():
        await page.press("#find", "Enter")
    return bool(page.url.endswith(f"/verifications/credas/{process}")) and "Rejected" in await page.title()


async def _entries(page: Any, verification: Any) -> tuple[str, str]:  # noqa: ANN401 - playwright's pages
    """What the vendor says has been handed in, by an action that only looks."""
    await page.goto(verification.url)
    if not await page.locator("a:text-is('entries')").is_visible():
        await page.click("#more-actions summary")
    await page.click("a:text-is('entries')")
    await page.click("button[value=it]")
    await page.wait_for_selector("#outcome-title:text-is('Done')")
    told = await page.text_content("#outcome pre")
    found = [re.search(rf'"{name}": "([^"]+)"', told) for name in ("entity", "entry")]
    entity, entry = (each[1] if each is not None else "" for each in found)
    return entity, entry
