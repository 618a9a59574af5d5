"""What operators do at vendors: choose, try, do, confirm what another asked for, and see what was done."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy
from uuid_utils import uuid7

from consumers.console.console import CONSOLE, Console
from consumers.console.desk import ActionDesk, ActionFault, ActionOrder, ActionOutcome, ActionType, ActionWaiting
from consumers.console.pages import places
from consumers.console.pages.forms import asked_of, filled_in, typed_in
from consumers.console.pages.lists import next_of, page_of
from consumers.console.pages.live import begun
from consumers.console.pages.looks import looked
from consumers.console.pages.rendering import show
from consumers.console.pages.verification import acts_of
from consumers.projections import queries
from consumers.projections.queries import ActionFilter
from runtime.access.errors import NotAllowed
from runtime.access.identity import Identity, Role

_DONE = 25
_READS = "reads"
"""What only reads may be read again: it shows what is there now."""
_WAITS = 30.0
"""Seconds that the log may take to say what waits for a second person."""

Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it, as the page says it. ``requests`` are those of a dry run, ``fault`` why it was not done."""

    outcome: ActionOutcome | None = None
    requests: Sequence[Mapping[str, object]] | None = None
    fault: ActionFault | None = None

    @property
    def is_uncertain(self) -> bool:
        return self.fault is not None and self.fault.code == "unconfirmed"


async def actions(request: web.Request) -> web.Response:
    """What can be done, what waits, what was done."""
    me = await begun(request)
    await looked(request, "actions")
    console = request.config_dict[CONSOLE]
    wanted = ActionFilter(
        provider=places.text(request, "provider"),
        verification_id=places.text(request, "verification_id"),
        action=places.text(request, "action"),
    )
    page = await page_of(request, lambda cursor: queries.actions(console.store, wanted, cursor=cursor, limit=_DONE))
    types = console.desk.types(me) if console.desk is not None and me.has(Role.OPERATOR) else ()
    waiting, trouble = await _waiting(console, me)
    return show(
        request,
        "actions.html",
        place="/actions",
        page=page,
        following=next_of(request, page),
        acts=await acts_of(console, me, list(reversed(page.items))),
        catalogue=_by_vendor(types),
        has_desk=console.desk is not None,
        waiting=waiting,
        trouble=trouble,
    )


async def _waiting(console: Console, me: Identity) -> tuple[Sequence[ActionWaiting], str]:
    """What waits for a second person, and what is wrong where that cannot be said."""
    if console.desk is None or not me.has(Role.OPERATOR):
        return (), ""
    try:
        async with asyncio.timeout(_WAITS):
            return await console.desk.waiting(me), ""
    except ActionFault as fault:
        return (), str(fault)
    except TimeoutError:
        return (), f"The log did not say within {_WAITS:g} seconds what waits. Load the page again."


def _by_vendor(types: Sequence[ActionType]) -> Mapping[str, Sequence[ActionType]]:
    return {
        vendor: [each for each in types if each.vendor == vendor] for vendor in dict.fromkeys(t.vendor for t in types)
    }


async def form(request: web.Request) -> web.Response:
    """The form of an action; the query's ``verification`` and ``source`` fill it in.

    Raises ``NotAllowed`` where it could not be sent anyway.
    """
    me = await begun(request, Role.OPERATOR)
    action = _action(request, me)
    if not action.allowed:
        raise NotAllowed(f"{me.name} has no right to {action.vendor}.{action.name}; an admin can add it to their `may`")
    typed: dict[str, Sequence[str]] = {}
    verification, source = places.text(request, "verification"), places.text(request, "source")
    if verification is not None and action.about is not None:
        typed[f"argument.{action.about}"] = [verification]
    if source is not None:
        typed["argument.source"] = [source]
    return _form(request, action, typed, None)


