"""Strict JSON: whatever two readers could understand differently is refused, and nothing else is."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.documents import MAX_LEVELS, canonical, instant_of_seconds, instant_of_text, parse
from normalizers.reading import Unreadable
from schemas.deadletter import DeadLetterReason

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=10)
    | st.sampled_from([":", "a:b", "[[[", '"', "\\", "12345678901234567890123", "https://x.example/y?z=1"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab:\u010d", max_size=2), inner, max_size=4),
    max_leaves=15,
)
objects = st.dictionaries(st.text("status:\u0160", max_size=6), values, max_size=5)


def _spell(value: object, style: int) -> bytes:
    """One of the ways in which vendors write the same document."""
    if style == 0:
        return orjson.dumps(value)
    if style == 1:
        return json.dumps(value).encode()
    if style == 2:
        return json.dumps(value, indent=2, ensure_ascii=False).encode()
    return json.dumps(value, separators=(" , ", " : ")).replace("u003a", "u003A").encode()


def _reason(body: bytes, *unique_in: str) -> DeadLetterReason | None:
    try:
        parse(body, unique_in=unique_in)
    except Unreadable as unreadable:
        return unreadable.reason
    return None


@given(document=objects, style=st.integers(0, 3))
def test_every_document_is_read_as_it_was_written(document: dict[str, object], style: int) -> None:
    """Compact or spread out, in UTF-8 or escaped: the same document comes back and is never refused."""
    assert document == parse(_spell(document, style), unique_in=("status",))


@given(body=st.one_of(st.binary(max_size=60), st.text('{}[]":,\\u003a1e9 -', max_size=40).map(str.encode)))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Whatever the bytes, ``parse`` raises nothing but ``Unreadable``, and reads no document that orjson would not."""
    if _reason(body) is None:
        assert orjson.loads(body) == parse(body)


@st.composite
def objects_with_a_repeated_key(draw: st.DrawFn) -> tuple[bytes, bool]:
    """An object's text in which one key stands twice, at the top or deeper, spelt out or with escapes."""
    document = draw(objects)
    key = draw(st.text("abc:", min_size=1, max_size=3))
    document.pop(key, None)
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in key)
    first, second = json.dumps(draw(values)), json.dumps(draw(values))
    pair = f'{json.dumps(key)}: {first}, "{escaped}": {second}'
    if draw(st.booleans()):
        rest = json.dumps(document)[1:]
        return f"{{{pair}{'' if rest == '}' else ', '}{rest}".encode(), True
    return json.dumps({"deep": "MARK"}).replace('"MARK"', f"{{{pair}}}").encode(), False


@given(case=objects_with_a_repeated_key())
def test_a_key_that_repeats_at_the_top_is_refused_and_deeper_the_last_one_wins(case: tuple[bytes, bool]) -> None:
    """No spelling of key or value hides the repetition, also not a text that gives back the colon that was dropped."""
    body, at_the_top = case

    assert (DeadLetterReason.DUPLICATE_KEY if at_the_top else None) == _reason(body, "status")
    if not at_the_top:
        assert orjson.loads(body) == parse(body)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"status": {"a": 1, "a": 1}}', DeadLetterReason.DUPLICATE_KEY),
        (b'{"status": {"a": {"b": 1, "b": 1}}}', None),
        (b'{"status": [{"a": 1, "a": 1}]}', None),
        (b'{"other": {"a": 1, "a": 1}}', None),
        (b'{"status": 1, "status": {"a": 1}}', DeadLetterReason.DUPLICATE_KEY),
        (b'{"a": 1, "a": "\\u003a"}', DeadLetterReason.DUPLICATE_KEY),
        (b'{"a": 1, "a": "\\u003A"}', DeadLetterReason.DUPLICATE_KEY),
        (b'{"": 1, "": 2}', DeadLetterReason.DUPLICATE_KEY),
    ],
)
def test_keys_must_not_repeat_where_it_was_asked(body: bytes, reason: DeadLetterReason | None) -> None:
    """The top level, and the objects directly under the named members; nowhere else."""
    assert reason == _reason(body, "status")


