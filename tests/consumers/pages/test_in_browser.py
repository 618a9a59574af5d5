"""The pages in a real headless browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pytest_asyncio import fixture

from consumers.console.pages.rendering import slug
from consumers.errors import ProjectionUnavailable
from consumers.projections import queries
from consumers.projections.store import Store
from consumers.redriving import letters
from runtime.eventlog import EventLog
from runtime.settings import ActSettings
from schemas.event import Outcome, Reason, ReasonClass
from tests.consumers.pages.browsing import Visit, chromium, visiting
from tests.consumers.pages.conftest import TOKENS, Site, serving
from tests.consumers.pages.test_doing import SET, _stored
from tests.consumers.pages.test_pages import EVERYTHING, alert, full, letter, thing
from tests.ingest.act.counter import Counter, says

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVIL = "<img src=x onerror=\"document.title='broken into'\"><script>document.title='broken into'</script>"
ONE = "/verifications/counter/thing-1"


@fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Any]:
    async with chromium() as launched:
        yield launched


@fixture(loop_scope="module")
async def visit(browser: Any) -> AsyncIterator[Visit]:  # noqa: ANN401 - playwright's
    async with visiting(browser) as come:
        yield come


async def at(visit: Visit, site: Site, who: str, path: str = "/", **more: object) -> Any:  # noqa: ANN401 - playwright's page
    return await visit(site.url, TOKENS[who], path, **more)


async def test_an_operator_tries_then_does_and_is_told(site: Site, visit: Visit) -> None:
    """What is missing stands beside its field, in words, and has the focus; a dry run does nothing."""
    page = await at(visit, site, "ann", SET)
    await page.click("button[value=it]")
    await page.wait_for_selector("[aria-invalid=true]")
    assert "missing; Its id." == (await page.text_content("#field-0-error")).strip()
    assert "field-0" == await page.evaluate("document.activeElement.id")
    await page.fill("#field-0", "thing-1")
    await page.select_option("#field-1", "good")
    await page.fill("#field-2", "seen by me")
    await page.click("button[value=dry]")
    await page.wait_for_selector("#outcome-title:text-is('This would be sent')")
    assert ("(secret)" in await page.text_content("#outcome"), []) == (True, site.vendor.calls)
    await page.click("button[value=it]")
    await page.wait_for_selector("#outcome-title:text-is('Done')")
    assert {"thing-1": "good"} == site.vendor.states


async def test_it_takes_no_mouse(site: Site, visit: Visit) -> None:
    """From the search to what was found, to an action's form and its result."""
    await site.told(thing(1))
    page = await at(visit, site, "ann")
    await page.keyboard.press("/")
    assert "find" == await page.evaluate("document.activeElement.id")
    await page.keyboard.type("thing-1")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{ONE}")
    await _tab_to(page, "a:text-is('look')")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#field-0")
    assert "thing-1" == await page.input_value("#field-0")
    await _tab_to(page, "#field-0")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#outcome-title:text-is('Done')")
    assert "outcome" == await page.evaluate("document.activeElement.id")


async def _tab_to(page: Any, selector: str) -> None:  # noqa: ANN401 - playwright's page
    """By the keyboard alone; what has the focus can be seen to have it."""
    wanted = await page.query_selector(selector)
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("(element) => element === document.activeElement"):
            style = "(element) => getComputedStyle(element).outlineStyle + getComputedStyle(element).outlineWidth"
            assert "solid3px" == await wanted.evaluate(style)
            return
    raise AssertionError(f"the keyboard does not come to {selector}")


async def test_the_first_stop_of_the_keyboard_skips_to_the_content(site: Site, visit: Visit) -> None:
    page = await at(visit, site, "vic")
    await page.keyboard.press("Tab")
    assert "Skip to the content" == await page.evaluate("document.activeElement.textContent")
    await page.keyboard.press("Enter")
    assert "content" == await page.evaluate("document.activeElement.id")


