"""What the pages are made of: words, times, plots, paths, and text that may hold anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import unquote

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from consumers.console.pages import places, plots, when, words
from consumers.console.pages.laying_out import laid_out
from consumers.console.pages.rendering import AsIs, counted, visible
from consumers.projections.queries import FoundBy
from schemas.action import ActionState
from schemas.alert import AlertScope, Severity
from schemas.deadletter import DeadLetterReason
from schemas.event import (
    CheckKind,
    CheckResult,
    DecidedBy,
    EventKind,
    Outcome,
    Provenance,
    ReasonClass,
    SubjectKind,
    WaitsFor,
)
from tests.consumers.pages.strict import Page
from tests.examples import NOON

TONES = {"good", "bad", "warn", "info", "quiet"}


@pytest.mark.parametrize(
    ("table", "enum"),
    [
        (words.OUTCOMES, Outcome),
        (words.DECIDERS, DecidedBy),
        (words.KINDS, EventKind),
        (words.SUBJECT_KINDS, SubjectKind),
        (words.REASONS, ReasonClass),
        (words.CHECK_KINDS, CheckKind),
        (words.CHECK_RESULTS, CheckResult),
        (words.PROVENANCES, Provenance),
        (words.WAITS, WaitsFor),
        (words.SEVERITIES, Severity),
        (words.SCOPES, AlertScope),
        (words.STEPS, ActionState),
        (words.LETTERS, DeadLetterReason),
        (words.FOUND_BY, FoundBy),
    ],
)
def test_every_word_of_ours_is_said_in_words(table: Mapping[str, words.Word | str], enum: type[StrEnum]) -> None:
    """A new member of an enum needs its words here."""
    assert set(enum) == set(table)
    assert {True} == {bool(each if isinstance(each, str) else each.word) for each in table.values()}
    assert TONES >= {each.tone for each in table.values() if isinstance(each, words.Word)}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (44, "just now"),
        (-30, "just now"),
        (59, "59 seconds ago"),
        (60, "1 minute ago"),
        (7199, "1 hour ago"),
        (7200, "2 hours ago"),
        (-7200, "in 2 hours"),
        (86_400 * 3, "3 days ago"),
        (86_400 * 800, "2 years ago"),
    ],
)
def test_a_time_is_said_as_people_say_it(seconds: float, said: str) -> None:
    assert said == when.ago(NOON - timedelta(seconds=seconds), NOON)


def test_a_time_is_also_said_exactly_with_its_zone() -> None:
    moment = datetime.fromisoformat("2026-11-29T17:00:01.5+01:00")
    assert ("29 Nov 2026, 16:00:01 UTC", "2026-11-29T16:00:01.500Z") == (when.exact(moment), when.iso(moment))
    assert ["850 ms", "12.3 s", "3 minutes"] == [when.milliseconds(each) for each in (850, 12_300, 200_000)]
    assert ["1 letter", "2,000 letters"] == [counted(each, "letter") for each in (1, 2000)]


@given(
    st.lists(
        st.lists(st.tuples(st.floats(0, 1e9), st.sampled_from(sorted(TONES))), min_size=3, max_size=3), max_size=60
    )
)
def test_a_plot_stays_within_its_frame(heights: list[list[tuple[float, str]]]) -> None:
    """And whatever is more than nothing can be seen."""
    drawn = plots.stacked(heights, ["title"] * len(heights), "words")
    bars = [bar for column in drawn.columns for bar in column.bars]
    assert len(bars) == sum(number > 0 for column in heights for number, _ in column)
    for bar in bars:
        assert 0 <= bar.x and bar.x + bar.width <= plots.WIDTH + 0.1  # noqa: PT018 - one frame
        assert bar.height > 0
        assert 0 <= bar.y <= plots.HEIGHT


def test_a_part_of_a_budget_is_never_more_than_all_of_it() -> None:
    assert (0.0, 240.0, 480.0, 0.0) == (
        plots.share(0, 10), plots.share(5, 10), plots.share(99, 10), plots.share(5, 0),
    )  # fmt: skip


@given(
    st.text(min_size=1).filter(
        lambda text: text not in {".", ".."} and not any("\ud800" <= c <= "\udfff" for c in text)
    )
)
def test_a_path_gives_back_what_it_was_made_of(text: str) -> None:
    path = places.verification_path("a/b", text)
    assert ["verifications", "a/b", text] == places.parts_of(make_mocked_request("GET", path))
    assert 3 == path.count("/")
    assert unquote(path.rsplit("/", 1)[1]) == text


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a\nb", "a", "/\x00"]
)
def test_nobody_is_sent_elsewhere(path: str) -> None:
    assert (False, True) == (places.is_own(path), places.is_own("/work?test=no"))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_what_is_laid_out_says_the_same(value: object, is_ascii: bool, indent: int | str | None) -> None:  # noqa: FBT001 - hypothesis gives it
    """However it was written, and each member has a line of its own."""
    laid = laid_out(json.dumps(value, ensure_ascii=is_ascii, indent=indent), 10**9)
    assert value == json.loads(laid)
    assert laid == json.dumps(value, ensure_ascii=False, indent=2) or "\\" in laid or "\x7f" in laid


def test_what_is_laid_out_has_an_end() -> None:
    """Also where each of many members stands far to the right."""
    deep = "[" * 1000 + ",".join("1" * 100_000) + "]" * 1000
    assert 5000 == len(laid_out(deep, 5000))


@given(st.text())
def test_no_text_turns_the_page_around(text: str) -> None:
    """What cannot be seen stands as its number; what goes back to us in a form stays as it is."""
    shown = str(visible(text))
    assert not set(shown) & {chr(each) for each in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0, 0x1B)}
    assert text == visible(AsIs(text))


def test_the_time_of_a_page_is_now() -> None:
    assert "just now" == when.ago(datetime.now(UTC), datetime.now(UTC))


def test_the_reader_of_pages_finds_what_is_wrong() -> None:
    """What these tests look with sees a fault where there is one."""
    for html in ("<h1>a</h1><p><b>x</p></b>", "<h1 style='a'>x</h1>", "<h1 onclick='a'>x</h1>",
                 "<h1>x</h1><script>1</script>",
                 "<h1>x</h1><a href='https://elsewhere/'>x</a>", "<h1>x</h1><form method='post'></form>", "<p>x</p>",
                 "<h1 id='a'>x</h1><p id='a'>y</p>", "<h1>x</h1><label for='nothing'>x</label>"):  # fmt: skip
        assert Page(html).faults, html
    assert [] == Page("<h1>x</h1>").faults
