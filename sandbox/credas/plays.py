"""What happens to a process: its invitation, its people, the analysis, and time.

Each play raises ``Refused`` where the state does not allow it, and nothing happened.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sandbox.credas import words
from sandbox.credas.models import Actor, DataCheck, Entry, Findings, IdDocument, Process, SupportingDocument, changed
from sandbox.credas.refusal import not_found, not_now
from sandbox.credas.webhooks import tell_actor, tell_check, tell_process
from sandbox.credas.words import EntityStatus, Message, ProcessStatus, Verification
from sandbox.credas.world import World

_OPEN = (ProcessStatus.NOT_STARTED, ProcessStatus.IN_PROGRESS)


def begin(world: World, process: Process) -> None:
    """The invitation is on its way, and the process goes its own way if the behaviour has one."""
    _invite(world, process)
    if world.behaviour.by_itself is not None:
        over_time(world, process.id, world.behaviour.by_itself)


def _invite(world: World, process: Process) -> None:
    if any(actor.sms is not None or actor.email is not None for actor in process.actors):
        behaviour = world.behaviour
        world.after(behaviour.invite_sent_after, partial(message, world, process.id, Message.SENT, Message.SENT))
        both = (Message.DELIVERED, Message.DELIVERED)
        world.after(behaviour.invite_delivered_after, partial(message, world, process.id, *both))


def message(world: World, name: str, sms: Message | None, email: Message | None) -> None:
    """How far the invitations have come by each channel that is used (``None``: no further); each actor's is told."""
    process = world.processes.find(name)

    def heard(actor: Actor) -> Actor:
        return replace(
            actor,
            sms=actor.sms if actor.sms is None or sms is None else sms,
            email=actor.email if actor.email is None or email is None else email,
        )

    told = world.processes.put(replace(process, actors=tuple(heard(actor) for actor in process.actors)))
    for actor in told.actors:
        tell_actor(world, told, actor)


def submit(world: World, name: str, findings: Findings, entity_id: str | None = None) -> Process:
    """The people of the process, or one of them, submitted their evidence, which is analysed unseen."""
    process = _open_one(world, name)
    wanted = {actor.entity_id for actor in process.actors if not actor.submitted}
    if entity_id is not None:
        wanted &= {world.person(process, entity_id).id}
    if not wanted:
        raise not_now("everybody submitted already; invite again first")
    for each in sorted(wanted):
        entity, entry = world.entities.find(each), _entry(world, process, findings)
        world.entities.put(replace(entity, status=EntityStatus.ACTIVE, entries=(*entity.entries, entry)))
    actors = changed(process.actors, lambda each: each.entity_id in wanted, lambda each: replace(each, submitted=True))
    return world.processes.put(replace(process, status=ProcessStatus.IN_PROGRESS, actors=actors))


def complete(world: World, name: str, findings: Findings) -> None:
    """All actions are done and the process' URL is told; results are shown a while later (facts 5.1)."""
    process = _open_one(world, name)
    if not all(actor.submitted for actor in process.actors):
        process = submit(world, name, findings)
    now = world.clock.now()
    shown = now + world.scaled(world.behaviour.visible_after)
    for each in {actor.entity_id for actor in process.actors}:
        entity = world.entities.find(each)
        entries = changed(
            entity.entries,
            lambda entry: entry.process_id == process.id and entry.completed is None,
            lambda entry: replace(entry, completed=now, shown_from=shown),
        )
        world.entities.put(replace(entity, entries=entries))
    change_status(world, name, ProcessStatus.COMPLETE)


def change_status(world: World, name: str, status: ProcessStatus) -> None:
    """The process has that status, whatever it had, and its URL is told."""
    process = world.processes.put(replace(world.processes.find(name), status=status))
    if status is not ProcessStatus.DELETED or world.behaviour.tell_deletion:
        tell_process(world, process)


def expire(world: World, name: str) -> None:
    """The invitation ran out; no page says that anybody is told."""
    process = _open_one(world, name)
    world.processes.put(replace(process, status=ProcessStatus.EXPIRED))


def delete(world: World, name: str) -> None:
    """The process cannot be read any more; what it found out stays with its entity."""
    if world.processes.find(name).status is ProcessStatus.DELETED:
        raise not_found()
    change_status(world, name, ProcessStatus.DELETED)


def reinvite(world: World, name: str) -> None:
    """The people of the process may submit again; once they did, the same webhook comes a second time (facts 4)."""
    process = world.processes.find(name)
    if process.status is ProcessStatus.DELETED:
        raise not_found()
    actors = tuple(replace(actor, submitted=False) for actor in process.actors)
    _invite(world, world.processes.put(replace(process, status=ProcessStatus.IN_PROGRESS, actors=actors)))


def over_time(world: World, name: str, outcome: str) -> None:
    """The process goes to that outcome at the behaviour's pace."""
    behaviour, findings = world.behaviour, Findings(document=words.OUTCOMES[outcome])
    world.after(behaviour.user_takes, partial(submit, world, name, findings))
    world.after(behaviour.user_takes + behaviour.checks_take, partial(complete, world, name, findings))


def data_check(world: World, name: str, entity_id: str | None, kind: str, result: int) -> DataCheck:
    """A data check of the process' first person, or another, was made or, where there is one of the kind, changed."""
    process = world.processes.find(name)
    entity = world.person(process, entity_id)
    known = next((each for each in entity.checks if (each.process_id, each.kind) == (process.id, kind)), None)
    made = known or DataCheck(world.number(), kind, process.id, world.clock.now(), result)
    made = replace(made, result=result)
    others = tuple(each for each in entity.checks if each.number != made.number)
    world.entities.put(replace(entity, checks=(*others, made)))
    if known is None or known.result != result:
        tell_check(world, entity.id, made)
    return made


def _open_one(world: World, name: str) -> Process:
    process = world.processes.find(name)
    if process.status not in _OPEN:
        raise not_now(f"the process is {process.status.name}; this needs {' or '.join(each.name for each in _OPEN)}")
    return process


def _entry(world: World, process: Process, findings: Findings) -> Entry:
    document = IdDocument(
        id=world.new_id(),
        result=words.worst(findings.face, findings.name) if findings.document is None else findings.document,
        face=findings.face,
        name=findings.name,
    )
    supporting = tuple(
        SupportingDocument(world.new_id(), f"Supporting document {place}", result)
        for place, result in enumerate(findings.supporting, start=1)
    )
    return Entry(
        id=world.new_id(),
        number=world.number(),
        process_id=process.id,
        created=world.clock.now(),
        liveness=Verification(findings.liveness),
        documents=(document,),
        supporting=supporting,
        said=findings.overall,
    )
