"""What the console needs of whoever acts at vendors, in words of its own: it never imports the doors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from runtime.access.identity import Identity
from runtime.errors import HooklineError


@dataclass(frozen=True, slots=True)
class ActionField:
    """``kind`` is ``text``, ``number``, ``flag``, ``json`` or ``file``. ``many``: a list of such values."""

    name: str
    help: str
    kind: str
    required: bool
    choices: tuple[str, ...]
    many: bool


@dataclass(frozen=True, slots=True)
class ActionType:
    """One thing that can be done at a vendor. ``effect`` is ``reads``, ``changes``, ``creates`` or ``decides``.

    ``allowed`` is for whoever asked; ``two_persons``: somebody else must confirm it. ``file``: the media type of the
    file that it answers with. ``about``: the field that names the verification that it is about, where it is about one.
    ``sources`` are the accounts where it can be done.
    """

    vendor: str
    name: str
    help: str
    fields: tuple[ActionField, ...]
    effect: str
    needs_reason: bool
    file: str | None
    about: str | None
    allowed: bool
    two_persons: bool
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionOrder:
    """``arguments`` by field's name, files as bytes. The same ``key`` again does nothing twice, and nothing else: with
    another source, reason or argument it is a fault, ``key-reused``.
    """

    vendor: str
    action: str
    arguments: Mapping[str, object]
    source: str | None = None
    reason: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """``state`` is ``DONE`` or ``ASKED`` (somebody else must confirm it). ``replayed``: nothing was done now; this came
    of the same request under the same key before.

    ``holds`` is false where the vendor accepted it and then shows something else. ``answer`` is what whoever asked is
    shown, ``file`` the bytes where it is a file.
    """

    state: str
    action_id: str
    vendor: str
    action: str
    verification_id: str | None
    holds: bool = True
    answer: object = None
    file: bytes | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class ActionWaiting:
    """Asked for by ``operator``; whoever confirms it must see all of it."""

    action_id: str
    vendor: str
    source: str
    action: str
    operator: str
    reason: str
    arguments: Mapping[str, object]
    asked_at: datetime


class ActionFault(HooklineError):
    """It was not done, or nobody knows. ``status`` is HTTP's; ``fields`` say what is wrong with each."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int,
        fields: Mapping[str, str] | None = None,
        *,
        vendor_says: str | None = None,
        action_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.fields = fields or {}
        self.vendor_says = vendor_says
        self.action_id = action_id


class ActionDesk(Protocol):
    """Each raises ``ActionFault``."""

    def types(self, who: Identity) -> Sequence[ActionType]: ...

    def preview(self, who: Identity, order: ActionOrder) -> Sequence[Mapping[str, object]]:
        """The requests that it would make, secrets hidden; nothing is done."""
        ...

    async def perform(self, who: Identity, order: ActionOrder) -> ActionOutcome: ...

    async def waiting(self, who: Identity) -> Sequence[ActionWaiting]:
        """What may be confirmed, of what this person may confirm or has asked for; oldest first."""
        ...

    async def confirm(self, who: Identity, action_id: str) -> ActionOutcome: ...
