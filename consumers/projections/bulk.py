"""Statements about many rows at once: one round trip each, however many rows, and one parameter, the rows as JSON.

The database takes the rows apart itself (PostgreSQL's ``json_populate_recordset``, SQLite's ``json_each``), which costs
this process a twentieth of binding each value. Rows are written in the order given: who gives them in the order of
their keys never waits for somebody who waits for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, cached_property
from typing import Any

import orjson
from sqlalchemy import JSON, Executable, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.errors import Unstorable

Values = dict[str, Any]
"""A row by its columns' names. Instants are aware; enums are their words."""


@dataclass(frozen=True)
class Statement:
    """SQL for both databases; ``{given}`` stands for the rows, with the columns of ``table`` that are ``named``.

    ``{locked}`` keeps others from changing those of the table's rows that were found. ``returned``: what comes back.
    """

    sql: str
    table: Table
    named: tuple[str, ...]
    returned: tuple[str, ...] = ()

    async def run(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> list[Values]:
        """What comes back of these rows; nothing is asked of the database where there are none."""
        if not rows:
            return []
        if connection.dialect.name == "postgresql":
            return await self._run_on_postgresql(connection, rows)
        result = await connection.execute(self._sqlite, {"given": _dumped(rows, orjson.OPT_PASSTHROUGH_DATETIME)})
        return [dict(zip(self.returned, row, strict=True)) for row in result] if self.returned else []

    async def _run_on_postgresql(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> list[Values]:
        """The driver's values are the columns' already, but for JSON, which comes as text."""
        result = await connection.execute(self._postgresql, {"given": _dumped(rows)})
        if not self.returned:
            return []
        found = [dict(zip(self.returned, row, strict=True)) for row in result]
        for name in self._texts:
            for row in found:
                row[name] = orjson.loads(row[name])
        return found

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        return tuple(name for name in self.returned if isinstance(self.table.c[name].type, JSON))

    @cached_property
    def _postgresql(self) -> Executable:
        return text(self.on_postgresql("given"))

    def on_postgresql(self, given: str) -> str:
        """The SQL that finds its rows in the parameter of this name."""
        source = f"json_populate_recordset(CAST(NULL AS {self.table.name}), CAST(:{given} AS json))"
        rows = f"(SELECT {listed(self.named)} FROM {source})"  # noqa: S608 - names of ours
        return self._with(rows, f"FOR UPDATE OF {self.table.name}")

    @cached_property
    def _sqlite(self) -> Executable:
        """Whoever writes into SQLite is alone."""
        columns = ", ".join(f"json_extract(value, '$.{name}') AS {quoted(name)}" for name in self.named)
        statement = text(self._with(f"(SELECT {columns} FROM json_each(:given))", ""))  # noqa: S608 - names of ours
        return statement.columns(*(self.table.c[name] for name in self.returned)) if self.returned else statement

    def _with(self, given: str, locked: str) -> str:
        return self.sql.replace("{given}", given).replace("{locked}", locked)


async def together(connection: AsyncConnection, *parts: tuple[Statement, Sequence[Mapping[str, Any]]]) -> None:
    """All of it, of which nothing comes back, in one round trip; on SQLite, which is nowhere else, one by one.

    PostgreSQL does the parts of one statement in an order of its own, always the same: parts that lock rows of the same
    tables must be given in the same order everywhere.
    """
    wanted = [(statement, rows) for statement, rows in parts if rows]
    if connection.dialect.name != "postgresql":
        for statement, rows in wanted:
            await statement.run(connection, rows)
    elif wanted:
        given = {f"given_{number}": _dumped(rows) for number, (_, rows) in enumerate(wanted)}
        await connection.execute(_joined(tuple(statement for statement, _ in wanted)), given)


@cache
def _joined(statements: tuple[Statement, ...]) -> Executable:
    parts = [f"part_{number} AS ({each.on_postgresql(f'given_{number}')})" for number, each in enumerate(statements)]
    return text(f"WITH {', '.join(parts)} SELECT 1")


def inserting(table: Table, on_conflict: str, returned: tuple[str, ...] = ()) -> Statement:
    """New rows; ``on_conflict`` is what becomes of one whose key is there."""
    columns = tuple(column.name for column in table.c)
    # "WHERE true" tells SQLite that ON CONFLICT is not a join's ON.
    sql = f"INSERT INTO {table.name} ({listed(columns)}) SELECT {listed(columns)} FROM {{given}} AS given"  # noqa: S608 - names of ours
    back = f" RETURNING {_read(table, returned)}" if returned else ""
    return Statement(f"{sql} WHERE true ON CONFLICT {on_conflict}{back}", table, columns, returned)


def replacing(table: Table) -> Statement:
    """Rows as they are given, whatever was there under their keys."""
    return updating(table, {column.name: f"excluded.{quoted(column.name)}" for column in table.c})


def updating(table: Table, values: Mapping[str, str]) -> Statement:
    """New rows; of one that is there, each column becomes what ``values`` says (of ``excluded``, the row given)."""
    keys = {column.name for column in table.primary_key}
    changes = ", ".join(f"{quoted(name)} = {value}" for name, value in values.items() if name not in keys)
    return inserting(table, f"({listed(sorted(keys))}) DO UPDATE SET {changes}")


def deleting(table: Table, by: tuple[str, ...], returned: tuple[str, ...] = ()) -> Statement:
    """The rows whose columns ``by`` are given go away."""
    back = f" RETURNING {_read(table, returned)}" if returned else ""
    given = f"(SELECT {listed(by)} FROM {{given}} AS given)"  # noqa: S608 - names of ours
    return Statement(f"DELETE FROM {table.name} WHERE ({listed(by)}) IN {given}{back}", table, by, returned)  # noqa: S608 - the same


def selecting(table: Table, by: tuple[str, ...], returned: tuple[str, ...], more: str = "") -> Statement:
    """The rows whose columns ``by`` are given."""
    same = " AND ".join(f"{table.name}.{quoted(name)} = given.{quoted(name)}" for name in by)
    # CROSS JOIN keeps SQLite from reading the whole table to look into the few rows that are given.
    sql = f"SELECT {_read(table, returned)} FROM {{given}} AS given CROSS JOIN {table.name} WHERE {same} {more}"  # noqa: S608 - names of ours
    return Statement(sql, table, by, returned)


def _read(table: Table, names: Sequence[str]) -> str:
    """JSON as text: the driver would call back for each value."""
    named = {name: f"{table.name}.{quoted(name)}" for name in names}
    as_text = {name: f"CAST({named[name]} AS text)" for name in names if isinstance(table.c[name].type, JSON)}
    return ", ".join(f"{column} AS {quoted(name)}" for name, column in (named | as_text).items())


def listed(names: Sequence[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def quoted(name: str) -> str:
    return f'"{name}"'


def storable(rows: list[Values]) -> list[Values]:
    """The rows as they can be read back: vendors' JSON may hold the character NUL, and PostgreSQL no text with it.

    Raises ``Unstorable``.
    """
    return _without_nul(rows) if _NUL in _json(rows) else rows


_NUL = rb"\u0000"


def _dumped(rows: Sequence[Mapping[str, Any]], option: int = 0) -> str:
    dumped = _json(rows, option)
    return (_json(_without_nul(rows), option) if _NUL in dumped else dumped).decode()


def _json(rows: Sequence[Mapping[str, Any]], option: int = 0) -> bytes:
    try:
        return orjson.dumps(rows, _sqlite_text, option)
    except TypeError as error:
        raise Unstorable(f"a value that cannot be written as JSON ({error})") from error


def _without_nul(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, Mapping):
        return {name: _without_nul(each) for name, each in value.items()}
    return [_without_nul(each) for each in value] if isinstance(value, (list, tuple)) else value


def _sqlite_text(value: object) -> str:
    """As SQLAlchemy writes instants and days into SQLite, so that they compare as texts."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
