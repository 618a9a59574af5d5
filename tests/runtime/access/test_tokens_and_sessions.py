"""Tokens, sessions, links that sign in once, and waiting after wrong tries."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.access.access import Access, access_of
from runtime.access.errors import NotAuthenticated, TooManyTries
from runtime.access.identity import Identity, Role
from runtime.access.once import OneTimeCodes
from runtime.access.sessions import Sealer, Sessions, session_key
from runtime.access.throttle import Throttle
from runtime.access.tokens import Tokens, tokens_of
from runtime.errors import SettingsInvalid
from runtime.settings import OperatorSettings

ANNS, BOBS = "a" * 32, "b" * 32
DEV = Identity("dev", Role.ADMIN, ("*.*",))
NOON = 1_800_000_000.0


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


def operator(name: str, token: str, **more: object) -> OperatorSettings:
    return OperatorSettings.model_validate({"name": name, "token": token, **more})


def test_a_token_is_whose_it_is_and_nobody_elses(tmp_path: Path) -> None:
    """With the role and the rights of the settings; it may lie in a file."""
    (tmp_path / "bob").write_text(BOBS + "\n")
    known = tokens_of([operator("ann", ANNS, role="admin"), operator("bob", f"file:{tmp_path}/bob", may=["credas.*"])])
    assert Identity("ann", Role.ADMIN) == known.holding(ANNS)
    assert Identity("bob", Role.OPERATOR, ("credas.*",)) == known.holding(BOBS)
    assert {None} == {known.holding(each) for each in ("", "c" * 32, ANNS + "a", ANNS[:-1], "ü" * 32, "\udc80")}


def test_no_token_can_be_read_off_what_is_kept() -> None:
    """Neither in memory, nor where somebody prints it."""
    known = tokens_of([operator("ann", ANNS)])
    assert ANNS not in repr(known) + repr(known.by_digest)


def test_roles_include_those_below_them() -> None:
    may = {role: [other for other in Role if role.includes(other)] for role in Role}
    assert {"viewer": ["viewer"], "operator": ["viewer", "operator"], "admin": ["viewer", "operator", "admin"]} == may


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> Sessions:
    return Sessions(Sealer(b"k" * 32, clock), 3600)


def test_a_session_is_found_by_its_cookie_until_it_ends(sessions: Sessions, clock: Clock) -> None:
    """However often it is used meanwhile. Nothing of it can be read off the cookie."""
    session = sessions.begin("ann", "token", ("proof",))
    cookie = sessions.cookie_of(session)
    clock.now += 3599
    assert session == sessions.found(cookie)
    clock.now += 2
    assert None is sessions.found(cookie)
    assert not [word for word in ("ann", session.csrf, session.id) if word in cookie]


def test_each_session_is_another_one(sessions: Sessions) -> None:
    """Its forms too: what one session's page carries is good for that session."""
    one, other = (sessions.begin("ann", "token", ("proof",)) for _ in range(2))
    assert 4 == len({one.id, other.id, one.csrf, other.csrf})


def test_after_leaving_a_copy_of_the_cookie_is_worth_nothing(sessions: Sessions, clock: Clock) -> None:
    """Other sessions of the same person go on. It is forgotten when it would have ended anyway."""
    one, other = (sessions.begin("ann", "token", ("proof",)) for _ in range(2))
    sessions.end(one.id, one.ends)
    assert (None, other) == (sessions.found(sessions.cookie_of(one)), sessions.found(sessions.cookie_of(other)))
    clock.now += 7200
    sessions.end(other.id, other.ends)
    assert not sessions._ended


@given(st.text())
def test_no_text_is_a_session_that_we_did_not_seal(text: str) -> None:
    assert None is Sessions(Sealer(b"k" * 32), 3600).found(text)


def test_only_the_same_key_opens_a_cookie_and_only_for_what_it_was_sealed(sessions: Sessions, clock: Clock) -> None:
    """A console beside this one with the same key knows the session, one with another key does not."""
    cookie = sessions.cookie_of(sessions.begin("ann", "token", ("proof",)))
    same, other = (Sessions(Sealer(key * 32, clock), 3600) for key in (b"k", b"x"))
    assert (True, None) == (same.found(cookie) is not None, other.found(cookie))
    assert None is sessions.found(sessions.sealer.sealed("login", {"state": "x"}))
    assert None is sessions.sealer.opened("login", cookie, 3600)


