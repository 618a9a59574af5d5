"""Which field of an action names the verification that it is about: what a page about one fills in."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from ingest.act.arguments import checked
from ingest.act.catalogue import actions_of
from ingest.action import FieldKind, Order, Plan, VendorAction
from ingest.vendors import DOORS
from runtime.secrets import Secret

ABOUT_SOMEBODY = {("solaris", "person")}
"""Their id is a person's. A page about a person's identification has another id, so nothing can be filled in there."""


def every_action() -> Iterator[tuple[str, VendorAction]]:
    return ((vendor, action) for vendor in DOORS for action in actions_of(vendor).values())


def of_example(action: VendorAction) -> dict[str, object]:
    """The arguments that stand behind the command: fields that are required first, in their order, then options."""
    words, named = shlex.split(action.example), {_option(field.name): field for field in action.fields}
    given = dict[str, object]()
    places = iter([field for field in action.fields if field.required and field.kind is not FieldKind.FILE])
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            given[next(places).name] = word
            continue
        value = words.pop(0) if words and not words[0].startswith("--") else ""
        field = named.get(word)
        if field is not None and field.kind in {FieldKind.TEXT, FieldKind.FILE}:
            found: object = value.encode() if field.kind is FieldKind.FILE else value
            given[field.name] = [found] if field.many else found
    return given


def _option(name: str) -> str:
    return "--" + "".join(f"-{each.lower()}" if each.isupper() else each for each in name).replace("_", "-")


def plan_of(action: VendorAction) -> Plan:
    return action.plan(Order(checked(action, of_example(action)), "why", test=True, secrets=(Secret("s", b"s" * 32),)))


def test_every_about_is_a_required_text_of_its_action() -> None:
    wrong = [
        (vendor, action.name)
        for vendor, action in every_action()
        if action.about is not None
        and not any(
            field.name == action.about and field.required and field.kind is FieldKind.TEXT and not field.many
            for field in action.fields
        )
    ]
    assert [] == wrong


def test_what_is_planned_is_about_the_verification_that_the_field_names() -> None:
    """As each action's own example has it."""
    abouts = [(action, action.about) for _, action in every_action() if action.about is not None]
    planned = {action.name: (plan_of(action).verification_id, of_example(action)[about]) for action, about in abouts}
    assert {} == {name: both for name, both in planned.items() if both[0] != both[1]}
    assert len(abouts) > len(DOORS)


def test_what_has_no_such_field_is_about_no_verification_that_is_there() -> None:
    """So creating a person is never offered with a verification's id for a first name."""
    abouts = {
        (vendor, action.name)
        for vendor, action in every_action()
        if action.about is None and not action.name.startswith("create-") and plan_of(action).verification_id
    }
    assert ABOUT_SOMEBODY == abouts
