"""What people and services can ask of a vendor: each action has a name, fields, and a plan that comes of them.

A vendor's file describes its actions with these words. Who may ask for which, what goes on the log, a second person's
confirmation and everything else that any vendor needs are ``ingest.act``'s.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ingest.api import Answer, Call, Request, Target
from runtime.errors import HooklineError
from runtime.secrets import Secret


class FieldKind(StrEnum):
    """What a field's value is: text, a whole number, true or false, any JSON, or a file's bytes."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    JSON = "json"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to be filled in. ``name`` is as the vendor spells it, where the vendor has it.

    Where there are ``choices`` the value, a text, is one of them. ``many``: the value is a list of such values.
    """

    name: str
    help: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    many: bool = False


class InvalidArgument(HooklineError):
    """Mend what was asked for: the message begins with the field's name and says what it must be. Nothing was sent.

    It never repeats the value: people's data stand in fields.
    """

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(f"{name}: {fault}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: arguments by field, each of its field's kind; those that were not given are not there.

    ``options`` are those of the source's settings, ``test`` says that the source is declared a test account.
    ``secrets`` are its live ones, as far as this process has them: they go into a request while it is carried out,
    never into a plan. ``unsigned``: its callbacks prove nothing, and there are none.
    """

    arguments: Mapping[str, object]
    reason: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    test: bool = False
    secrets: tuple[Secret, ...] = field(default=(), repr=False)
    unsigned: bool = False

    def text(self, name: str) -> str:
        """The text of a field that is required."""
        value = self.arguments[name]
        assert isinstance(value, str)  # noqa: S101 - checked before any plan is made
        return value

    def optional(self, name: str) -> str | None:
        value = self.arguments.get(name)
        return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it.

    ``answer`` are the vendor's bytes, empty where it said nothing or its answer was lost and the effect was found.
    ``shown`` is what whoever asked is told; of what changes nothing, where it is ``None``, what was read. ``kept`` is
    what of the answer goes on the log, by default all of it: leave out of it what opens a door. ``verification_id``
    names what was created; ``subject_ref`` whose it is. ``read`` are targets that are read now, so that what they say
    becomes events; ``gone`` those that the vendor says are not there any more, which is kept as its answer. ``holds``
    is false where the vendor accepted it and then shows something else.
    """

    answer: bytes = b""
    shown: object = None
    kept: bytes | None = None
    verification_id: str | None = None
    subject_ref: str | None = None
    read: tuple[Target, ...] = ()
    gone: tuple[Target, ...] = ()
    holds: bool = True


CarryOut = Callable[[Call], Awaitable[Done]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done: the ``requests`` that change or read something, as a dry run prints them.

    ``verification_id`` is the one that it is about, ``None`` where it has none yet. ``carry_out`` does it; it raises
    the kinds of ``VendorError``, ``Unconfirmed`` among them.
    """

    requests: tuple[Request, ...]
    carry_out: CarryOut
    verification_id: str | None = None


class Effect(StrEnum):
    """What an action may lead to.

    ``READS``: nothing changes at the vendor. ``CHANGES``: something does. ``CREATES``: a verification that was not
    there. ``DECIDES``: the outcome of one may change.
    """

    READS = "reads"
    CHANGES = "changes"
    CREATES = "creates"
    DECIDES = "decides"


@dataclass(frozen=True, slots=True)
class VendorAction:
    """One thing that can be done. ``example`` are arguments as they stand behind the command.

    ``help`` says in one line what is done, and below it what one must know. ``plan`` is pure, and raises
    ``InvalidArgument``. ``needs_reason``: it is not done without a reason. ``file``: the answer is a file of that media
    type, and goes into one. ``about`` is the field, a required text, that names the verification that it is about;
    ``None`` where it is about none that is there.
    """

    name: str
    help: str
    example: str
    fields: tuple[Field, ...]
    plan: Callable[[Order], Plan]
    effect: Effect = Effect.READS
    needs_reason: bool = False
    file: str | None = None
    about: str | None = None


def one_call(request: Request, verification_id: str | None = None) -> Plan:
    """One request, whose answer is all that comes of it."""

    async def carry_out(call: Call) -> Done:
        return answered(await call(request))

    return Plan((request,), carry_out, verification_id)


def answered(answer: Answer) -> Done:
    return Done(answer.body, answer.document)
