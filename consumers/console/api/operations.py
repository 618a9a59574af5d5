"""What an operation of the API is: one description, which validates requests and is published as OpenAPI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from consumers.console.api.kinds import NAME, PLACE, Kind, Schema, Text, Whole
from consumers.console.console import CONSOLE, Console
from runtime.access.identity import Identity, Role

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Parameter:
    """``default`` is what the handler is given when nobody says anything; of a required one it is of no use."""

    name: str
    kind: Kind
    help: str
    required: bool = False
    default: object = None


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object with these members and no others. ``one_of`` are members of which at least one must be there."""

    members: tuple[Parameter, ...]
    one_of: tuple[str, ...] = ()

    @property
    def is_optional(self) -> bool:
        return not self.one_of and not any(member.required for member in self.members)


@dataclass(frozen=True, slots=True)
class Answer:
    """Of success. Without a ``schema`` there is no body, unless ``media_types`` say what else it may be."""

    help: str
    schema: Schema | None = None
    status: int = 200
    media_types: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a handler is given: who asks (nobody where the operation is open to all), and the values by name."""

    request: web.Request
    who: Identity | None
    values: Mapping[str, Any]

    @property
    def console(self) -> Console:
        return self.request.config_dict[CONSOLE]

    @property
    def name(self) -> str:
        """Of who asks, where somebody must have."""
        assert self.who is not None  # noqa: S101 - only operations without a role are asked by nobody
        return self.who.name

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - what its kind reads
        return self.values[name]


@dataclass(frozen=True, slots=True)
class Operation:
    """``name`` is the operation's id. ``path`` comes after ``/api/v1``. ``role`` is the least that may ask for it, or
    who has the right ``or_may``; ``None``: everybody. ``problems`` are the statuses beside those that all may have.
    """

    name: str
    method: str
    path: str
    help: str
    tag: str
    handler: Callable[[Asked], Awaitable[web.Response]]
    answer: Answer
    role: Role | None = Role.VIEWER
    or_may: str | None = None
    in_path: tuple[Parameter, ...] = ()
    query: tuple[Parameter, ...] = ()
    body: Body | None = None
    problems: tuple[int, ...] = ()


PROVIDER = Parameter("provider", NAME, "The vendor: `idenfy`, `idverse`, `solaris`, `credas`.")
SOURCE = Parameter("source", NAME, "The configured account at the vendor.")
VERIFICATION = Parameter("verification_id", Text(), "The vendor's id of the verification.")
CURSOR = Parameter("cursor", PLACE, "`next` of the page before, as it is; without one, the first page.")
LIMIT = Parameter("limit", Whole(1, 200), "Rows of a page, at most.", default=50)
PAGED = (CURSOR, LIMIT)
