"""Dead letters: what could not be processed, and sending it back once what was wrong is mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from consumers.console.auditing import audited
from consumers.console.console import CONSOLE
from consumers.console.pages import places
from consumers.console.pages.alerts import back_to
from consumers.console.pages.lists import PAGE, next_of, page_of
from consumers.console.pages.live import begun
from consumers.console.pages.looks import looked
from consumers.console.pages.rendering import show
from consumers.console.pages.verification import may_open
from consumers.projections import queries
from consumers.projections.queries import LetterFilter, LetterRow
from consumers.redriving import NotRedrivable, letter_at, pending, redrive
from runtime.access.http import identified
from runtime.access.identity import Role
from runtime.eventlog import Record
from schemas import deadletter
from schemas.deadletter import DeadLetter, DeadLetterReason
from schemas.message import Undecodable
from schemas.topics import DEAD_LETTERS

_FILTER = ("stage", "reason", "provider", "source")
_AT_ONCE = 200
"""Letters that one press of a button sends back; the page offers the rest again."""


@dataclass(frozen=True, slots=True)
class Redriven:
    """``refused`` are those that cannot go back, with the reason; ``gone`` how many were not there any more."""

    sent: int
    gone: int
    refused: tuple[tuple[LetterRow, str], ...]
    has_more: bool


async def letters(request: web.Request) -> web.Response:
    me = await begun(request)
    wanted = _wanted(request)
    await looked(request, "dead-letters")
    console = request.config_dict[CONSOLE]
    page = await page_of(request, lambda cursor: queries.dead_letters(console.store, wanted, cursor=cursor, limit=PAGE))
    return show(
        request,
        "letters.html",
        place="/dead-letters",
        page=page,
        following=next_of(request, page),
        asked=places.chosen(request, _FILTER),
        accounts=console.sources,
        may_redrive=me.has(Role.ADMIN),
        may_open=may_open(me),
        topic=DEAD_LETTERS,
    )


async def ask_all(request: web.Request) -> web.Response:
    """How many of a filter there are, before all of them are sent back."""
    await begun(request, Role.ADMIN)
    found = await queries.dead_letters(request.config_dict[CONSOLE].store, _wanted(request), limit=_AT_ONCE)
    asked = places.chosen(request, _FILTER)
    return show(request, "redrive.html", place="/dead-letters", found=found, asked=asked, most=_AT_ONCE)


async def redrive_some(request: web.Request) -> web.Response:
    """One by its key, or all of the query's filter."""
    await identified(request, Role.ADMIN)
    form, console = await request.post(), request.config_dict[CONSOLE]
    key = form.get("key")
    if isinstance(key, str):
        return await _one(request, key)
    found = await queries.dead_letters(console.store, _wanted(request), limit=_AT_ONCE)
    done = await _all(request, found.items, has_more=found.next is not None)
    asked: Mapping[str, str] = places.chosen(request, _FILTER)
    return show(request, "redriven.html", place="/dead-letters", done=done, asked=asked)


async def _one(request: web.Request, key: str) -> web.Response:
    row, form = await queries.dead_letter(request.config_dict[CONSOLE].store, key), await request.post()
    if row is None:
        return back_to(form, "/dead-letters", "gone")
    try:
        found = await letter_at(request.config_dict[CONSOLE].log, row.partition, row.offset)
        if found is not None:
            await _send(request, row, *found)
    except (NotRedrivable, Undecodable) as error:
        done = Redriven(0, 0, ((row, str(error)),), has_more=False)
        return show(request, "redriven.html", 409, place="/dead-letters", done=done, asked={})
    return back_to(form, "/dead-letters", "gone" if found is None else "redriven")


async def _all(request: web.Request, rows: Sequence[LetterRow], *, has_more: bool) -> Redriven:
    """However many there are, the log is read for them once.

    Raises ``LogUnavailable``: then some may have been sent already, and those that are left are still listed.
    """
    left, sent, refused = {(row.partition, row.offset): row for row in rows}, 0, []
    async for record in pending(request.config_dict[CONSOLE].log):
        row = left.pop((record.partition, record.offset), None)
        if row is None:
            continue
        try:
            await _send(request, row, record, deadletter.from_record(record))
            sent += 1
        except (NotRedrivable, Undecodable) as error:
            refused.append((row, str(error)))
        if not left:
            break
    return Redriven(sent, len(left), tuple(refused), has_more)


async def _send(request: web.Request, row: LetterRow, record: Record, letter: DeadLetter) -> None:
    """It is written down before it is sent."""
    await audited(request, "redrive", row.letter_key)
    await redrive(request.config_dict[CONSOLE].log, record, letter)


def _wanted(request: web.Request) -> LetterFilter:
    return LetterFilter(
        stage=places.text(request, "stage"),
        reason=places.choice(request, "reason", DeadLetterReason),
        provider=places.text(request, "provider"),
        source=places.text(request, "source"),
    )
