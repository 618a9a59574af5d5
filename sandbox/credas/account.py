"""Who the client is at Credas, and how this Credas behaves."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.credas import words
from sandbox.pace import check

_LEAST_SUCCESS, _BEYOND_SUCCESS = 200, 300


@dataclass(frozen=True, slots=True)
class Account:
    """A client's portal: its key, its journey, and whom it tells.

    ``actor_url`` and ``status_url`` are set per portal, as at Credas; ``process_url`` is for processes that are created
    without a ``webhookUrl``: at Credas nobody would be told of those. ``headers`` are the names and values that every
    webhook carries; Credas takes no name with hyphens or special characters (facts 3).
    """

    client_id: str = "8c55ebc3-7ac2-469e-9837-94023aa82c3d"
    api_key: str = field(default="sandbox-api-key", repr=False)
    journey_id: str = "fae35444-2710-43db-98a0-23fbfeef6f8b"
    actor_id: int = 42
    process_url: str | None = None
    actor_url: str | None = None
    status_url: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not all(name.isascii() and name.isalnum() for name, _ in self.headers):
            raise ValueError("account: a header's name has letters and digits alone")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the vendor behaves. Its waits are in its own seconds; one of them lasts ``time_scale`` seconds of the clock.

    With a ``seed``, people, ids, and which webhooks are lost follow from it and from the order of the calls.
    ``by_itself`` is the outcome to which every new process goes without being driven; ``None`` leaves them to the
    control API. ``invite_sent_after`` and ``invite_delivered_after`` are an invitation's, ``user_takes`` and
    ``checks_take`` those of the person and of the analysis.

    ``visible_after`` is how long results stay empty after the webhook that announces them (facts 5.1).
    ``override_answer`` is the status of a successful override, and ``documents_path`` the only spelling that the server
    knows: neither is published (facts 5.2). ``upper_case`` has webhooks write their GUIDs in capitals.
    ``tell_deletion`` has a deleted process told, as it was observed (facts 2.1).

    Retries and the time limit of a webhook are not published: it is sent once. ``duplicates`` is how often each is
    sent, ``reorder`` how many are held and then sent in another order (0: none), ``drop`` the share that is never sent.
    ``keep`` bounds what is remembered: entities, processes, attempts, and deliveries under way.
    """

    seed: str | int | None = None
    time_scale: float = 1.0
    by_itself: str | None = None
    invite_sent_after: float = 1.0
    invite_delivered_after: float = 3.0
    user_takes: float = 120.0
    checks_take: float = 20.0
    visible_after: float = 2.0
    latency: float = 0.0
    override_answer: int = 200
    documents_path: str = words.DOCUMENTS_PATH
    upper_case: bool = False
    tell_deletion: bool = True
    retries: tuple[float, ...] = ()
    time_limit: float = 10.0
    duplicates: int = 1
    reorder: int = 0
    drop: float = 0.0
    keep: int = 10_000

    def __post_init__(self) -> None:
        invite = (self.invite_sent_after, self.invite_delivered_after)
        own = (*invite, self.user_takes, self.checks_take, self.visible_after, self.latency)
        more = {
            "no wait of its own may be negative": any(wait < 0 for wait in own),
            f"by_itself must be one of {', '.join(words.OUTCOMES)}": self.by_itself not in (None, *words.OUTCOMES),
            "override_answer must be a 2xx": not _LEAST_SUCCESS <= self.override_answer < _BEYOND_SUCCESS,
        }
        check(self, more)
