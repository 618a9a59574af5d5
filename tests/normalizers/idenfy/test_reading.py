"""What holds for every document that iDenfy, or anybody else with the key, could send."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.findings import MAX_ENTRIES
from normalizers.reading import Reading, Unreadable
from normalizers.vendors.idenfy import MAPPING, decision
from normalizers.vendors.idenfy.read import WEBHOOKS
from schemas.event import EventKind, Outcome

ReadBody = Callable[..., Reading | Unreadable]
Sample = Callable[[str], bytes]

BODIES = [path.read_bytes() for path in sorted((Path(__file__).parent / "cases").glob("*/body.json"))]
EVENTS = sorted(decision.EVENTS | WEBHOOKS.keys())
ODD_EVENTS = ["", " ", "ID_VERIFICATION", "ID_VERIFICATION_NEW", "IDENTIFICATION_NEW", "caf\u00e9", "\udcff"]

events = st.one_of(st.none(), st.sampled_from(EVENTS + ODD_EVENTS))
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["APPROVED", "SUSPECTED", "FACE_MATCH", "FLAGS_FOUND", "COMPARE", "-", "", "https://x.example/y"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def _places(value: object) -> Iterator[tuple[dict[str, object] | list[object], str | int]]:
    """Every place in a document where a value stands."""
    keys: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        keys = list(value.items())
    elif isinstance(value, list):
        keys = list(enumerate(value))
    for key, member in keys:
        assert isinstance(value, dict | list)
        yield value, key
        yield from _places(member)


@st.composite
def mutated_samples(draw: st.DrawFn) -> bytes:
    """A recorded body with up to three values replaced by anything, taken away, or moved."""
    document = orjson.loads(draw(st.sampled_from(BODIES)))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(document))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        if isinstance(holder, dict) and draw(st.booleans()):
            del holder[str(key)]
        else:
            holder[key] = draw(json_values)  # type: ignore[index]  # the key came from this very holder
    return json.dumps(document).encode()


@st.composite
def cut_samples(draw: st.DrawFn) -> bytes:
    """A recorded body with a piece of its text replaced by any bytes."""
    body = draw(st.sampled_from(BODIES))
    start = draw(st.integers(0, len(body)))
    stop = draw(st.integers(start, min(len(body), start + 20)))
    return body[:start] + draw(st.binary(max_size=6)) + body[stop:]


@given(
    body=st.one_of(
        mutated_samples(),
        cut_samples(),
        st.binary(max_size=40),
        json_values.map(lambda value: json.dumps(value).encode()),
    ),
    event=events,
)
def test_any_body_is_read_or_refused_with_a_reason(body: bytes, event: str | None, read_body: ReadBody) -> None:
    """``read`` raises ``Unreadable`` and nothing else, and whatever it reads can be kept as an event."""
    result = read_body(body, event)

    if isinstance(result, Reading):
        assert 0 < len(result.verification_id) <= 200
        assert result.content == orjson.dumps(orjson.loads(result.content), option=orjson.OPT_SORT_KEYS)
        assert not (result.outcome is Outcome.PENDING and result.final)
        assert (result.kind is EventKind.VERIFICATION) or not result.reopens


CANARY = "CaN4ry"


def _with_canaries(value: object, kept: frozenset[str], key: str = "") -> object:
    """The document with every text but the vendor's own words replaced by one that can be recognised."""
    if isinstance(value, dict):
        return {name: _with_canaries(member, kept, name) for name, member in value.items()}
    if isinstance(value, list):
        return [_with_canaries(member, kept, key) for member in value]
    return f"{CANARY} {key} 48801010000" if key not in kept and (value is None or isinstance(value, str)) else value


VENDOR_MEMBERS = frozenset(
    {
        "overall", "autoFace", "manualFace", "autoDocument", "manualDocument", "additionalSteps", "fraudTags",
        "mismatchTags", "suspicionReasons", "scanRef", "id", "companyId", "monitoringId", "clientId", "finishTime",
        "final", "date", "UTILITY_BILL", "status", "overallStatus", "serviceName", "suspicion",
    }
)  # fmt: skip


@pytest.mark.parametrize("event", [*EVENTS, "NEW_SIDE_CHECK"])
def test_no_personal_value_gets_into_what_is_published(event: str, read_body: ReadBody) -> None:
    """Each recorded body, with a recognisable text in place of every value that is not one of the vendor's words."""
    readings = []
    for body in BODIES:
        document = _with_canaries(orjson.loads(body), VENDOR_MEMBERS)
        result = read_body(orjson.dumps(document), event)
        if isinstance(result, Unreadable):
            assert CANARY not in repr(result)
            continue
        published = {name: getattr(result, name) for name in Reading.__slots__ if name != "content"}
        assert CANARY not in repr(published)
        readings.append(result)
    assert readings


