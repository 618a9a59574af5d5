"""Entities and processes as Credas knows them. Every change makes new ones, so that a stale answer can show the old."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from sandbox.credas import words
from sandbox.credas.words import EntityStatus, Message, ProcessStatus, Verification
from sandbox.dice import dice

T = TypeVar("T")


def guid(*seed: object) -> str:
    """A random GUID in lower case that follows from the seed alone."""
    return str(uuid.UUID(int=dice("guid", *seed).getrandbits(128), version=4))


def zulu(moment: float) -> str:
    """As the summary writes times: UTC with milliseconds (facts 5.1)."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def unzoned(moment: float) -> str:
    """As the other answers write times: no zone, milliseconds without their last zeros (facts 5.1)."""
    return zulu(moment).removesuffix("Z").rstrip("0").removesuffix(".")


def changed(items: Iterable[T], wanted: Callable[[T], bool], change: Callable[[T], T]) -> tuple[T, ...]:
    """The items, the wanted ones changed."""
    return tuple(change(each) if wanted(each) else each for each in items)


@dataclass(frozen=True, slots=True)
class Findings:
    """What an analysis finds. ``document`` is what follows from its own checks, unless it is given.

    ``overall`` contradicts the rest on purpose.
    """

    liveness: Verification = Verification.AUTO_PASS
    document: Verification | None = None
    face: Verification = Verification.AUTO_PASS
    name: Verification = Verification.AUTO_PASS
    supporting: tuple[Verification, ...] = ()
    overall: words.Check | None = None


@dataclass(frozen=True, slots=True)
class IdDocument:
    """``reason`` and ``reviewed`` (Unix seconds) are those of the last decision by hand."""

    id: str
    result: Verification
    face: Verification
    name: Verification
    reason: str | None = None
    reviewed: float | None = None


@dataclass(frozen=True, slots=True)
class SupportingDocument:
    id: str
    title: str
    result: Verification
    comments: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission. ``completed`` is ``None`` while it is analysed; until ``shown_from`` no answer shows it.

    Whether overall results take more into account than liveness and ID documents is not published.
    """

    id: str
    number: int
    process_id: str
    created: float
    liveness: Verification
    documents: tuple[IdDocument, ...]
    supporting: tuple[SupportingDocument, ...]
    said: words.Check | None = None
    reason: str | None = None
    completed: float | None = None
    shown_from: float | None = None

    def is_shown(self, moment: float) -> bool:
        return self.shown_from is not None and self.shown_from <= moment

    @property
    def result(self) -> Verification:
        return words.worst(self.liveness, *(each.result for each in self.documents))

    @property
    def overall(self) -> words.Check:
        return words.CHECK_OF[self.result] if self.said is None else self.said


@dataclass(frozen=True, slots=True)
class DataCheck:
    """``result`` is one of the values of its kind (``words.DATA_CHECKS``)."""

    number: int
    kind: str
    process_id: str
    created: float
    result: int
    comments: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """The person. ``seed`` decides what the person's papers say."""

    id: str
    seed: str
    created: float
    first_name: str
    surname: str
    email: str | None = None
    phone: str | None = None
    status: EntityStatus = EntityStatus.NOT_INVITED
    entries: tuple[Entry, ...] = ()
    checks: tuple[DataCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody's part in a process. ``sms`` and ``email`` are ``None`` where that channel is not used."""

    id: int
    entity_id: str
    actor_id: int
    reference: str | None
    sms: Message | None
    email: Message | None
    submitted: bool = False


@dataclass(frozen=True, slots=True)
class Process:
    id: str
    title: str
    journey_id: str
    created: float
    webhook_url: str | None
    actors: tuple[Actor, ...]
    status: ProcessStatus = ProcessStatus.NOT_STARTED