@pytest.mark.parametrize("members", [{}, {"name": "ann"}, {"proof": ["x"]}, {"proof": ["x"], "colour": "red"}])
def test_a_cookie_of_another_version_is_no_session(sessions: Sessions, members: dict[str, object]) -> None:
    """Its person signs in again; it is no fault of theirs, nor of ours."""
    assert None is sessions.found(sessions.sealer.sealed("session", members))


def test_a_mark_tells_contents_apart_and_is_made_with_the_key_alone(sessions: Sessions, clock: Clock) -> None:
    """A console beside this one with the same key makes the same."""
    same, other = (Sealer(key * 32, clock) for key in (b"k", b"x"))
    one = sessions.sealer.mark(b"one")
    assert (one, False, False) == (same.mark(b"one"), one == same.mark(b"other"), one == other.mark(b"one"))


def test_a_key_that_is_short_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match=r"console\.session_key: 5 bytes; give 32"):
        session_key(b"short")


def test_a_session_is_whom_the_settings_know_now() -> None:
    """A role that changed holds at once; a token that was changed or taken away ends the session."""

    def access(*entries: OperatorSettings) -> Access:
        return access_of(tokens_of(entries))

    session = access(operator("ann", ANNS)).begin_with_token(ANNS)
    assert session is not None
    found = [access(operator("ann", ANNS, role=role)).of_session(session) for role in ("viewer", "admin")]
    assert ["viewer", "admin"] == [each.role for each in found if each is not None]
    assert [None, None] == [access(*entries).of_session(session) for entries in ([operator("ann", BOBS)], [])]


def test_a_link_signs_in_once() -> None:
    access = access_of(Tokens(), own=DEV)
    link = access.one_time_link("http://127.0.0.1:8088")
    base, _, code = link.partition("?once=")
    token = access.codes.use(code)
    assert ("http://127.0.0.1:8088/login", None, None) == (base, access.codes.use(code), access.codes.use("other"))
    assert token is not None
    assert DEV == access.tokens.holding(token)
    assert token not in link + repr(access)


def test_a_link_is_good_for_ten_minutes(clock: Clock) -> None:
    codes = OneTimeCodes(clock)
    late, in_time = codes.make("token"), codes.make("token")
    clock.now += 599
    assert "token" == codes.use(in_time)
    clock.now += 2
    assert None is codes.use(late)


def test_links_do_not_pile_up() -> None:
    codes = OneTimeCodes()
    made = [codes.make("token") for _ in range(150)]
    assert (None, "token", 99) == (codes.use(made[0]), codes.use(made[-1]), len(codes._left))


def test_without_anybody_of_its_own_a_process_gives_no_link() -> None:
    with pytest.raises(NotAuthenticated):
        access_of(Tokens()).one_time_link("http://127.0.0.1:8088")


async def test_without_anybody_in_the_settings_nobody_comes_in() -> None:
    """The message says what to add."""
    with pytest.raises(NotAuthenticated, match=r"no \[\[operator\]\] and no \[oidc\]"):
        await access_of(Tokens()).of_bearer(ANNS)


def test_wrong_tries_make_an_address_wait_and_no_other(clock: Clock) -> None:
    """It is told for how long."""
    throttle = Throttle(clock)
    for _ in range(10):
        throttle.check("192.0.2.1")
        throttle.was_wrong("192.0.2.1")
        clock.now += 1
    with pytest.raises(TooManyTries, match="wait 50 s") as raised:
        throttle.check("192.0.2.1")
    throttle.check("192.0.2.2")
    clock.now += raised.value.seconds
    throttle.check("192.0.2.1")


def test_a_whole_network_of_ipv6_counts_as_one(clock: Clock) -> None:
    """Whoever has one address of it has all of them."""
    throttle = Throttle(clock)
    for number in range(10):
        throttle.was_wrong(f"2001:db8::{number}")
    with pytest.raises(TooManyTries):
        throttle.check("2001:db8::ffff")
    throttle.check("2001:db8:0:1::1")
    throttle.check(None)


def test_wrong_tries_take_bounded_memory(clock: Clock) -> None:
    throttle = Throttle(clock)
    for number in range(12_000):
        throttle.was_wrong(f"10.0.{number // 250}.{number % 250}")
    assert 10_000 == len(throttle._wrong)
