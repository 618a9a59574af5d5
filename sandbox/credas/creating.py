"""Entities and processes come into being (facts 5): what their requests may say, and that all or nothing is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.credas.models import Actor, Entity, Process
from sandbox.credas.people import names
from sandbox.credas.refusal import invalid
from sandbox.credas.validate import flag, given, listed, mapping, one_of, required, text, web_address, whole
from sandbox.credas.words import EntityStatus, Message
from sandbox.credas.world import World

Body = Mapping[str, Any]

_MOST_NUMBER = 2**31 - 1


def entity(world: World, body: Body) -> Entity:
    """A new person. Raises ``Refused`` with 400, and none was made."""
    return world.entities.put(_entity(world, body, EntityStatus.NOT_INVITED))


def process(world: World, body: Body) -> Process:
    """A new process, with a new person for each actor that names none. Raises ``Refused`` with 400 or 404."""
    asked = required(body, "processEntities", listed(mapping))
    if not asked:
        raise invalid("processEntities", "The processEntities field must not be empty.")
    made = Process(
        id=world.new_id(),
        title=required(body, "title", text),
        journey_id=required(body, "journeyId", one_of((world.account.journey_id,))),
        created=world.clock.now(),
        webhook_url=given(body, "webhookUrl", web_address),
        actors=(),
    )
    people = [_person(world, each) for each in asked]
    actors = [_actor(world, each, person.id) for each, person in zip(asked, people, strict=True)]
    for person in people:
        world.entities.put(person)
    return world.processes.put(replace(made, actors=tuple(actors)))


def defaults(world: World, body: Body) -> dict[str, Any]:
    """The request of somebody at the portal who fills in only what ``body`` says, of the one person too."""
    own = {name: body[name] for name in ("title", "journeyId", "webhookUrl", "processEntities") if name in body}
    first, surname = names(f"{world.seed}:{world.number()}")
    person = {"firstName": first, "surname": surname, "actorId": world.account.actor_id}
    of_person = {name: value for name, value in body.items() if name not in own}
    usual = {"title": "Identity check", "journeyId": world.account.journey_id}
    return usual | {"processEntities": [person | of_person]} | own


def _person(world: World, asked: Body) -> Entity:
    known = given(asked, "entityId", text)
    if known is not None:
        entity = world.entities.find(known)
        return replace(entity, status=entity.status or EntityStatus.INVITED)
    return _entity(world, asked, EntityStatus.INVITED)


def _entity(world: World, asked: Body, status: EntityStatus) -> Entity:
    return Entity(
        id=world.new_id(),
        seed=f"{world.seed}:{world.number()}",
        created=world.clock.now(),
        first_name=required(asked, "firstName", text),
        surname=required(asked, "surname", text),
        email=given(asked, "emailAddress", text),
        phone=given(asked, "phoneNumber", text),
        status=status,
    )


def _actor(world: World, asked: Body, entity_id: str) -> Actor:
    given(asked, "inPerson", flag)
    return Actor(
        id=world.number(),
        entity_id=entity_id,
        actor_id=required(asked, "actorId", whole(1, _MOST_NUMBER)),
        reference=given(asked, "reference", text),
        sms=_channel(asked, "contactViaSms", "phoneNumber"),
        email=_channel(asked, "contactViaEmail", "emailAddress"),
    )


def _channel(asked: Body, wanted: str, address: str) -> Message | None:
    """Not sent yet; ``None`` where the person is not to be reached this way."""
    if not given(asked, wanted, flag):
        return None
    if "entityId" not in asked:
        required(asked, address, text)
    return Message.NOT_SENT
