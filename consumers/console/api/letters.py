"""Dead letters: what each says, and the way back for its record."""

from __future__ import annotations

from aiohttp import web

from consumers import redriving
from consumers.console.api.answering import NothingThere, answer, answer_page, written
from consumers.console.api.kinds import NAME, Choice, Text
from consumers.console.api.lookups import asked_for, told_of
from consumers.console.api.operations import PAGED, PROVIDER, SOURCE, Answer, Asked, Operation, Parameter
from consumers.console.api.shapes import object_of, reference, rows_of
from consumers.console.auditing import audited
from consumers.projections import queries
from consumers.projections.queries import LetterFilter, LetterRow
from runtime.access.identity import Role
from schemas.deadletter import DeadLetterReason

_KEY = Parameter("letter_key", Text(500), "The dead letter's key, slashes written %2F.")
_FILTER = (
    Parameter("stage", NAME, "The stage that could not go on."),
    Parameter("reason", Choice(DeadLetterReason), "Why."),
    PROVIDER,
    SOURCE,
)


async def _list(asked: Asked) -> web.Response:
    wanted = asked_for(asked, LetterFilter)
    page = await queries.dead_letters(asked.console.store, wanted, cursor=asked["cursor"], limit=asked["limit"])
    return await answer_page(asked, page, look="dead-letters", about=told_of(asked))


async def _one(asked: Asked) -> web.Response:
    return await answer(asked, queries.as_json(await _letter(asked)), look="dead-letter", about=asked["letter_key"])


async def _letter(asked: Asked) -> LetterRow:
    found = await queries.dead_letter(asked.console.store, asked["letter_key"])
    if found is None:
        raise NothingThere("no dead letter of this key waits; it may have been redriven or erased")
    return found


async def _redrive(asked: Asked) -> web.Response:
    row = await _letter(asked)
    found = await redriving.letter_at(asked.console.log, row.partition, row.offset)
    if found is None:
        raise NothingThere("the log does not hold this letter any more; it was redriven or erased")
    await audited(asked.request, "redrive", row.letter_key)
    position = await redriving.redrive(asked.console.log, *found)
    where = {"topic": position.topic, "partition": position.partition, "offset": position.offset}
    return written({"letter_key": row.letter_key} | where)


_REDRIVEN = object_of(
    letter_key={"type": "string"},
    topic={"type": "string"},
    partition={"type": "integer"},
    offset={"type": "integer"},
)

OPERATIONS = (
    Operation(
        "listDeadLetters",
        "GET",
        "/dead-letters",
        "Dead letters that were neither redriven nor erased, the newest first; never a body.",
        "dead letters",
        _list,
        Answer("A page of dead letters.", rows_of(reference(LetterRow))),
        query=(*_FILTER, *PAGED),
    ),
    Operation(
        "getDeadLetter",
        "GET",
        "/dead-letters/{letter_key}",
        "One dead letter.",
        "dead letters",
        _one,
        Answer("The dead letter.", reference(LetterRow)),
        in_path=(_KEY,),
        problems=(404,),
    ),
    Operation(
        "redriveDeadLetter",
        "POST",
        "/dead-letters/{letter_key}/redrive",
        "The original record is on its topic again, and the letter is gone. In the read model it is gone soon after.",
        "dead letters",
        _redrive,
        Answer("Where the record lies now.", _REDRIVEN),
        role=Role.ADMIN,
        in_path=(_KEY,),
        problems=(404, 409),
    ),
)
