"""What the vendor did and was answered, and what stands on the topics and in the database afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from tests.chaos.story import Decision


class Answer(StrEnum):
    """What an attempt's end says about the callback: it is stored, it is not, or nobody can tell."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST. Its ``number`` went with it as a header; ``decision`` is ``None`` for a body that is no document."""

    number: str
    decision: Decision | None
    sha256: str
    answer: Answer


class Place(NamedTuple):
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A record of the callbacks' topic; ``attempt`` is the number in its headers, ``sha256`` that of its bytes."""

    place: Place
    attempt: str
    verification_id: str
    callback_id: str
    sha256: str

    @property
    def about(self) -> str | None:
        """The verification; ``None`` where no id was found in the body, and the callback's own stands for it."""
        return self.verification_id if self.verification_id != self.callback_id else None


@dataclass(frozen=True, slots=True)
class Pointer:
    """An event's ``raw``."""

    topic: str
    place: Place
    callback_id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Event:
    """A record of the events' topic."""

    place: Place
    event_id: str
    verification_id: str
    outcome: str
    final: bool
    reopens: bool
    raw: Pointer


@dataclass(frozen=True, slots=True)
class Status:
    outcome: str
    final: bool
    event_id: str
    events: int


@dataclass(frozen=True, slots=True)
class Seen:
    """``dead_letters`` are the places that their records came from; statuses and timelines are by verification."""

    callbacks: Sequence[Stored]
    events: Sequence[Event]
    dead_letters: Sequence[Place]
    statuses: Mapping[str, Status]
    timelines: Mapping[str, Sequence[str]]