async def test_every_kind_of_field_can_be_filled_in(site: Site, visit: Visit, tmp_path: Path) -> None:
    """JSON, a number, true or false, a file, a list."""
    (tmp_path / "picture.png").write_bytes(b"a picture")
    page = await at(visit, site, "ann", "/actions/counter/create")
    await page.get_by_label("customer").fill("customer-1")
    await page.get_by_label("more").fill('{"a": 1}')
    await page.get_by_label("count").fill("3")
    await page.get_by_label("loud").select_option("true")
    await page.get_by_label("picture").set_input_files(tmp_path / "picture.png")
    await page.get_by_label("tags").fill("one\ntwo")
    await page.click("button[value=it]")
    await page.wait_for_selector("#outcome-title:text-is('Done')")
    assert ["POST /things"] == site.vendor.calls


async def test_a_file_is_saved_as_it_came(site: Site, visit: Visit, tmp_path: Path) -> None:
    page = await at(visit, site, "ann", "/actions/counter/report")
    await page.fill("#field-0", "thing-1")
    async with page.expect_download() as waited:
        await page.click("button[value=it]")
    await (await waited.value).save_as(tmp_path / "report.pdf")
    assert b"%PDF-1.7 report" == (tmp_path / "report.pdf").read_bytes()


async def test_what_vendors_and_people_write_is_text_and_nothing_else(
    log: EventLog, read_model: Store, vendor: Counter, visit: Visit
) -> None:
    """On a verification, in an alert, a dead letter, an answer, an error, and in what waits."""
    async with serving(log, read_model, vendor, ActSettings(two_persons=("counter.create",))) as site:
        reason = Reason(ReasonClass.FRAUD, EVIL)
        await site.told(
            thing(1, verification_id=EVIL, subject_ref=EVIL, vendor_status=EVIL, reasons=(reason,)),
            alert(1, verification_id=EVIL, message=EVIL, rule=EVIL),
            letter(1, detail=EVIL, stage=EVIL),
        )
        page = await at(visit, site, "ada", "/verifications")
        for path in EVERYTHING:
            await page.goto(site.url + path)
            await _is_whole(page, path)
        await page.goto(f"{site.url}/verifications")
        await page.click("main a.ref")
        await page.wait_for_selector("#timeline")
        await _is_whole(page, "the verification")
        vendor.mood = says(200, {EVIL: EVIL})
        await page.goto(f"{site.url}/actions/counter/touch")
        await page.fill("#field-0", "thing-1")
        await page.click("button[value=it]")
        await page.wait_for_selector("#outcome-title:text-is('Done')")
        assert "<script>" in await page.text_content("#outcome pre")
        vendor.mood = says(400, {"why": EVIL})
        await page.fill("#field-0", "thing-1")
        await page.click("button[value=it]")
        await page.wait_for_selector("#outcome-title:text-is('Not done')")
        assert "<script>" in await page.text_content("#outcome pre")
        await page.goto(f"{site.url}/actions/counter/create")
        await page.get_by_label("customer").fill(EVIL)
        await page.get_by_label("reason").fill(EVIL)
        await page.click("button[value=it]")
        await page.wait_for_selector("#outcome-title:text-is('Asked for')")
        await page.goto(f"{site.url}/actions")
        assert EVIL in await page.text_content(".waiting")
        await _is_whole(page, "what waits")


async def _is_whole(page: Any, what: str) -> None:  # noqa: ANN401 - playwright's page
    assert ("broken into" == await page.title(), 0) == (
        False, await page.locator("main img, main script").count(),
    ), what  # fmt: skip


