"""Who the partner is at IDVerse, and how this IDVerse behaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sandbox.idverse import words
from sandbox.pace import check

Form = Literal["form", "query", "json"]
"""How a notification carries its two members: the published form, and what the pages leave room for (facts 2.1)."""

FORMS: tuple[Form, ...] = ("form", "query", "json")
NO_RETRY: tuple[float, ...] = ()
"""IDVerse publishes no retries (facts 4): a notification is sent once."""


@dataclass(frozen=True, slots=True)
class Account:
    """A partner's tenant: its keys for both products, its limits and its configuration. Times are in seconds.

    ``api_key`` stands behind ``Basic`` exactly as given. ``webhook_url`` and ``webhook_header`` (name, value) are for
    transactions whose create request names no receiver: at IDVerse nobody would be told of those. ``daily_quota`` and
    ``burst`` (calls a second) count create and fetch JSON. With ``data_check`` every transaction also runs a data
    provider, with ``doc_only`` none looks at faces unless its create request says otherwise.
    """

    tenant: str = "sandbox"
    api_key: str = field(default="sandbox-api-key", repr=False)
    client_id: str = "sandbox-client"
    client_secret: str = field(default="sandbox-client-secret", repr=False)
    token_lifetime: int = 3600
    enterprise_token_lifetime: int = 900
    webhook_url: str | None = None
    webhook_header: tuple[str, str] | None = field(default=None, repr=False)
    daily_quota: int = 2000
    burst: int = 500
    link_lifetime: int = 7 * 86_400
    enterprise_link_lifetime: int = 48 * 3600
    data_check: bool = False
    doc_only: bool = False

    def __post_init__(self) -> None:
        if self.burst < 1 or self.daily_quota < 0:
            raise ValueError("account: burst must be at least 1, daily_quota must not be negative")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the vendor behaves. Its waits are in its own seconds; one of them lasts ``time_scale`` seconds of the clock.

    Scaled are: the user's pace, the checks, retries and their time limit, ``latency`` (what a call takes), an outage,
    and the minute that follows a 429. Not scaled is what a client can measure for itself: lives of tokens and links,
    the day of the quota. With a ``seed``, people, the random part of ids, and which notifications are lost follow from
    it and from the order of the calls.

    ``by_itself`` is the outcome to which every new transaction goes without being driven; ``None`` leaves them to the
    control API. ``duplicates`` is how often each notification is sent, ``reorder`` how many are held and then sent in
    another order (0: none), ``drop`` the share that is never sent.
    Whether EXPIRED and CANCELLED are notified is not published; ``tell_closings`` has them told, under these words.
    ``keep`` bounds what is remembered: transactions, tokens, attempts, and deliveries under way.
    """

    seed: str | int | None = None
    time_scale: float = 1.0
    by_itself: str | None = None
    opens_after: float = 30.0
    user_takes: float = 120.0
    checks_take: float = 20.0
    latency: float = 0.0
    form: Form = "form"
    retries: tuple[float, ...] = NO_RETRY
    time_limit: float = 10.0
    duplicates: int = 1
    reorder: int = 0
    drop: float = 0.0
    tell_closings: bool = False
    keep: int = 10_000

    def __post_init__(self) -> None:
        own = (self.opens_after, self.user_takes, self.checks_take, self.latency)
        more = {
            "no wait of its own may be negative": any(wait < 0 for wait in own),
            f"by_itself must be one of {', '.join(words.OUTCOMES)}": self.by_itself not in (None, *words.OUTCOMES),
            f"form must be one of {', '.join(FORMS)}": self.form not in FORMS,
        }
        check(self, more)
