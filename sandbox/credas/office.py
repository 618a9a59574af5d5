"""Credas' back office reviews a submission: results change without a call of ours, and are told (facts 2)."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.credas import reviews
from sandbox.credas.models import Entity, Entry
from sandbox.credas.refusal import invalid, not_now
from sandbox.credas.reviews import Review
from sandbox.credas.words import Verification
from sandbox.credas.world import World


@dataclass(frozen=True, slots=True)
class Decision:
    """``None`` leaves a result as it is. ``supporting`` are results of the supporting documents, in their order."""

    liveness: Verification | None
    document: Verification | None
    name: Verification | None
    supporting: tuple[Verification, ...]
    reason: str


def decide(world: World, process_id: str, entity_id: str | None, decision: Decision) -> None:
    """The last submission in that process has those results. Raises ``Refused`` where there is none analysed."""
    entity, entry = _last(world, process_id, entity_id)
    if len(decision.supporting) > len(entry.supporting):
        raise invalid("supporting", f"The entry has {len(entry.supporting)} supporting documents.")
    document = entry.documents[0].id
    if decision.liveness is not None:
        reviews.liveness(world, entity, entry, decision.liveness, decision.reason)
    if decision.document is not None:
        entity, entry = _last(world, process_id, entity_id)
        reviews.id_document(world, entity, entry, document, decision.document, decision.reason)
    if decision.name is not None:
        entity, entry = _last(world, process_id, entity_id)
        reviews.name_check(world, entity, entry, document, decision.name)
    entity, entry = _last(world, process_id, entity_id)
    papers = zip(entry.supporting, decision.supporting, strict=False)
    said = [Review(each.id, result, decision.reason) for each, result in papers]
    reviews.supporting_documents(world, entity, entry, said)


def _last(world: World, process_id: str, entity_id: str | None) -> tuple[Entity, Entry]:
    process = world.processes.find(process_id)
    entity = world.person(process, entity_id)
    own = [each for each in entity.entries if each.process_id == process.id and each.completed is not None]
    if not own:
        raise not_now("nothing that was submitted is analysed yet")
    return entity, own[-1]