async def test_one_asks_and_another_confirms(log: EventLog, read_model: Store, vendor: Counter, visit: Visit) -> None:
    async with serving(log, read_model, vendor, ActSettings(two_persons=("counter.set-state",))) as site:
        ann = await at(visit, site, "ann", SET)
        await ann.fill("#field-0", "thing-1")
        await ann.select_option("#field-1", "good")
        await ann.fill("#field-2", "seen by me")
        await ann.click("button[value=it]")
        await ann.wait_for_selector("#outcome-title:text-is('Asked for')")
        bob = await at(visit, site, "bob", "/actions")
        assert "seen by me" in await bob.text_content(".waiting")
        await bob.click(".waiting button")
        await bob.wait_for_selector("#outcome-title:text-is('Done')")
        await bob.goto(f"{site.url}/actions")
        assert 0 == await bob.locator(".waiting").count()
    assert {"thing-1": "good"} == vendor.states


async def test_an_alert_is_acknowledged_and_silenced(site: Site, visit: Visit) -> None:
    await site.told(thing(1), alert(1))
    page = await at(visit, site, "ann", "/alerts")
    await page.click("summary:text-is('Acknowledge')")
    await page.get_by_label("Note").first.fill("on the phone")
    await page.click("button:text-is('I look after it')")
    await page.wait_for_selector(".said")
    await page.click("summary:text-is('Silence alerts like this')")
    await page.get_by_label("For", exact=True).select_option("24")
    await page.click("button:text-is('Silence')")
    await page.wait_for_selector(".said")
    await site.projected()
    await page.wait_for_selector("text=ann looks after it")
    assert "Rule rejected-for-fraud" in await page.inner_text("#alerts")


async def test_dead_letters_are_sent_back_one_and_then_all(site: Site, visit: Visit) -> None:
    await site.told(letter(1), letter(2), letter(3))
    page = await at(visit, site, "ada", "/dead-letters")
    await page.locator("button:text-is('Redrive')").first.click()
    await page.wait_for_selector(".said")
    await site.projected()
    await page.wait_for_selector("#letters h2:text-is('2 letters')")
    await page.click("text=Redrive all…")
    await page.click("button:text-is('Redrive 2 letters')")
    await page.wait_for_selector("text=2 letters sent back")
    assert [] == [each async for each in letters(site.log)]


async def test_a_page_shows_what_came_by_itself(site: Site, visit: Visit) -> None:
    """Without losing what somebody opened, selected or is writing."""
    await site.told(thing(1, Outcome.NEEDS_REVIEW))
    page = await at(visit, site, "vic", ONE)
    await page.wait_for_selector("#live[data-state=live]")
    await page.click("summary:text-is('Details')")
    await page.fill("#find", "half a wo")
    await site.told(thing(1, Outcome.VERIFIED, event_id="another"))
    await page.wait_for_selector(".verdict.is-good")
    assert ("half a wo", "find") == (await page.input_value("#find"), await page.evaluate("document.activeElement.id"))
    assert 1 == await page.locator("details[open]").count()


async def test_what_is_being_written_is_left_alone(site: Site, visit: Visit) -> None:
    """The list waits until whoever writes a note has left it, then it has both."""
    await site.told(alert(1))
    page = await at(visit, site, "ann", "/alerts")
    await page.wait_for_selector("#live[data-state=live]")
    await page.click("summary:text-is('Acknowledge')")
    note = page.get_by_label("Note").first
    await note.fill("half a no")
    await site.told(alert(2, message="Another one."))
    await page.wait_for_selector("#alerts[data-stale]")
    assert ("half a no", 1) == (await note.input_value(), await page.locator("article").count())
    await page.focus("#find")
    await page.wait_for_selector("text=Another one.")
    assert "half a no" == await page.input_value(f"#note-{slug('alert-1')}")


@pytest.mark.parametrize("selector", ["#letters a >> nth=0", "#letters button >> nth=1"])
async def test_whoever_goes_by_keyboard_stays_where_they_are(site: Site, visit: Visit, selector: str) -> None:
    """On a link or a button; the list has what came as soon as they have left it."""
    await site.told(thing(1), letter(1), letter(2))
    page = await at(visit, site, "ada", "/dead-letters")
    await page.wait_for_selector("#live[data-state=live]")
    await page.focus("#find")
    await _tab_to(page, selector)
    was = await page.evaluate_handle("document.activeElement")
    await site.told(letter(3))
    await page.wait_for_selector("#letters[data-stale]")
    assert await was.evaluate("(element) => element === document.activeElement")
    await page.focus("#find")
    await page.wait_for_selector("#letters h2:text-is('3 letters')")


