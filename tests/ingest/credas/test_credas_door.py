from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from ingest.door import Delivery
from ingest.options import checked_options
from ingest.vendors.credas import DOOR
from ingest.vendors.credas.door import authenticate, token_query, verification_id
from ingest.vendors.credas.webhook import Kind, webhook_of
from runtime.errors import SettingsInvalid
from runtime.secrets import Secret
from runtime.settings import SourceSettings
from tests.ingest.credas.portal import ENTITY, OTHER_PROCESS, PROCESS, sample_bytes

VALUE = "of-32-random-bytes, with any; character="
PROCESS_BODY = sample_bytes("webhook-process-complete")
STATUS_BODY = sample_bytes("webhook-status-update-name-check")
ACTOR_BODY = sample_bytes("webhook-process-actor-delivered")
KEY = Secret("env:KEY", b"token-key:" + b"k" * 32)
OLD_KEY = Secret("env:OLD", b"token-key:" + b"o" * 32)
HEADER = Secret("env:VALUE", VALUE.encode())

JSON = st.recursive(
    st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


def secrets_of(*values: str) -> list[Secret]:
    return [Secret(f"secrets[{n}]", value.encode()) for n, value in enumerate(values)]


def delivery(
    body: bytes, *headers: tuple[str, str], query: str = "", options: dict[str, str] | None = None
) -> Delivery:
    return Delivery(CIMultiDictProxy(CIMultiDict(headers)), body, query, options or {})


def with_headers(*headers: tuple[str, str], **options: str) -> Delivery:
    return delivery(PROCESS_BODY, *headers, options=options)


def with_query(query: str, body: bytes = PROCESS_BODY, value: str = VALUE) -> Delivery:
    return delivery(body, ("webhookAuth", value), query=query)


def source(**options: str) -> SourceSettings:
    return SourceSettings.model_validate({"name": "credas", "vendor": "credas", "secrets": ["s"], "options": options})


@pytest.mark.parametrize("value", [VALUE, f"  {VALUE}\t", "old"])
def test_any_live_value_opens_whatever_white_space_is_around_it(value: str) -> None:
    """Two are live while one replaces the other (section 3)."""
    assert authenticate(with_headers(("WEBHOOKAUTH", value)), secrets_of("old", VALUE)) is not None


@pytest.mark.parametrize("value", ["", " ", VALUE.upper(), VALUE + "x", VALUE[:-1], "ä", "\udcff"])
def test_no_other_value_opens(value: str) -> None:
    """The value is compared whole."""
    assert authenticate(with_headers(("webhookAuth", value)), secrets_of("old", VALUE)) is None


def test_no_header_or_two_open_nothing() -> None:
    """A proxy that adds one must not be able to choose."""
    twice = with_headers(("webhookAuth", VALUE), ("webhookauth", VALUE))
    assert [None, None] == [authenticate(each, [HEADER]) for each in (twice, with_headers())]


def test_the_header_is_the_one_that_the_settings_name() -> None:
    """The value in the usual place does not open then. Neither of the two is ever stored."""
    assert authenticate(with_headers(("hookline", VALUE), auth_header="hookline"), [HEADER]) is HEADER
    assert authenticate(with_headers(("webhookAuth", VALUE), auth_header="hookline"), [HEADER]) is None
    assert ("auth_header", True) == (DOOR.header_option, b"webhookauth" in DOOR.secret_headers)


@pytest.mark.parametrize("name", ["webhook-auth", "webhook_auth", "webhook auth", "é", "a" * 101])
def test_a_header_that_credas_cannot_send_is_refused(name: str) -> None:
    """Section 3: no hyphens and no special characters; else nothing would ever come in."""
    with pytest.raises(SettingsInvalid, match="auth_header"):
        checked_options(source(auth_header=name), DOOR)


def test_the_options_that_there_are() -> None:
    """The path of section 5.2 has two spellings, the published one first."""
    options = {"auth_header": "hookline", "documents_path": "non-biometric-documents", "time_zone": "Europe/London"}
    assert options == checked_options(source(**options), DOOR)
    assert "non-biometic-documents" == DOOR.words["documents_path"][0]


def test_no_token_is_stored() -> None:
    """Section 3: whoever reads the log must not be able to send in its vendor's name."""
    name, _, _ = token_query(KEY, "p-1").partition("=")
    assert frozenset({name}) == DOOR.secret_parameters


@pytest.mark.parametrize("key", [KEY, OLD_KEY])
def test_a_process_webhook_needs_its_token_where_there_is_a_key(key: Secret) -> None:
    """Beside the header's value, under any live key (section 3)."""
    secrets = [HEADER, KEY, OLD_KEY]
    query = token_query(key, "our-process-1")
    assert HEADER is authenticate(with_query(query), secrets)
    assert HEADER is authenticate(with_query(f"a=b&{query}&c"), secrets)
    assert authenticate(with_query(query, value="wrong"), secrets) is None


@pytest.mark.parametrize(
    "query",
    [
        "",
        "t=",
        "t=our-process-1",
        token_query(KEY, "our-process-1").replace("our-process-1", "our-process-2"),
        token_query(KEY, "our-process-1")[:-1],
        token_query(KEY, "our-process-1") + "&" + token_query(KEY, "our-process-1"),
        token_query(OLD_KEY, "our-process-1"),
        token_query(KEY, "our-process-1").replace("t=", "u="),
        "a&" * 20 + token_query(KEY, "our-process-1"),
        "t=%ff",
    ],
)
def test_no_other_token_opens(query: str) -> None:
    """One of our making, whole, and once."""
    assert authenticate(with_query(query), [HEADER, KEY]) is None


@pytest.mark.parametrize("body", [STATUS_BODY, ACTOR_BODY])
def test_webhooks_of_the_portal_need_no_token(body: bytes) -> None:
    """Their URL is the same for all processes (section 2); with keys alone nothing proves them."""
    assert HEADER is authenticate(with_query("", body), [HEADER, KEY])
    assert authenticate(with_query(token_query(KEY, "p-1"), body), [KEY]) is None


def test_keys_alone_let_process_webhooks_in() -> None:
    """For an account at which no header can be set."""
    assert KEY is authenticate(delivery(PROCESS_BODY, query=token_query(KEY, "p-1")), [KEY])
    assert authenticate(delivery(PROCESS_BODY), [KEY]) is None


def test_a_key_is_no_value_of_the_header() -> None:
    """Whoever makes tokens must not be able to do without them."""
    assert authenticate(delivery(PROCESS_BODY, ("webhookAuth", KEY.value.decode())), [KEY]) is None
    assert authenticate(delivery(STATUS_BODY, ("webhookAuth", KEY.value.decode())), [HEADER, KEY]) is None


def test_a_short_key_opens_nothing_and_says_so() -> None:
    """Section 3: tokens of 256 bits. An empty key anybody would know."""
    for key in (b"token-key:", b"token-key:" + b"k" * 31):
        with pytest.raises(ValueError, match="at least 32"):
            token_query(Secret("env:KEY", key), "p-1")
    with pytest.raises(ValueError, match="reference"):
        token_query(KEY, "a b")


def test_without_secrets_nothing_opens() -> None:
    """A source that accepts everything is the settings' to say."""
    assert authenticate(with_headers(("webhookAuth", "")), []) is None


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (PROCESS_BODY, Kind.PROCESS, PROCESS),
        (ACTOR_BODY, Kind.ACTOR, OTHER_PROCESS),
        (STATUS_BODY, Kind.STATUS, ENTITY),
        (b'{"processId":"' + PROCESS.upper().encode() + b'","status":3}', Kind.PROCESS, PROCESS),
        (b'{"PROCESSID":"' + PROCESS.encode() + b'","Step":"x"}', Kind.PROCESS, PROCESS),
        (b'{"updateType":3,"payload":{"entityId":"' + ENTITY.encode() + b'"}}', Kind.STATUS, ENTITY),
        (b'{"UpdateType":9,"Payload":"{\\"ProcessId\\":\\"' + PROCESS.encode() + b'\\"}"}', Kind.STATUS, PROCESS),
        (b'{"UpdateType":9,"Payload":"{"}', Kind.STATUS, None),
        (b'{"UpdateType":9}', Kind.STATUS, None),
        (b'{"ProcessId":"00000000-0000-0000-0000-000000000000"}', Kind.PROCESS, None),
        (b'{"ProcessId":"../1","Status":2}', Kind.PROCESS, None),
        (b'{"ProcessId":7,"Status":2}', Kind.PROCESS, None),
        (b'{"ProcessId":"' + PROCESS.encode() + b'","processId":"x"}', Kind.UNKNOWN, None),
        (b'{"regCode":"ABC-123","referenceId":"ours"}', Kind.REGISTRATION, "ABC-123"),
        (b"[]", Kind.UNKNOWN, None),
        (b"", Kind.UNKNOWN, None),
        (b"\xff", Kind.UNKNOWN, None),
    ],
)
def test_a_webhook_is_told_by_its_members_in_any_case(body: bytes, kind: Kind, expected: str | None) -> None:
    """Section 2: there is no type header. Of a status update most name their entity alone; its processes are read."""
    assert (kind, expected) == (webhook_of(body).kind, verification_id(delivery(body)))


@given(st.binary() | JSON.map(lambda value: json.dumps({"UpdateType": 1, "Payload": json.dumps(value)}).encode()))
def test_whatever_comes_nothing_is_raised(body: bytes) -> None:
    """What the door promises the receiver."""
    came = delivery(body, ("webhookAuth", VALUE), query=body.decode("latin-1"))
    assert authenticate(came, [HEADER, KEY]) in {HEADER, None}
    assert verification_id(came) is None


def test_deeply_nested_bodies_name_nothing() -> None:
    """The parser's bound, not the stack's."""
    for body in (b"[" * 100_000, b'{"Payload":' * 2000, b'{"UpdateType":3,"Payload":"' + b"[" * 100_000 + b'"}'):
        assert verification_id(delivery(body)) is None
