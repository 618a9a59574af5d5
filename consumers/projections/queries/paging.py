"""Pages by key: the next page begins after the last row of this one, however many rows came or went meanwhile.

A cursor is the sort key of the last row that was shown, and a digest of the question that it belongs to. Whoever gets
one hands it back as it is; what it says is nobody's business and may change with any version.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import orjson
from sqlalchemy import ColumnElement, RowMapping, Select, false, literal, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from consumers.projections.store import Store
from consumers.projections.tables import UtcDateTime
from runtime.errors import HooklineError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

MAX_LIMIT = 500
"""Rows of a page; who asks for more gets so many."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST_CURSOR = 4096

T = TypeVar("T")
Keys = Sequence[ColumnElement[Any]]


class InvalidCursor(HooklineError):
    """Begin again without a cursor: this one was changed, or belongs to another question or version."""

    def __init__(self) -> None:
        super().__init__("the cursor is none of this question's; begin again without one")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """``next`` asks for what follows; ``None`` when nothing does."""

    items: tuple[T, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """``keys`` are unique together, and an index has them in this order."""

    keys: Keys
    newest_first: bool


async def page_of(
    store: Store,
    wanted: Select[Any],
    order: Order,
    read: Callable[[RowMapping], T],
    *,
    question: str,
    cursor: str | None,
    limit: int,
) -> Page[T]:
    """At most ``limit`` rows of ``wanted`` in this order, after the cursor's.

    The keys are among the columns that are selected, under their own names. Raises ``InvalidCursor``,
    ``ProjectionUnavailable``.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    if cursor is not None:
        wanted = wanted.where(_after(order, _places(cursor, question, order.keys)))
    sorting = [key.desc() if order.newest_first else key.asc() for key in order.keys]
    async with store.reading() as connection:
        rows = (await connection.execute(wanted.order_by(*sorting).limit(limit + 1))).mappings().all()
    shown = rows[:limit]
    following = seal([shown[-1][key.key] for key in order.keys], question) if len(rows) > limit else None
    return Page(tuple(read(row) for row in shown), following)


def question_of(name: str, wanted: DataclassInstance) -> str:
    """What a cursor belongs to: the list's name and the filter, whichever way its words are typed."""
    asked = {field.name: _plain(getattr(wanted, field.name)) for field in fields(wanted)}
    return sha256(orjson.dumps([name, asked])).hexdigest()[:12]


def equal(column: ColumnElement[Any], value: object) -> ColumnElement[bool]:
    """The column has this value. A text that no database can hold equals nothing."""
    return column == value if not isinstance(value, str) or is_storable(value) else false()


class unindexed(FunctionElement[Any]):  # noqa: N801 - it reads as what it is in a statement
    """The column, by which SQLite does not look for rows: it has no figures of its tables, takes any index for a good
    one, and would read and sort all rows of a vendor rather than walk a list in its order.
    """

    name = "unindexed"
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _as_it_is(element: unindexed, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return compiler.process(element.clauses, **kw)


@compiles(unindexed, "sqlite")
def _not_by_index(element: unindexed, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return "+" + compiler.process(element.clauses, **kw)


def is_storable(text: str) -> bool:
    """PostgreSQL keeps no NUL, and neither database half a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _plain(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass").hex()
    return (value - _EPOCH) // _MICROSECOND if isinstance(value, datetime) else value


def _after(order: Order, last: Sequence[object]) -> ColumnElement[bool]:
    here = tuple_(*order.keys)
    there = tuple_(*(literal(value, key.type) for value, key in zip(last, order.keys, strict=True)))
    return here < there if order.newest_first else here > there


def seal(values: Sequence[object], question: str) -> str:
    """The cursor that says this, of this question."""
    plain = [(value - _EPOCH) // _MICROSECOND if isinstance(value, datetime) else value for value in values]
    return urlsafe_b64encode(orjson.dumps([question, *plain])).rstrip(b"=").decode()


def unseal(cursor: str, question: str) -> list[object]:
    """What ``seal`` was given, moments as their microseconds. Raises ``InvalidCursor``."""
    if len(cursor) > _LONGEST_CURSOR:
        raise InvalidCursor
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        said = orjson.loads(urlsafe_b64decode(padded))
    except ValueError:
        raise InvalidCursor from None
    if not isinstance(said, list) or said[:1] != [question]:
        raise InvalidCursor
    return said[1:]


def _places(cursor: str, question: str, keys: Keys) -> list[object]:
    values = unseal(cursor, question)
    if len(values) != len(keys):
        raise InvalidCursor
    return [_value(value, key) for value, key in zip(values, keys, strict=True)]


def _value(value: object, key: ColumnElement[Any]) -> object:
    if isinstance(key.type, UtcDateTime):
        if type(value) is not int:
            raise InvalidCursor
        try:
            return _EPOCH + value * _MICROSECOND
        except OverflowError:
            raise InvalidCursor from None
    if not isinstance(value, str) or not is_storable(value):
        raise InvalidCursor
    return value
