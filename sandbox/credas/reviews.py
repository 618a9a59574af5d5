"""Results set by hand, over the API or by Credas' back office: each change is told once (facts 2.3 and 5.2).

What is set again for the same reason stays as it is, and nobody is told: a repeated call is safe. Whether Credas tells
of it is not published. A review lets overall results follow from their parts again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sandbox.credas.models import DataCheck, Entity, Entry, IdDocument, SupportingDocument, changed
from sandbox.credas.refusal import not_found
from sandbox.credas.webhooks import tell_check, tell_result
from sandbox.credas.words import Update, Verification
from sandbox.credas.world import World


@dataclass(frozen=True, slots=True)
class Review:
    """What is said of one supporting document."""

    id: str
    result: Verification
    comments: str | None


def shown_entry(entity: Entity, name: str, moment: float) -> Entry:
    """Raises ``Refused`` with 404 when the entity has none of that id that is shown by then."""
    found = next((each for each in entity.entries if each.id == name.lower() and each.is_shown(moment)), None)
    if found is None:
        raise not_found()
    return found


def liveness(world: World, entity: Entity, entry: Entry, result: Verification, reason: str) -> None:
    done = replace(entry, liveness=result, reason=reason, said=None)
    if done != entry:
        _put(world, entity, done)
        tell_result(world, Update.LIVENESS, entity.id, entry.process_id, entry.id, result)


def id_document(world: World, entity: Entity, entry: Entry, name: str, result: Verification, reason: str) -> None:
    """Raises ``Refused`` with 404 for a document of another entry."""
    document = _document(entry, name)
    if (document.result, document.reason, entry.said) == (result, reason, None):
        return
    _change_document(
        world,
        entity,
        entry,
        document.id,
        lambda each: replace(each, result=result, reason=reason, reviewed=world.clock.now()),
    )
    tell_result(world, Update.ID_DOCUMENT, entity.id, entry.process_id, document.id, result)


def name_check(world: World, entity: Entity, entry: Entry, name: str, result: Verification) -> None:
    """The back office alone does this: the API has no call for it."""
    document = _document(entry, name)
    if document.name != result:
        _change_document(world, entity, entry, document.id, lambda each: replace(each, name=result))
        tell_result(world, Update.NAME_CHECK, entity.id, entry.process_id, document.id, result)


def supporting_documents(world: World, entity: Entity, entry: Entry, reviews: Sequence[Review]) -> None:
    """All of them or, where one is not of the entry, none: then ``Refused`` with 404 is raised."""
    known = {each.id: each for each in entry.supporting}
    wanted = {review.id.lower(): review for review in reviews}
    if not wanted.keys() <= known.keys():
        raise not_found()

    def reviewed(each: SupportingDocument) -> SupportingDocument:
        return replace(each, result=wanted[each.id].result, comments=wanted[each.id].comments)

    supporting = changed(entry.supporting, lambda each: each.id in wanted, reviewed)
    news = [each for each in supporting if each != known[each.id]]
    if news:
        _put(world, entity, replace(entry, supporting=supporting))
    for each in news:
        tell_result(world, Update.SUPPORTING_DOCUMENT, entity.id, entry.process_id, each.id, each.result)


def data_check(world: World, entity: Entity, check: DataCheck, result: Verification, comments: str | None) -> None:
    done = replace(check, result=int(result), comments=comments)
    if done != check:
        checks = changed(entity.checks, lambda each: each.number == check.number, lambda _: done)
        world.entities.put(replace(entity, checks=checks))
        tell_check(world, entity.id, done)


def _document(entry: Entry, name: str) -> IdDocument:
    found = next((each for each in entry.documents if each.id == name.lower()), None)
    if found is None:
        raise not_found()
    return found


def _change_document(
    world: World, entity: Entity, entry: Entry, name: str, change: Callable[[IdDocument], IdDocument]
) -> None:
    documents = changed(entry.documents, lambda each: each.id == name, change)
    _put(world, entity, replace(entry, documents=documents, said=None))


def _put(world: World, entity: Entity, entry: Entry) -> None:
    entries = changed(entity.entries, lambda each: each.id == entry.id, lambda _: entry)
    world.entities.put(replace(entity, entries=entries))
