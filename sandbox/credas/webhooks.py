"""What the three webhooks hold (facts 2), member by member in the order of the published samples.

The members of status updates of types 2 to 9 are not published; here they are in the manner of type 1, and only
``EntityId`` is sure.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.credas import words
from sandbox.credas.deliver import written
from sandbox.credas.models import Actor, DataCheck, Process
from sandbox.credas.words import Message, Update
from sandbox.credas.world import World

_RESULT: Mapping[Update, tuple[str | None, str]] = {
    Update.NAME_CHECK: ("EntityIdvEntryIdDocumentId", "NameCheckVerificationResult"),
    Update.SHARE_CODE: (None, "ShareCodeVerificationResult"),
    Update.LIVENESS: ("EntityIdvEntryId", "LivenessVerificationResult"),
    Update.ID_DOCUMENT: ("EntityIdvEntryIdDocumentId", "VerificationResult"),
    Update.SUPPORTING_DOCUMENT: ("NonBiometricDocumentId", "VerificationResult"),
    Update.DATA_CHECK: ("DataCheckId", "Status"),
    Update.RIGHT_TO_RENT: ("DataCheckId", "VerificationResult"),
    Update.RIGHT_TO_WORK: ("DataCheckId", "VerificationResult"),
    Update.SAFE_HARBOUR: ("DataCheckId", "VerificationResult"),
}
"""The member that names what changed, and the one of its result."""


def tell_process(world: World, process: Process) -> None:
    """The process' own URL, with its query, hears of its status. No id of the event, no entity, no time."""
    members = {
        "ProcessId": _guid(world, process.id),
        "ClientId": _guid(world, world.account.client_id),
        "Status": int(process.status),
        "StatusDescription": words.PROCESS_TEXTS.get(process.status, f"The process is {process.status.name.lower()}"),
    }
    world.courier.tell("process", (process.id,), written(members), process.webhook_url)


def tell_actor(world: World, process: Process, actor: Actor) -> None:
    sms, email = actor.sms or Message.NOT_SENT, actor.email or Message.NOT_SENT
    members = {
        "clientId": _guid(world, world.account.client_id),
        "processId": _guid(world, process.id),
        "processActorId": actor.id,
        "entityId": _guid(world, actor.entity_id),
        "smsStatus": int(sms),
        "smsStatusDescription": sms.text,
        "emailStatus": int(email),
        "emailStatusDescription": email.text,
    }
    world.courier.tell("actor", (process.id,), written(members))


def tell_result(world: World, update: Update, entity_id: str, process_id: str, named: str | int, result: int) -> None:
    """A status update: one result changed, told as JSON in a string. The process is not in it."""
    name, member = _RESULT[update]
    told = _guid(world, named) if isinstance(named, str) else named
    first: dict[str, str | int] = {} if name is None else {name: told}
    entity: dict[str, str | int] = {"EntityId": _guid(world, entity_id)}
    payload = {
        **(entity | first if update is Update.LIVENESS else first),
        member: int(result),
        **entity,
        "ClientId": _guid(world, world.account.client_id),
    }
    members = {"UpdateType": int(update), "Payload": written(payload).decode()}
    world.courier.tell("status", (entity_id, process_id), written(members))


def tell_check(world: World, entity_id: str, check: DataCheck) -> None:
    update = words.DATA_CHECKS[check.kind].update
    tell_result(world, update, entity_id, check.process_id, check.number, check.result)


def _guid(world: World, name: str) -> str:
    return name.upper() if world.behaviour.upper_case else name