async def do(request: web.Request) -> web.Response:
    """Done, tried or refused; the page says which. A file that it answers with is saved by the browser."""
    me = await begun(request, Role.OPERATOR)
    action, sent = _action(request, me), await request.post()
    filled = filled_in(action, sent)
    if filled.faults:
        fault = ActionFault("invalid", "Some fields cannot be read.", 400, filled.faults)
        return _form(request, action, typed_in(sent), Told(fault=fault), status=400)
    key = None if action.effect == _READS else filled.key
    order = ActionOrder(action.vendor, action.name, filled.arguments, filled.source, filled.reason, key)
    told = await _done(_desk(request), me, order, is_dry=sent.get("do") == "dry")
    if told.outcome is not None and told.outcome.file is not None and action.file is not None:
        return _file(told.outcome, action.file)
    typed = typed_in(sent) if told.outcome is None else {}
    status = told.fault.status if told.fault is not None else 200
    return _form(request, action, typed, told, status=status, key=_key_after(told, sent))


def _key_after(told: Told, sent: MultiDictProxy[Any]) -> str | None:
    """The same key again where nobody knows whether it was done: then it is not done twice."""
    key = sent.get("key")
    return key if told.is_uncertain and isinstance(key, str) else None


async def _done(desk: ActionDesk, me: Identity, order: ActionOrder, *, is_dry: bool) -> Told:
    try:
        if is_dry:
            return Told(requests=desk.preview(me, replace(order, key=None)))
        return Told(outcome=await desk.perform(me, order))
    except ActionFault as fault:
        return Told(fault=fault)


async def confirm(request: web.Request) -> web.Response:
    """As a second person."""
    me = await begun(request, Role.OPERATOR)
    try:
        told = Told(outcome=await _desk(request).confirm(me, places.parts_of(request)[2]))
    except ActionFault as fault:
        told = Told(fault=fault)
    outcome = told.outcome
    if outcome is not None and outcome.file is not None:
        kinds = [
            each.file
            for each in _desk(request).types(me)
            if (each.vendor, each.name) == (outcome.vendor, outcome.action)
        ]
        return _file(outcome, next((kind for kind in kinds if kind), "application/octet-stream"))
    status = told.fault.status if told.fault is not None else 200
    return show(request, "confirmed.html", status, place="/actions", told=told)


def _form(
    request: web.Request,
    action: ActionType,
    typed: Typed,
    told: Told | None,
    *,
    status: int = 200,
    key: str | None = None,
) -> web.Response:
    errors = _by_field(action, told.fault) if told is not None and told.fault is not None else {}
    return show(
        request,
        "action.html",
        status,
        place="/actions",
        action=action,
        fields=asked_of(action, typed, errors),
        told=told,
        key=key or str(uuid7()),
        has_files=any(each.kind == "file" for each in action.fields),
    )


def _by_field(action: ActionType, fault: ActionFault) -> Mapping[str, str]:
    """What is wrong with each field; a fault of a member (``person.name``) stands at its field."""
    found: dict[str, str] = {}
    for name, words in fault.fields.items():
        field = next((each.name for each in action.fields if name == each.name), name.split(".")[0].split("[")[0])
        found.setdefault(field, words.removeprefix(f"{field}: "))
    return found


def _action(request: web.Request, me: Identity) -> ActionType:
    """The one that the path names. Raises 404."""
    _, vendor, name, *_ = places.parts_of(request)
    found = next((each for each in _desk(request).types(me) if (each.vendor, each.name) == (vendor, name)), None)
    if found is None:
        raise web.HTTPNotFound(reason="no such action")
    return found


def _desk(request: web.Request) -> ActionDesk:
    desk: ActionDesk | None = request.config_dict[CONSOLE].desk
    if desk is None:
        raise web.HTTPNotFound(reason="this console does not act at vendors")
    return desk


def _file(outcome: ActionOutcome, media_type: str) -> web.Response:
    """Saved, never shown: its bytes are the vendor's."""
    name = "".join(each if each.isalnum() or each in "-_" else "-" for each in outcome.action)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=outcome.file, content_type=media_type, headers=headers)
