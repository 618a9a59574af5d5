"""Processes made, people invited again, processes thrown away: facts, section 5.

What these calls answer is not published, except for the process that one makes.
"""

from __future__ import annotations

from collections.abc import Mapping

from ingest.action import Done, Effect, Order, Plan, VendorAction
from ingest.api import ANYTHING, Call, NotThere, Request, Target, Unconfirmed, VendorError, VendorUnavailable
from ingest.vendors.credas import resources
from ingest.vendors.credas.api import PROCESS as PROCESS_KIND
from ingest.vendors.credas.creating import CREATE
from ingest.vendors.credas.fields import A_PROCESS, AN_ENTITY, ENTITY, PROCESS, id_of

_DELETED = 3
"""Section 6.2."""


def _reinvite(order: Order) -> Plan:
    process = id_of(order, PROCESS)
    request = Request("PUT", f"/processes/{process}/reinvite-idv", form=ANYTHING)

    async def carry_out(call: Call) -> Done:
        answer = await call(request)
        return Done(answer.body, {"process": process, "reinvited": True}, read=(Target(PROCESS_KIND, process),))

    return Plan((request,), carry_out, process)


def _resend_invite(order: Order) -> Plan:
    process, entity = id_of(order, PROCESS), id_of(order, ENTITY)
    request = Request("PUT", f"/entities/{entity}/resend-invite", form=ANYTHING)

    async def carry_out(call: Call) -> Done:
        answer = await call(request)
        return Done(answer.body, {"process": process, "entity": entity, "resent": True})

    return Plan((request,), carry_out, process)


def _delete_process(order: Order) -> Plan:
    """One whose answer was lost is looked for, and not sent again."""
    process = id_of(order, PROCESS)
    request = Request("DELETE", f"/processes/{process}", form=ANYTHING)

    async def carry_out(call: Call) -> Done:
        try:
            answer = (await call(request)).body
        except VendorUnavailable as error:
            if not error.was_sent:
                raise
            if not await _is_gone(call, process, str(error)):
                raise Unconfirmed(f"{error}; the process is still there") from error
            return _deleted(process, b"", gone=True)
        return _deleted(process, answer, gone=await _is_gone(call, process, "it was accepted", answer))

    return Plan((request,), carry_out, process)


def _deleted(process: str, answer: bytes, *, gone: bool) -> Done:
    shown: Mapping[str, object] = {"process": process, "deleted": gone}
    target = (Target(PROCESS_KIND, process),)
    return Done(answer, shown, read=() if gone else target, gone=target if gone else (), holds=gone)


async def _is_gone(call: Call, process: str, before: str, answer: bytes | None = None) -> bool:
    """Section 5: 404 after a deletion. Raises ``Unconfirmed``."""
    try:
        _, members = await resources.process(call, process)
    except NotThere:
        return True
    except VendorError as error:
        raise Unconfirmed(f"{before}; then the process could not be read: {error}", answer) from error
    return members.get("status") == _DELETED


ACTIONS = (
    CREATE,
    VendorAction(
        "reinvite",
        "Invites the people of a process to submit their evidence again.\n\nThe process is open again; earlier results"
        " stay with its people.",
        A_PROCESS,
        (PROCESS,),
        _reinvite,
        Effect.CHANGES,
        about=PROCESS.name,
    ),
    VendorAction(
        "resend-invite",
        "Sends a person the invitation once more.\n\nWhere that person was never invited, Credas fails (500).",
        f"{A_PROCESS} {AN_ENTITY}",
        (PROCESS, ENTITY),
        _resend_invite,
        Effect.CHANGES,
        about=PROCESS.name,
    ),
    VendorAction(
        "delete-process",
        "Deletes a process: it cannot be read any more, and counts as cancelled.\n\nWhat it found out about its people"
        " stays with Credas.",
        f"{A_PROCESS} --reason 'Asked for by mistake'",
        (PROCESS,),
        _delete_process,
        Effect.DECIDES,
        needs_reason=True,
        about=PROCESS.name,
    ),
)