HIDDEN = "Object.defineProperty(document, 'hidden', { get: () => !window.shown, configurable: true })"
"""A headless browser calls every page seen."""
TURN = "(shown) => { window.shown = shown; document.dispatchEvent(new Event('visibilitychange')) }"


async def test_a_page_that_nobody_sees_holds_no_connection(site: Site, visit: Visit) -> None:
    """Shown again, it is live, and has what came meanwhile."""
    await site.told(letter(1))
    page = await at(visit, site, "ada", "/dead-letters")
    await page.wait_for_selector("#live[data-state=live]")
    await page.evaluate(HIDDEN)
    async with page.expect_event("requestfailed", lambda asked: "/live" in asked.url):
        await page.evaluate(TURN, False)
    await site.told(letter(2))
    for letters_there in (2, 3):
        await page.evaluate(TURN, True)
        await page.wait_for_selector(f"#letters h2:text-is('{letters_there} letters')")
        await site.told(letter(letters_there + 1))
    await page.wait_for_selector("#letters h2:text-is('4 letters')")


async def test_as_many_pages_may_be_open_as_somebody_likes(site: Site, visit: Visit) -> None:
    """A browser has six connections to us in all."""
    page = await at(visit, site, "vic")
    for _ in range(7):
        other = await page.context.new_page()
        await other.add_init_script(HIDDEN)
        await other.goto(f"{site.url}/search", wait_until="domcontentloaded", timeout=20_000)
    await page.goto(f"{site.url}/alerts", timeout=20_000)
    await page.wait_for_selector("#live[data-state=live]")


