"""Real headless browsers, each somebody else's, whose pages must not break their own policy nor ask other servers."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.servers.missing import Missing, skipped_without

FORBIDDEN = "Content Security Policy"
_ITS_OWN = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
            "--disable-sync")  # fmt: skip

Visit = Callable[..., Awaitable[Any]]


@asynccontextmanager
async def chromium() -> AsyncIterator[Any]:
    """Chromium of this machine, or the one that playwright brought; without any the test is skipped aloud."""
    with skipped_without("browser: the pages were NOT tried in one"):
        try:
            from playwright import async_api
        except ImportError:
            raise Missing("no playwright") from None
    async with async_api.async_playwright() as driver:
        with skipped_without("browser: the pages were NOT tried in one"):
            try:
                browser = await driver.chromium.launch(executable_path=shutil.which("chromium"), args=list(_ITS_OWN))
            except async_api.Error as error:
                raise Missing(str(error).splitlines()[0]) from None
        yield browser
        await browser.close()


@asynccontextmanager
async def visiting(browser: Any) -> AsyncIterator[Visit]:  # noqa: ANN401 - playwright's
    """``visit(url, token, path)`` signs in with a profile of its own in this browser, and gives its page."""
    faults: list[str] = []
    contexts: list[Any] = []

    async def come(url: str, token: str, path: str = "/", **more: object) -> Any:  # noqa: ANN401 - playwright's page
        contexts.append(context := await browser.new_context(**more))
        context.set_default_timeout(60_000)
        context.on("weberror", lambda thrown: faults.append(str(thrown.error)))
        context.on("console", lambda said: faults.append(said.text) if FORBIDDEN in said.text else None)
        context.on("request", lambda asked: None if asked.url.startswith(f"{url}/") else faults.append(asked.url))
        page = await context.new_page()
        await page.goto(url + path)
        await page.fill("#token", token)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("nav.places")
        await page.wait_for_load_state()  # its scripts have run
        return page

    try:
        yield come
    finally:
        for context in contexts:
            await context.close()
    assert [] == faults
