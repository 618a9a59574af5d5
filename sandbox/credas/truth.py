"""What became of a process, in Credas' numbers and without personal data: for whoever compares with it."""

from __future__ import annotations

from typing import Any

from sandbox.credas.models import Actor, Entry, Process, zulu
from sandbox.credas.world import World


def truth(world: World, process: Process) -> dict[str, Any]:
    return {
        "id": process.id,
        "status": int(process.status),
        "actors": [_actor(world, process, actor) for actor in process.actors],
    }


def _actor(world: World, process: Process, actor: Actor) -> dict[str, Any]:
    """``entries`` and ``data_checks`` are those of this process alone, the oldest first."""
    entity = world.entities.find(actor.entity_id)
    checks = [each for each in entity.checks if each.process_id == process.id]
    return {
        "process_actor_id": actor.id,
        "entity_id": entity.id,
        "entity_status": int(entity.status),
        "sms": actor.sms,
        "email": actor.email,
        "submitted": actor.submitted,
        "entries": [_entry(each, world.clock.now()) for each in entity.entries if each.process_id == process.id],
        "data_checks": [{"id": each.number, "kind": each.kind, "result": each.result} for each in checks],
    }


def _entry(entry: Entry, moment: float) -> dict[str, Any]:
    documents = [{"id": each.id, "result": each.result, "reason": each.reason} for each in entry.documents]
    supporting = [{"id": each.id, "result": each.result, "comments": each.comments} for each in entry.supporting]
    return {
        "entry_id": entry.id,
        "liveness": entry.liveness,
        "reason": entry.reason,
        "documents": documents,
        "supporting_documents": supporting,
        "overall": entry.overall,
        "completed": None if entry.completed is None else zulu(entry.completed),
        "shown": entry.is_shown(moment),
    }