def test_a_word_in_capitals_is_shown_only_where_the_vendor_puts_words(read_body: ReadBody, sample: Sample) -> None:
    """A name in capitals looks like a word, so no member of ``data`` that describes the person is ever shown."""
    document = orjson.loads(sample("sample-manual-finished-suspected"))
    words = ("docType", "ageEstimate", "clientIpProxyRiskLevel")
    document["data"] |= {name: "CANARY" for name in document["data"] if name not in words}
    document["AML"][0]["data"][0] |= {"name": "CANARY", "reason": "CANARY", "listName": "CANARY"}
    document |= dict.fromkeys(("externalRef", "clientIp", "clientLocation", "manualAddress"), "CANARY")

    result = read_body(orjson.dumps(document))

    assert isinstance(result, Reading)
    published = {name: getattr(result, name) for name in Reading.__slots__ if name != "content"}
    assert "CANARY" not in repr(published)


def test_the_content_is_the_same_whichever_event_brought_the_result(read_body: ReadBody, sample: Sample) -> None:
    """Section 2: an account that subscribes to old and new types gets every result twice."""
    body = sample("sample-manual-finished-approved")

    old, new = read_body(body, "IDENTIFICATION"), read_body(body, "IDENTIFICATION_MANUAL_FINISHED")

    assert isinstance(old, Reading)
    assert isinstance(new, Reading)
    assert (old.content, old.kind, old.outcome, old.final) == (new.content, new.kind, new.outcome, new.final)


def test_links_that_were_signed_anew_do_not_change_the_content(read_body: ReadBody, sample: Sample) -> None:
    """Section 4.3: presigned links may be renewed between two deliveries of one decision, wherever they stand."""
    document = orjson.loads(sample("sample-approved-with-extract-step"))
    document["registryCenterCheck"] = {"facePhoto": "https://files.example/1?Signature=a"}
    first = read_body(orjson.dumps(document))
    document["fileUrls"] = {"FRONT": "https://files.example/front?Signature=b"}
    document["additionalStepPdfUrls"] = {}
    document["registryCenterCheck"] = {"facePhoto": "HTTPS://files.example/1?Signature=b"}

    second = read_body(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))

    assert isinstance(first, Reading)
    assert isinstance(second, Reading)
    assert first.content == second.content
    assert b"://" not in first.content


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("status", "overall"), "DENIED"),
        (("status", "manualFace"), "FAKE_FACE"),
        (("data", "docNumber"), "1"),
        (("finishTime",), 1750000091),
        (("AML",), [{"status": {"overallStatus": "SUSPECTED"}}]),
        (("riskAssessment", "riskLevel"), "HIGH"),
        (("clientId",), "cust-9999"),
    ],
)
def test_whatever_decides_changes_the_content(
    path: tuple[str, ...], value: object, read_body: ReadBody, sample: Sample
) -> None:
    """Two attempts with equal results differ at least in when they were finished."""
    document = orjson.loads(sample("sample-manual-finished-approved"))
    before = read_body(orjson.dumps(document))
    holder = document
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value

    after = read_body(orjson.dumps(document))

    assert isinstance(before, Reading)
    assert isinstance(after, Reading)
    assert before.content != after.content


def test_an_event_stays_small_however_much_a_document_holds(read_body: ReadBody) -> None:
    """A body may be 2 MiB; an event that outgrew the log could never be written, and would block its partition."""
    many = [f"TAG_{number}" for number in range(5000)]
    body = {
        "scanRef": "r",
        "status": {"overall": "SUSPECTED", "fraudTags": many},
        "AML": [{"status": {"overallStatus": "SUSPECTED"}}] * 5000,
    }

    reading = read_body(orjson.dumps(body))

    assert isinstance(reading, Reading)
    assert (MAX_ENTRIES,) * 3 == (len(reading.checks), len(reading.reasons), len(reading.unmapped))


def test_the_mapping_says_how_long_to_look_back() -> None:
    """Sections 4.1 and 12: retries bridge 100 s at best, and a signature holds for ever."""
    assert ("idenfy", 120, 90) == (MAPPING.vendor, MAPPING.retry_horizon.seconds, MAPPING.remember_for.days)
