"""What customers, agents, reviewers and compliance do. Each play changes the state and tells the subscribers.

Raises ``Refused`` when it cannot happen at that status, and nothing happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.dice import dice
from sandbox.solaris import idnow, persons, resources, scenarios, words
from sandbox.solaris.models import Attempt, Identification, Person
from sandbox.solaris.refusal import Refused, invalid
from sandbox.solaris.world import World

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def create_person(world: World, asked: Mapping[str, Any]) -> Person:
    """A new person. More than a thousand identical ones are refused (facts 7)."""
    person_id = world.new_id("cper")
    members = persons.created(person_id, asked, world.clock.seconds(), world.account.countries)
    likeness = persons.likeness(members)
    if world.likenesses[likeness] >= persons.MOST_IDENTICAL:
        raise Refused(400, "bad_request", "Too many identical persons; vary names, birth city and birth date.")
    world.likenesses[likeness] += 1
    world.persons[person_id] = Person(person_id, members)
    return world.persons[person_id]


def create(world: World, person: Person, asked: Mapping[str, Any]) -> Identification:
    """A new identification; it does not start by itself (facts 7)."""
    esigning = world.account.esigning
    scenario, _ = scenarios.scenario_of(person.members, esigning=esigning)
    identification = Identification(world.new_id("cidt"), person, asked, esigning, scenario)
    world.identifications[identification.id] = identification
    _tell(world, identification)
    return identification


def request(world: World, identification: Identification) -> None:
    """The identification is pending with reference and URL, and an automated user calls at once; again: no change."""
    if identification.status != words.CREATED:
        return
    letters = dice(world.seed, "reference", identification.id).choices(_LETTERS, k=5)
    identification.reference = "TST-" + "".join(letters)
    identification.url = f"https://go.test.idnow.de/{idnow.COMPANY}/identifications/{identification.id}"
    change_status(world, identification, words.PENDING)
    _, automated = scenarios.scenario_of(identification.person.members, esigning=identification.esigning)
    if automated and identification.scenario is not None:
        call(world, identification, identification.scenario)


def call(world: World, identification: Identification, scenario: str | None) -> None:
    """The customer opens the URL and talks to IDnow's robot, which plays the scenario in the time that follows.

    After ``aborted`` or ``canceled`` the same URL is used again, and the identification is pending once more.
    """
    played = scenario or identification.scenario
    if played is None:
        raise invalid("scenario", "is needed, since the person's name asks for none")
    _open_attempt(world, identification)
    identification.steps = scenarios.steps(played, world.clock.seconds(), world.behaviour)
    play_due(world)


def play_due(world: World) -> None:
    """Every result whose time has come arrives."""
    now = world.clock.seconds()
    for identification in world.identifications.values():
        while identification.steps and identification.steps[0].due <= now:
            step = identification.steps.pop(0)
            _apply(world, identification, step.result, step.reason, changes=step.changes)


def result(world: World, identification: Identification, said: str, reason: str | None, *, changes: bool) -> None:
    """IDnow's result arrives now, in place of whatever its robot still had to give."""
    if identification.status not in words.UNDER_REVIEW:
        _open_attempt(world, identification)
    identification.steps.clear()
    _apply(world, identification, said, reason, changes=changes)


def _open_attempt(world: World, identification: Identification) -> None:
    if identification.status not in {words.PENDING, words.ABORTED, words.CANCELED} or identification.steps:
        detail = f"No call is possible while the identification is {identification.status}."
        raise Refused(400, "invalid_model", detail, "status")
    if identification.status != words.PENDING:
        change_status(world, identification, words.PENDING)
    identification.attempts.append(Attempt(world.new_id("cida"), dict(identification.person.members)))


def _apply(world: World, identification: Identification, said: str, reason: str | None, *, changes: bool) -> None:
    attempt, person = identification.attempts[-1], identification.person
    if changes:
        person.members |= idnow.NEW_DATA
    attempt.result, attempt.reason = said, reason
    attempt.payload = idnow.payload(identification, attempt, world.clock.seconds())
    change_status(world, identification, words.STATUS_OF_RESULT[said])
    if changes:
        world.tell(words.PERSON_CHANGED, person.id, {})


def change_status(world: World, identification: Identification, status: str) -> None:
    """The status is that one and subscribers hear of it; a final one has a time, a successful one documents."""
    identification.before = resources.retrieved(identification)
    identification.status = status
    identification.history.append(status)
    identification.completed = world.clock.seconds() if status in words.FINAL else None
    if status == words.SUCCESSFUL and not identification.documents:
        identification.documents = [_document(world, *document) for document in idnow.DOCUMENTS]
    _tell(world, identification)


def _document(world: World, kind: str, name: str, content_type: str, size: int) -> dict[str, Any]:
    document = {"id": world.new_id("cdoc"), "name": name, "content_type": content_type, "document_type": kind}
    return document | {"size": size}


def _tell(world: World, identification: Identification) -> None:
    world.tell(words.IDENTIFICATION, identification.id, resources.webhook(identification))


def screen(world: World, person: Person, values: Mapping[str, str]) -> None:
    """Compliance decided: the CDD members have these values."""
    person.members |= values
    world.tell(words.PERSON_CHANGED, person.id, {})


def delete(world: World, person: Person) -> None:
    """Solaris erased the person: it is gone with its identifications, and subscribers must erase it too."""
    gone = [each.id for each in world.identifications.values() if each.person is person]
    for identification_id in gone:
        del world.identifications[identification_id]
    del world.persons[person.id]
    world.tell(words.PERSON_DELETED, person.id, {})
