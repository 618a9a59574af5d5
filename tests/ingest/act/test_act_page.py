"""The page for people, in a real headless browser: Chromium of this machine, or the one that playwright brought."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runtime.eventlog import EventLog
from runtime.settings import ActSettings
from tests.ingest.act.counter import Counter, says
from tests.ingest.act.test_act_http import ANNS, BOBS, Console, console, everybody, serving

playwright = pytest.importorskip(
    "playwright.async_api", reason="no playwright here: the page was NOT tried in a browser"
)

__all__ = ["console"]

EVIL = "<img src=x onerror=\"document.title='broken into'\"><script>document.title='broken into'</script>"
FORBIDDEN = "Content Security Policy"

Visit = Callable[..., Awaitable[Any]]


@asynccontextmanager
async def chromium() -> AsyncIterator[Any]:
    async with playwright.async_playwright() as driver:
        try:
            browser = await driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        except playwright.Error as error:
            pytest.skip(f"no browser here: the page was NOT tried in one ({str(error).splitlines()[0]})")
        yield browser
        await browser.close()


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    """Comes to a console with an operator's token, each time as somebody else; the page must not break its own policy,
    nor ask any other server for anything.
    """
    faults: list[str] = []
    async with chromium() as browser:

        async def come(console: Console, token: str = ANNS, **more: object) -> Any:  # noqa: ANN401 - playwright's page
            page = await (await browser.new_context(**more)).new_page()
            page.set_default_timeout(10_000)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda said: faults.append(said.text) if FORBIDDEN in said.text else None)
            page.on("request", lambda asked: None if _is_own(asked.url, console) else faults.append(asked.url))
            await page.goto(f"{console.url}/actions")
            await page.fill("#token", token)
            await page.keyboard.press("Enter")
            return page

        yield come
    assert [] == faults


def _is_own(url: str, console: Console) -> bool:
    return url.startswith((f"{console.url}/", f"blob:{console.url}/"))


async def chosen(page: Any, action: str) -> None:  # noqa: ANN401 - playwright's page
    await page.click(f"#list button:text-is('{action}')")


async def test_an_operator_tries_then_does_and_is_told(console: Console, visit: Visit) -> None:
    """What is missing stands beside its field, in words; a dry run does nothing."""
    page = await visit(console)
    await chosen(page, "set-state")
    await page.click("#do")
    await page.wait_for_selector("#field-state[aria-invalid=true]")
    assert "missing; Its id." == await page.text_content("#field-thing-error")
    assert "field-thing" == await page.evaluate("document.activeElement.id")
    await page.fill("#field-thing", "thing-1")
    await page.select_option("#field-state", "good")
    await page.fill("#field-reason", "seen by me")
    await page.click("#dry")
    await page.wait_for_selector("#outcome-title:text-is('This would be sent')")
    assert ("(secret)" in await page.text_content("#outcome-body"), []) == (True, console.desk.vendor.calls)
    await page.click("#do")
    await page.wait_for_selector("#outcome-title:text-is('Done')")
    assert {"thing-1": "good"} == console.desk.vendor.states
    assert {("ann", "seen by me")} == {
        (step.operator, step.reason) for step in await console.desk.steps() if step.state in {"BEGUN", "DONE"}
    }


async def test_it_takes_no_mouse(console: Console, visit: Visit) -> None:
    """From the search for the action to its result."""
    page = await visit(console)
    await page.wait_for_selector("#list button")
    await page.focus("#search")
    await page.keyboard.type("look")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.type("thing-1")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#outcome-title:text-is('Done')")
    assert "outcome" == await page.evaluate("document.activeElement.id")


async def test_every_kind_of_field_can_be_filled_in(console: Console, visit: Visit, tmp_path: Path) -> None:
    """JSON, a number, true or false, a file, a list. What is no JSON is said before anything is sent."""
    (tmp_path / "picture.png").write_bytes(b"a picture")
    page = await visit(console)
    await chosen(page, "create")
    await page.fill("#field-customer", "customer-1")
    await page.fill("#field-more", "{not json")
    await page.click("#do")
    assert (await page.text_content("#field-more-error")).startswith("not JSON")
    await page.fill("#field-more", '{"a": 1}')
    await page.fill("#field-count", "3")
    await page.select_option("#field-loud", "true")
    await page.set_input_files("#field-picture", tmp_path / "picture.png")
    await page.fill("#field-tags", "one\ntwo")
    await page.click("#do")
    await page.wait_for_selector("#outcome-title:text-is('Done')")
    [begun, _] = await console.desk.steps()
    picture = begun.arguments["picture"]
    assert {"customer": "customer-1", "more": {"a": 1}, "count": 3, "loud": True, "tags": ["one", "two"]} == {
        name: value for name, value in begun.arguments.items() if name != "picture"
    }
    assert isinstance(picture, dict)
    assert 9 == picture["bytes"]


async def test_a_file_is_saved_as_it_came(console: Console, visit: Visit, tmp_path: Path) -> None:
    page = await visit(console)
    await chosen(page, "report")
    await page.fill("#field-thing", "thing-1")
    await page.click("#do")
    async with page.expect_download() as waited:
        await page.click("#outcome-file")
    await (await waited.value).save_as(tmp_path / "report.pdf")
    assert b"%PDF-1.7 report" == (tmp_path / "report.pdf").read_bytes()


async def test_what_vendors_and_people_write_is_text_and_nothing_else(
    log: EventLog, vendor: Counter, visit: Visit
) -> None:
    """In an answer, in an error, and in what waits."""
    settings = ActSettings(two_persons=("counter.create",))
    async with serving(log, vendor, everybody(), settings) as console:
        page = await visit(console)
        vendor.mood = says(200, {EVIL: EVIL})
        await chosen(page, "touch")
        await page.fill("#field-thing", "thing-1")
        await page.click("#do")
        await page.wait_for_selector("#outcome-title:text-is('Done')")
        assert "<script>" in await page.text_content("#outcome-body")
        vendor.mood = says(400, {"why": EVIL})
        await page.click("#do")
        await page.wait_for_selector("#outcome-title:text-is('Not done')")
        assert "<script>" in await page.text_content("#outcome-body")
        await chosen(page, "create")
        await page.fill("#field-customer", EVIL)
        await page.fill("#field-reason", EVIL)
        await page.click("#do")
        await page.wait_for_selector("#waiting .card")
        assert EVIL in await page.text_content("#waiting")
        assert ("Hookline · Actions", 0) == (await page.title(), await page.locator("main img, main script").count())


async def test_one_asks_and_another_confirms(log: EventLog, vendor: Counter, visit: Visit) -> None:
    """Whoever asked is offered no button that would not work."""
    settings = ActSettings(two_persons=("counter.set-state",))
    async with serving(log, vendor, everybody(), settings) as console:
        ann = await visit(console)
        await chosen(ann, "set-state")
        await ann.fill("#field-thing", "thing-1")
        await ann.select_option("#field-state", "good")
        await ann.fill("#field-reason", "seen by me")
        await ann.click("#do")
        await ann.wait_for_selector("#waiting .card")
        assert ("Asked for", 0) == (
            await ann.text_content("#outcome-title"), await ann.locator("#waiting button").count(),
        )  # fmt: skip
        bob = await visit(console, BOBS)
        await bob.wait_for_selector("#waiting .card")
        assert "seen by me" in await bob.text_content("#waiting")
        await bob.click("#waiting button")
        await bob.wait_for_selector("#outcome-title:text-is('Done')")
        await bob.wait_for_selector("#waiting .card", state="detached")
    assert {"thing-1": "good"} == vendor.states


async def test_a_token_that_is_nobodys_is_said_and_not_kept(console: Console, visit: Visit) -> None:
    page = await visit(console, "x" * 32)
    await page.wait_for_selector("#token-error:not(:empty)")
    assert (True, 0) == (await page.is_visible("#enter"), await page.evaluate("sessionStorage.length"))


async def test_the_token_stays_in_its_tab_until_whoever_gave_it_leaves(console: Console, visit: Visit) -> None:
    """No cookie has it, no storage that outlives the tab, no address."""
    page = await visit(console)
    await page.wait_for_selector("#list button")
    assert (1, 0, []) == (
        await page.evaluate("sessionStorage.length"), await page.evaluate("localStorage.length"),
        await page.context.cookies(),
    )  # fmt: skip
    await page.click("#leave")
    await page.wait_for_selector("#enter:not([hidden])")
    assert (0, f"{console.url}/actions") == (await page.evaluate("sessionStorage.length"), page.url)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_a_phone_in_light_and_in_dark(console: Console, visit: Visit, scheme: str) -> None:
    """Nothing has to be moved sideways, and text stands off its ground by 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    page = await visit(console, viewport={"width": 360, "height": 740}, color_scheme=scheme)
    await chosen(page, "create")
    assert 360 == await page.evaluate("document.documentElement.scrollWidth")
    colours = await page.evaluate(
        "(names) => names.map((name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim())",
        ["--ink", "--soft", "--bad", "--warn", "--good", "--accent"],
    )
    grounds = await page.evaluate("getComputedStyle(document.querySelector('#action')).backgroundColor")
    ground = [int(each) for each in grounds.removeprefix("rgb(").removesuffix(")").split(",")]
    assert {True} == {contrast(rgb(colour), ground) >= 4.5 for colour in colours}


def rgb(colour: str) -> list[int]:
    digits = colour.removeprefix("#")
    return [int(digits[at : at + 2], 16) for at in (0, 2, 4)]


def contrast(one: list[int], other: list[int]) -> float:
    """WCAG 2.2, "contrast ratio"."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: list[int]) -> float:
    """WCAG 2.2, "relative luminance"."""
    parts = [each / 255 for each in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