@given(number=st.integers(-(10**40), 10**40), deep=st.booleans())
def test_integers_are_exact_or_refused(number: int, deep: bool) -> None:  # noqa: FBT001 - hypothesis names it
    """An integer over 64 bits, which the parser would make a float, is refused."""
    body = json.dumps({"a": [{"b": number}] if deep else number, "c": "9" * 30}).encode()

    if -(2**63) <= number < 2**64:
        assert json.loads(body) == parse(body)
    else:
        assert _reason(body) is DeadLetterReason.NUMBER_OUT_OF_RANGE


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 400 + ".0", "9" * 5000, "-" + "9" * 5000])
def test_numbers_beyond_all_bounds_are_refused(number: str) -> None:
    """Also those that Python's own integers refuse to read for their length."""
    assert _reason(f'{{"a": {number}}}'.encode()) is DeadLetterReason.NUMBER_OUT_OF_RANGE


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("levels", [MAX_LEVELS, MAX_LEVELS + 1, 1023, 1024, 1025, 10_000])
@pytest.mark.parametrize("closed", [True, False])
def test_a_document_may_have_a_hundred_levels(
    opening: str,
    levels: int,
    closed: bool,  # noqa: FBT001 - pytest names it
) -> None:
    """The object itself is the first; one level more is refused, closed or not, whatever the parser can."""
    inside = levels - 1
    closing = "]" if opening == "[" else "}"
    body = '{"a":' + opening * inside + "1" + (closing * inside + "}" if closed else "")

    if levels > MAX_LEVELS:
        assert _reason(body.encode()) is DeadLetterReason.TOO_DEEP
    else:
        assert (None if closed else DeadLetterReason.NOT_JSON) is _reason(body.encode())


def test_a_member_that_is_dropped_must_not_be_too_deep_either() -> None:
    """The last one wins, and the one before it was parsed all the same."""
    body = b'{"data": {"a": ' + b"[" * 1000 + b"]" * 1000 + b', "a": 1}}'

    assert _reason(body) is DeadLetterReason.TOO_DEEP


def test_brackets_inside_texts_are_no_levels() -> None:
    """Nor are quotation marks that stand escaped among them."""
    document: dict[str, object] = {"a": '[{"' * 500, '\\"[': "\\" * 7 + "]" * 300}

    assert document == parse(json.dumps(document).encode())


@pytest.mark.parametrize("body", [b"", b" ", b"{", b"NaN", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}',
                                  b'{"a": "\xff"}', b'{"a": 1}}', b"{'a': 1}", b'{"a": 1,}', b'{"a": 01}',
                                  b'\xef\xbb\xbf{"a": 1}', b'{"a": "\\ud800"}', '{"a": 1}'.encode("utf-16"),
                                  b'{"a": 1e999, }'])  # fmt: skip
def test_what_is_not_json_is_refused(body: bytes) -> None:
    """RFC 8259 in UTF-8 without a byte order mark; half a surrogate pair is no text."""
    assert _reason(body) is DeadLetterReason.NOT_JSON


@pytest.mark.parametrize("body", [b"[]", b'"a"', b"1", b"null", b"true", b'[{"a": 1}]'])
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    """Every vendor document is an object."""
    assert _reason(body) is DeadLetterReason.WRONG_TYPE


@given(document=objects, style=st.integers(0, 3))
def test_the_canonical_form_does_not_depend_on_the_spelling(document: dict[str, object], style: int) -> None:
    """Key order, white space and escapes are the sender's whim."""
    backwards = dict(reversed(document.items()))

    assert canonical(document) == canonical(parse(_spell(backwards, style)))


def test_links_are_left_out_of_the_canonical_form() -> None:
    """Only a whole text that is a link; a text that mentions one stays."""
    document = {
        "b": ["https://x.example/1", {"c": "HTTP://x.example/2"}],
        "a": "see https://x.example/3",
        "d": "ftp://x.example",
        "e": 1,
    }

    assert b'{"a":"see https://x.example/3","b":[null,{"c":null}],"d":"ftp://x.example","e":1}' == canonical(document)


@pytest.mark.parametrize("seconds", [-1, 253_402_300_800, 1_750_000_000_000, 2**64])
def test_a_count_of_seconds_outside_the_calendar_is_refused(seconds: int) -> None:
    """A time in milliseconds is such a count, so it cannot pass for one in a far future."""
    with pytest.raises(Unreadable) as refused:
        instant_of_seconds(seconds, "finishTime")

    assert (DeadLetterReason.NUMBER_OUT_OF_RANGE, True) == (refused.value.reason, "finishTime" in refused.value.detail)


def test_times_are_told_in_utc() -> None:
    """Seconds count from 1970 in UTC; a text says its zone itself."""
    assert datetime(2025, 6, 15, 15, 8, 10, tzinfo=UTC) == instant_of_seconds(1_750_000_090, "finishTime")
    assert datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) == instant_of_seconds(253_402_300_799, "finishTime")
    assert datetime(2020, 8, 14, 10, 48, 8, 85275, tzinfo=UTC) == instant_of_text("2020-08-14 12:48:08.085275+02:00")


@pytest.mark.parametrize("text", ["", "2025-06-15", "2025-06-15T12:00:00", "yesterday", "9999-12-31T23:59:59-23:59"])
def test_a_time_without_a_zone_or_outside_the_calendar_is_none(text: str) -> None:
    """A zone that nobody named is not guessed at."""
    assert instant_of_text(text) is None


@given(text=st.text(max_size=40))
def test_any_text_is_a_time_in_utc_or_none(text: str) -> None:
    """Whatever the text, nothing is raised."""
    instant = instant_of_text(text)

    assert instant is None or instant.tzinfo is UTC
