"""Who the partner is at iDenfy, and how this iDenfy behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from sandbox.idenfy import words
from sandbox.pace import check

Environment = Literal["DEV", "TEST", "PROD"]

TEN_RETRIES = (10.0,) * 10
"""Up to 10 retries at most 10 s apart: the dashboard's resend option (facts 4.1, ManageNotifications)."""
THREE_TRIES = (0.5, 0.5)
"""Three tries, 0.5 s apart (facts 4.1, the 2023 text)."""
ONE_RETRY = (0.5,)
"""Once more after 0.5 s, then "webhook failed" (facts 4.1, the FAQ)."""

DEFAULT_STEPS: Mapping[str, str] = MappingProxyType({words.UTILITY_BILL: "UPLOAD"})


@dataclass(frozen=True, slots=True)
class Account:
    """A partner's account: its keys, its one notification, its environment and what its contract covers.

    ``steps`` are the additional steps that are set for the account: name -> ``UPLOAD``, ``COMPARE`` or ``EXTRACT``.
    ``step_types`` are the types that its finances cover when a token request asks for another than the step's own.
    ``human_review`` left at ``None`` follows the environment: people review in TEST and PROD, nobody in DEV.
    ``events`` are the types that the notification subscribes to; with ``IDENTIFICATION`` among them each result is
    (also) sent under that older name. A ``signing_key`` of ``None`` leaves the webhooks unsigned.
    """

    api_key: str = "sandbox-api-key"
    api_secret: str = field(default="sandbox-api-secret", repr=False)
    signing_key: str | None = field(default="sandbox-signing-key", repr=False)
    webhook_url: str | None = None
    environment: Environment = "DEV"
    credits: int = 100
    steps: Mapping[str, str] = field(default_factory=lambda: DEFAULT_STEPS)
    step_types: frozenset[str] = words.STEP_TYPES
    human_review: bool | None = None
    callback_url_allowed: bool = True
    token_lifetime: int = 3600
    session_length: int = 600
    events: tuple[str, ...] = words.SEPARATE_EVENTS

    def __post_init__(self) -> None:
        unknown = {*self.steps.values(), *self.step_types} - words.STEP_TYPES
        if unknown:
            raise ValueError(f"account steps: unknown type {min(unknown)!r}; use UPLOAD, COMPARE or EXTRACT")

    @property
    def reviewed_by_people(self) -> bool:
        return self.environment != "DEV" if self.human_review is None else self.human_review


@dataclass(frozen=True, slots=True)
class Behaviour:
    r"""How the vendor behaves. Times are in its own seconds; one of them lasts ``time_scale`` real seconds.

    With a ``seed``, ids, people, links and times follow from it and from the requests alone, and time stands at
    ``start`` (Unix seconds) until the control API moves it; without one, ids are random and times are the real ones.
    ``duplicates`` is how often each webhook is sent, ``reorder`` how many are held and then sent in another order
    (0: none), ``drop`` the share that is never sent. ``escaped`` writes non-ASCII text as ``\u`` escapes.
    ``keep`` bounds what is remembered: verifications, attempts, and webhooks under way.
    """

    seed: str | int | None = None
    start: int = 1_750_000_000
    time_scale: float = 1.0
    retries: tuple[float, ...] = TEN_RETRIES
    time_limit: float = 10.0
    duplicates: int = 1
    reorder: int = 0
    drop: float = 0.0
    escaped: bool = False
    keep: int = 10_000

    def __post_init__(self) -> None:
        check(self)