async def test_a_page_says_when_it_is_not_live_and_recovers(
    site: Site, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await at(visit, site, "vic", "/work")
    await page.wait_for_selector("#live[data-state=live]")
    asked = queries.version

    async def away(_store: Store) -> str:
        raise ProjectionUnavailable("away")

    monkeypatch.setattr(queries, "version", away)
    await page.wait_for_selector("#live[data-state=away]")
    monkeypatch.setattr(queries, "version", asked)
    await page.wait_for_selector("#live[data-state=live]")


async def _away(*_: object, **__: object) -> None:
    raise ProjectionUnavailable("the read model is away")


async def test_what_could_not_be_brought_up_to_date_is_asked_again(
    site: Site, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then the page says that it is not, and stays as it is."""
    await site.told(letter(1))
    page = await at(visit, site, "ada", "/dead-letters")
    await page.wait_for_selector("#live[data-state=live]")
    with monkeypatch.context() as patch:
        patch.setattr(queries, "dead_letters", _away)
        await site.told(letter(2))
        await page.wait_for_selector("#live[data-state=behind]")
        assert ("Not up to date", 1) == (await page.inner_text("#live"), await page.locator("#letters form").count())
    await page.wait_for_selector("#letters h2:text-is('2 letters')")
    await page.wait_for_selector("#live[data-state=live]")


async def test_a_page_that_was_away_comes_by_itself(site: Site, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    page = await at(visit, site, "vic", "/search")
    with monkeypatch.context() as patch:
        for name in ("version", "open_work"):
            patch.setattr(queries, name, _away)
        await page.goto(f"{site.url}/work")
        assert "Not available now" == await page.inner_text("h1")
    await page.wait_for_selector("h1:text-is('Open work')")


async def test_a_verification_that_was_not_known_appears_and_one_that_was_erased_goes(
    site: Site, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody looks at it."""
    page = await at(visit, site, "vic", ONE)
    await page.wait_for_selector("#live[data-state=live]")
    await page.wait_for_selector("text=Nothing is known of this verification")
    await site.told(thing(1))
    await page.wait_for_selector(".verdict.is-bad")
    await page.wait_for_selector("#live[data-state=live]")

    async def nothing(*_: object) -> list[object]:
        return []

    monkeypatch.setattr(queries, "status", nothing)
    await site.told(thing(2))
    await page.wait_for_selector("text=Nothing is known of this verification")
    assert 0 == await page.locator(".verdict").count()


async def test_light_and_dark_are_chosen_and_kept(site: Site, visit: Visit) -> None:
    page = await at(visit, site, "vic", color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(ground)
    await page.click("#theme")
    dark = await page.evaluate(ground)
    await page.goto(f"{site.url}/work")
    assert (True, dark) == (light != dark, await page.evaluate(ground))


async def test_it_is_of_use_without_scripts(site: Site, visit: Visit) -> None:
    """Links and forms alone: search, light and dark, an action, an alert."""
    await site.told(thing(1), alert(1))
    page = await at(visit, site, "ann", java_script_enabled=False)
    await page.click("#theme")
    assert "dark" == await page.get_attribute("html", "data-theme")
    await page.fill("#find", "thing-1")
    await page.keyboard.press("Enter")
    await page.click("a:text-is('touch')")
    await page.click("button[value=it]")
    await page.wait_for_selector("#outcome-title:text-is('Done')")
    await page.goto(f"{site.url}/alerts")
    await page.click("summary:text-is('Acknowledge')")
    await page.click("button:text-is('I look after it')")
    await page.wait_for_selector(".said")


async def test_every_page_fits_a_phone_and_can_be_read(site: Site, visit: Visit) -> None:
    """Nothing has to be moved sideways; all text stands off its ground by 4.5 to 1, in light and in dark (WCAG 2.2,
    1.4.3); whatever can be used has a name (4.1.2) and room for a finger (2.5.8).
    """
    await full(site)
    await site.told(thing(50, verification_id="w" * 300, subject_ref="s" * 300))
    document = await _stored(site, b'{"name": "Jane"}')
    page = await at(visit, site, "ada", viewport={"width": 360, "height": 740})
    for path in (*EVERYTHING, ONE, f"/verifications/counter/{'w' * 300}", "/subjects/customer-1", SET, document,
                 "/dead-letters/redrive", "/nothing/here", "/verifications/counter/nobody"):  # fmt: skip
        await page.goto(site.url + path)
        await page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert 360 == await page.evaluate("document.documentElement.scrollWidth"), path
        assert [] == await page.evaluate(HARD_TO_USE), path
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            assert [] == await page.evaluate(FAINT), (scheme, path)


HARD_TO_USE = """() => {
  const faults = [];
  const usable = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  for (const each of document.querySelectorAll(usable)) {
    if (!each.checkVisibility()) continue;
    const where = each.outerHTML.slice(0, 90);
    const labels = [...(each.labels ?? [])].map((label) => label.textContent).join("");
    if (!(each.ariaLabel ?? (labels || each.textContent)).trim()) faults.push(`no name: ${where}`);
    const { width, height } = each.getBoundingClientRect();
    const isInText = each.matches("p a, dd a, li a, td a, h2 a") || each.classList.contains("skip");
    if (!isInText && (width < 24 || height < 24)) faults.push(`${width} by ${height}: ${where}`);
  }
  return faults;
}"""
"""What a blind person is told no name of, and what a finger does not meet; links within text may be as small as it."""

FAINT = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const colour = rgba(getComputedStyle(element).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return rgba(getComputedStyle(document.body).backgroundColor);
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility() || element.closest("script, svg, .unseen, option")) continue;
    const [one, other] = [luminance(rgba(getComputedStyle(element).color)), luminance(ground(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const where = `${element.tagName}.${element.className}: ${node.data.trim().slice(0, 40)}`;
    if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${where}`);
  }
  return faint;
}"""
"""Every text that is seen and stands off its ground by less: WCAG's "contrast ratio" of what the browser computed."""
