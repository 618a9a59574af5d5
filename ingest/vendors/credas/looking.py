"""What Credas knows of a process, shortened to what an operator needs: facts, sections 5 and 5.1. No names in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

import orjson

from ingest.action import Done, Order, Plan, VendorAction
from ingest.api import Call, NotThere, Request, Target, Unfetchable, VendorUnavailable
from ingest.vendors.credas import resources
from ingest.vendors.credas.api import PROCESS as PROCESS_KIND
from ingest.vendors.credas.api import owners
from ingest.vendors.credas.fields import A_PROCESS, AN_ENTITY, ENTITY, PROCESS, id_of
from ingest.vendors.credas.options import IDENTITY_LIST, SUPPORTING_LIST, chosen
from ingest.vendors.credas.resources import Entity
from ingest.vendors.credas.webhook import Members, guid, members_of
from ingest.vendors.credas.words import LISTS, STATUSES, VERIFICATION, named

_Shown = Mapping[str, object]
_Look = Callable[[Call, Entity], Awaitable[Sequence[_Shown]]]
_Names = Mapping[int, str]

_PARTS = ("livenessResult", "documentResult", "faceMatchResult", "nameMatchResult")


def _process(order: Order) -> Plan:
    name = id_of(order, PROCESS)

    async def carry_out(call: Call) -> Done:
        _, members = await resources.process(call, name)
        shown = {"process": name, "status": named(members.get("status"), STATUSES)}
        return Done(shown=shown, kept=orjson.dumps(shown), read=(Target(PROCESS_KIND, name),))

    return Plan((_request(name),), carry_out, name)


def _entries(order: Order) -> Plan:
    name, names = id_of(order, PROCESS), LISTS[chosen(order.options, SUPPORTING_LIST)]

    async def look(call: Call, owner: Entity) -> Sequence[_Shown]:
        answer = await resources.entries(call, owner.name)
        entries = [members_of(each) for each in resources.listed(answer.document)]
        return [_entry(owner, each, names) for each in entries if _is_of(owner, each, name)]

    return _of_each_person(name, "entries", look)


def _is_of(owner: Entity, entry: Members, process: str) -> bool:
    """An entry does not say of which process it is; the person's results do, once there are any."""
    named_by = owner.processes_of(guid(entry.get("id")) or "")
    return not named_by or process in named_by


def _entry(owner: Entity, entry: Members, names: _Names) -> _Shown:
    name = guid(entry.get("id"))
    documents = [members_of(each) for each in resources.listed(entry.get("iddocuments"))]
    supporting = [members_of(each) for each in owner.supporting(name or "")]
    return {
        "entity": owner.name,
        "entry": name,
        "created": entry.get("datecreated"),
        "result": _verification(entry, "verificationresult"),
        "liveness": _verification(entry, "livenessverificationresult"),
        "documents": [
            {"id": guid(each.get("id")), "result": _verification(each, "verificationresult")} for each in documents
        ],
        "supporting_documents": [
            {"id": guid(each.get("supportingdocumentid")), "result": named(each.get("overallresult"), names)}
            for each in supporting
        ],
    }


def _verification(members: Members, name: str) -> str | None:
    return named(members.get(name), LISTS[VERIFICATION])


def _summary(order: Order) -> Plan:
    name, names = id_of(order, PROCESS), LISTS[chosen(order.options, IDENTITY_LIST)]

    async def look(_call: Call, owner: Entity) -> Sequence[_Shown]:
        return [_result(owner, array, each, names) for array, each in owner.of(name)]

    return _of_each_person(name, "results", look)


def _result(owner: Entity, array: str, result: Members, names: _Names) -> _Shown:
    """Only the numbers of identity verifications are told by their names: the other arrays have lists of their own."""
    names = names if array == resources.IDENTITY else {}
    parts = {part: named(result.get(part.lower()), names) for part in _PARTS}
    return {
        "entity": owner.name,
        "of": array,
        "entry": guid(result.get("entryid")),
        "completed": result.get("datecompleted"),
        "overallResult": named(result.get("overallresult"), names),
        **{part: value for part, value in parts.items() if value is not None},
    }


def _of_each_person(process: str, name: str, look: _Look) -> Plan:
    """Of each person of the process: whose they are is asked first. What is told is what the log keeps."""

    async def carry_out(call: Call) -> Done:
        found: list[_Shown] = []
        for owner in await _people(call, process):
            found += await look(call, await resources.summary(call, owner))
        shown = {"process": process, name: found}
        return Done(shown=shown, kept=orjson.dumps(shown))

    return Plan((_request(process),), carry_out, process)


async def _people(call: Call, process: str) -> Sequence[str]:
    try:
        return await owners(call, Target(PROCESS_KIND, process))
    except Unfetchable as error:
        raise NotThere(str(error)) from error


def _request(process: str) -> Request:
    return Request("GET", f"/processes/{process}")


def _magic_link(order: Order) -> Plan:
    """The link opens the person's own session: it is shown, and never kept."""
    process, entity = id_of(order, PROCESS), id_of(order, ENTITY)
    request = Request("GET", f"/processes/{process}/entities/{entity}/magic-link")

    async def carry_out(call: Call) -> Done:
        link = (await call(request)).document
        if not isinstance(link, str) or not link:
            raise VendorUnavailable("the answer is not the link that was asked for")
        shown = {"process": process, "entity": entity}
        return Done(shown={**shown, "link": link}, kept=orjson.dumps(shown))

    return Plan((request,), carry_out, process)


ACTIONS = (
    VendorAction(
        "process",
        "Tells how far a process has come.\n\nWhat it and its results say is read, and an event where it is news.",
        A_PROCESS,
        (PROCESS,),
        _process,
        about=PROCESS.name,
    ),
    VendorAction(
        "entries",
        "Lists what was submitted in a process: the ids that overrides take, and the results.\n\nNo names are shown.",
        A_PROCESS,
        (PROCESS,),
        _entries,
        about=PROCESS.name,
    ),
    VendorAction(
        "summary",
        "Lists the results of a process, check by check.\n\nNo names are shown.",
        A_PROCESS,
        (PROCESS,),
        _summary,
        about=PROCESS.name,
    ),
    VendorAction(
        "magic-link",
        "Gives the link with which a person goes on in a process, for 30 minutes.\n\nWhoever has it is that person:"
        " it is not logged.",
        f"{A_PROCESS} {AN_ENTITY}",
        (PROCESS, ENTITY),
        _magic_link,
        about=PROCESS.name,
    ),
)
