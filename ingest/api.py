"""How a vendor is asked: what is to be read there, what one call is, and what its answer comes to.

A vendor's file describes its API with these words and two or three short functions; tokens, budgets, deadlines, repeats
and everything else that any vendor needs are ``ingest.calling``'s.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from runtime.errors import HooklineError
from runtime.secrets import Secret
from schemas.callback import Callback

DAY = 86_400.0


class VendorError(HooklineError):
    """The vendor did not give what it was asked for; the kinds of it say what to do.

    ``answer`` is the body of what it said instead, where it said something in its own words. It is never part of the
    message: a person's data may stand in it.
    """

    answer: bytes | None = None


class VendorUnavailable(VendorError):
    """Ask again later: it does not answer, or not as itself.

    ``after`` are the seconds that it asked for, ``None`` where it did not. ``was_sent`` is false where the request
    certainly never came to be worked on.
    """

    def __init__(self, message: str, after: float | None = None, *, was_sent: bool = True) -> None:
        super().__init__(message)
        self.after = after
        self.was_sent = was_sent


class VendorLimited(VendorUnavailable):
    """Ask nothing of this account for a while: it asks more than the vendor allows."""

    def __init__(self, message: str, after: float | None = None, *, was_sent: bool = False) -> None:
        super().__init__(message, after, was_sent=was_sent)


class BudgetSpent(VendorError):
    """Ask this again ``after`` so many seconds: until then the account's budget has no room for it."""

    def __init__(self, message: str, after: float) -> None:
        super().__init__(message)
        self.after = after


class NotThere(VendorError):
    """Ask again for some minutes, as it may be too early; after that it is not there."""

    def __init__(self, message: str, answer: bytes | None = None) -> None:
        super().__init__(message)
        self.answer = answer


class VendorRefused(VendorError):
    """Do not ask again as you did: mend the settings, the account's rights, or the program."""

    def __init__(self, message: str, answer: bytes | None = None) -> None:
        super().__init__(message)
        self.answer = answer


class Unconfirmed(VendorError):
    """Look there before it is asked for again: it was sent, and may hold. ``answer`` is the vendor's, if one came."""

    def __init__(self, message: str, answer: bytes | None = None) -> None:
        super().__init__(message)
        self.answer = answer


class Unfetchable(HooklineError):
    """Do not ask at all: the callback does not name what it is about, or names it in a way that no id is written."""


@dataclass(frozen=True, slots=True)
class Target:
    """One resource to read at the vendor. ``kind`` is the vendor file's own word.

    Its document is a record of ``verification_id``. ``subject_ref`` is the person or business it belongs to, where that
    is known and the vendor needs it. Two equal targets that wait together cost one call.
    """

    kind: str
    verification_id: str
    subject_ref: str | None = None


ANYTHING = "*/*"
"""The form of an answer that the vendor's pages do not tell: only its status counts."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call. ``path`` goes behind the account's base URL; what is no constant in it has gone through ``segment``.

    ``counts`` is false for what the vendor does not count against its quota. ``json`` is the body, if there is one.
    ``form`` is what the answer must be: JSON, bytes of that media type, or ``ANYTHING``, nothing included.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    json: object = None
    form: str = "application/json"
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: its bytes as they came, and as ``document`` what they say where they are JSON."""

    body: bytes
    document: object = None


Call = Callable[[Request], Awaitable[Answer]]
"""Makes one call within the account's budget and deadline. Raises the kinds of ``VendorError``."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What reading a target came to: the bodies to be kept, verbatim.

    ``settled`` is false while the vendor has more to say soon: then it is asked again by the vendor's own schedule.
    ``more`` are targets that this answer shows to be worth reading.
    """

    bodies: tuple[bytes, ...]
    settled: bool = True
    more: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are to the vendor. ``token_url`` is absolute; ``client_id`` and ``scope`` where the vendor has them."""

    base_url: str
    secret: Secret
    token_url: str | None = None
    client_id: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """The POST that gives an access token. ``form`` is its form body, ``query`` goes into the URL."""

    authorization: str
    form: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """What an account may ask, ``None`` being no bound: calls a second, at once, an hour, a day.

    Hour and day slide, so that no vendor's calendar day, in whatever zone, sees more. Of each, ``reconcile_share`` at
    most goes to asking about verifications that no callback came for.
    """

    per_second: float | None = None
    parallel: int = 8
    per_hour: int | None = None
    per_day: int | None = None
    reconcile_share: float = 1.0


@dataclass(frozen=True, slots=True)
class Open:
    """A verification that has not ended, as the projection tells it.

    ``first_at`` and ``last_at`` are when its first and its last event were received, in Unix seconds.
    """

    source: str
    verification_id: str
    subject_ref: str | None
    first_at: float
    last_at: float
    is_business: bool = False


def _is_no_error(_document: object) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class VendorApi:
    """One vendor's API.

    ``targets`` says what a callback gives to read; empty where it speaks for itself, ``None`` where all of them do.
    ``target_of`` says what to read of an open verification. Both raise ``Unfetchable``. ``fetch`` reads a target, by
    one or more calls.
    ``authorization`` gives the header of each call where no token is needed, ``token_request`` how to get one else;
    ``authorization_header`` is that header's name.
    ``needs_client_id``: the secret alone is not enough for it. ``unauthorized`` are the statuses that say that our
    credentials are wrong. ``is_error`` tells an error that came as a success; ``bare_errors``: the vendor's own errors
    may come without JSON.
    ``again`` are the seconds after its callback at which a target is read while it is not settled, ``missing_for``
    those for which one that is not there is asked for again. ``after_limit`` is how long nothing is asked after an
    answer 429, in seconds. ``gone`` are the kinds of targets whose lasting absence is an answer, and kept as one.
    ``ticks_since_first`` and ``ticks_since_last`` are the times at which an open verification
    is asked about, after its first and its last event.
    """

    targets: Callable[[Callback], Sequence[Target]] | None
    target_of: Callable[[Open], Target]
    fetch: Callable[[Call, Target], Awaitable[Fetched]]
    ticks_since_last: tuple[timedelta, ...] = ()
    ticks_since_first: tuple[timedelta, ...] = ()
    needs_client_id: bool = False
    authorization: Callable[[Credentials], str] | None = None
    authorization_header: str = "Authorization"
    token_request: Callable[[Credentials], TokenRequest] | None = None
    unauthorized: frozenset[int] = frozenset({401})
    is_error: Callable[[object], bool] = _is_no_error
    bare_errors: bool = False
    again: tuple[float, ...] = ()
    missing_for: float = 300.0
    gone: frozenset[str] = frozenset()
    after_limit: float = 1.0
    budget: Budget = Budget()


def segment(text: str, pattern: re.Pattern[str]) -> str:
    """The id as a piece of a path. Raises ``Unfetchable`` for what ``pattern`` does not match whole."""
    if pattern.fullmatch(text) is None or text in {".", ".."}:
        raise Unfetchable(f"an id of {len(text)} characters is not written as this vendor writes ids")
    return quote(text, safe="")
