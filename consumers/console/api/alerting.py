"""Alerts, and what people do about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aiohttp import web

from consumers.alerts import handling
from consumers.console.api.answering import NothingThere, answer, answer_page, written
from consumers.console.api.kinds import NAME, Choice, Flag, Text, Whole
from consumers.console.api.lookups import TEST, asked_for, told_of
from consumers.console.api.operations import (
    PAGED,
    PREFIX,
    PROVIDER,
    SOURCE,
    VERIFICATION,
    Answer,
    Asked,
    Body,
    Operation,
    Parameter,
)
from consumers.console.api.shapes import reference, rows_of
from consumers.console.silences import begin_silence, end_silence
from consumers.projections import queries
from consumers.projections.queries import AlertFilter, AlertRow, Page
from runtime.access.identity import Role
from schemas.alert import Severity
from schemas.handling import Acknowledgement, Silence

_LONGEST_SILENCE = timedelta(days=90)

_ABOUT = ("rule", "provider", "source", "verification_id")
"""What a silence may be about. One about nothing would silence everything."""

_RULE = Parameter("rule", NAME, "The rule's name in the settings.")
_ALERT = Parameter("alert_id", Text(), "The alert's id.")
_SILENCE = Parameter("silence_id", Text(), "The silence's id.")
_NOTE = Parameter(
    "note", Text(handling.MOST_NOTE, empty=True), "What others should know of it; no personal data.", default=""
)
_MINUTES = Parameter(
    "minutes", Whole(1, _LONGEST_SILENCE // timedelta(minutes=1)), "How long, from now on.", required=True
)
_FILTER = (
    _RULE,
    Parameter("severity", Choice(Severity), "How soon somebody should look."),
    PROVIDER,
    SOURCE,
    VERIFICATION,
    Parameter("acknowledged", Flag(), "Only those that somebody has seen, or that nobody has."),
    TEST,
)


async def _list(asked: Asked) -> web.Response:
    wanted = asked_for(asked, AlertFilter)
    page = await queries.alerts(asked.console.store, wanted, cursor=asked["cursor"], limit=asked["limit"])
    return await answer_page(asked, page, look="alerts", about=told_of(asked))


async def _one(asked: Asked) -> web.Response:
    return await answer(asked, queries.as_json(await _alert(asked)), look="alert", about=asked["alert_id"])


async def _alert(asked: Asked) -> AlertRow:
    found = await queries.alert(asked.console.store, asked["alert_id"])
    if found is None:
        raise NothingThere("no alert has this id; check it, or wait until it is in the read model")
    return found


async def _acknowledge(asked: Asked) -> web.Response:
    alert = await _alert(asked)
    done = await handling.acknowledge(asked.console.log, alert.alert_id, asked.name, asked["note"])
    return written(queries.as_json(done))


async def _silences(asked: Asked) -> web.Response:
    found = await queries.silences(asked.console.store, datetime.now(UTC))
    return await answer_page(asked, Page(tuple(found), None), look="silences")


async def _silence(asked: Asked) -> web.Response:
    about = {name: asked[name] or "" for name in _ABOUT}
    until = datetime.now(UTC) + timedelta(minutes=asked["minutes"])
    done = handling.new_silence(asked.name, until=until, note=asked["note"], **about)
    await begin_silence(asked.request, done)
    response = written(queries.as_json(done), 201)
    response.headers["Location"] = f"{PREFIX}/silences/{done.id}"
    return response


async def _end(asked: Asked) -> web.Response:
    if not await end_silence(asked.request, asked["silence_id"]):
        raise NothingThere("no silence has this id; check it, or it was ended already")
    return web.Response(status=204)


OPERATIONS = (
    Operation(
        "listAlerts",
        "GET",
        "/alerts",
        "Alerts, the newest first, with who looks after them.",
        "alerts",
        _list,
        Answer("A page of alerts.", rows_of(reference(AlertRow))),
        query=(*_FILTER, *PAGED),
    ),
    Operation(
        "getAlert",
        "GET",
        "/alerts/{alert_id}",
        "One alert.",
        "alerts",
        _one,
        Answer("The alert.", reference(AlertRow)),
        in_path=(_ALERT,),
        problems=(404,),
    ),
    Operation(
        "acknowledgeAlert",
        "POST",
        "/alerts/{alert_id}/acknowledge",
        "Somebody has seen it and looks after it. The newest acknowledgement counts; it is on the log when this "
        "answers, and in the read model soon after.",
        "alerts",
        _acknowledge,
        Answer("As it was written down.", reference(Acknowledgement)),
        role=Role.OPERATOR,
        in_path=(_ALERT,),
        body=Body((_NOTE,)),
        problems=(404, 408, 413),
    ),
    Operation(
        "listSilences",
        "GET",
        "/silences",
        "The silences that are in force, the first to end first.",
        "alerts",
        _silences,
        Answer("All of them.", rows_of(reference(Silence))),
    ),
    Operation(
        "silenceAlerts",
        "POST",
        "/silences",
        "For so many minutes no channel is told of alerts like these; they are raised and listed all the same.",
        "alerts",
        _silence,
        Answer("As it was written down.", reference(Silence), 201, headers={"Location": "The silence."}),
        role=Role.OPERATOR,
        body=Body((_MINUTES, _RULE, PROVIDER, SOURCE, VERIFICATION, _NOTE), one_of=_ABOUT),
        problems=(408, 413),
    ),
    Operation(
        "endSilence",
        "DELETE",
        "/silences/{silence_id}",
        "The silence ends before its time.",
        "alerts",
        _end,
        Answer("It is ended.", status=204),
        role=Role.OPERATOR,
        in_path=(_SILENCE,),
        problems=(404,),
    ),
)
