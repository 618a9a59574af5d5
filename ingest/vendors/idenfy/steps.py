"""Additional steps of a token, and the data to hold them against: section 8, and the page "Additional steps" [F15]."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ingest.action import InvalidArgument
from ingest.vendors.checks import Check, below
from ingest.vendors.idenfy import words
from ingest.vendors.idenfy.checks import each_of, flag, is_alpha_2, list_of, members_of, object_of, one_of, text

STEPS, DATA = "additionalSteps", "additionalData"

MAX_TEXT = 5000
"""Characters. No page bounds what is shown to a person, or compared."""

step_name = text(1, 100)
"""Names are the account's choice, and no page bounds them."""

step_data = each_of(text(0, MAX_TEXT))
"""``additionalData`` of one step: its fields' values by their names."""

_ALL = "ALL"
_PLACES = f"{_ALL}, or a country's two letters"
_DOCUMENTS = f"one of: {', '.join((_ALL, *words.STEP_DOCUMENTS))}"
_NOTHING = f'holds nothing; for a token without steps write {{"{_ALL}": {{"{_ALL}": {{}}}}}}'


def check_steps(value: object) -> None:
    """Country, then document type, then the steps: an object of them, a list of their names, or ``{}`` for none.

    Raises ``InvalidArgument`` with the path of the first fault, such as ``additionalSteps.ALL.ALL[0]``.
    """
    for path, chosen in _chosen(value):
        _check_chosen(path, chosen)


def check_data(value: object, steps: object) -> None:
    """By step, its data. ``steps`` are those of the same request, ``None`` where the account's own are taken."""
    names = None if steps is None else {name for _, chosen in _chosen(steps) for name in _names(chosen)}
    for name, data in object_of(DATA, value).items():
        path = below(DATA, name)
        step_name(path, name)
        if names is not None and name not in names:
            raise InvalidArgument(path, f"none of the steps in {STEPS}")
        step_data(path, data)


def _chosen(steps: object) -> Iterator[tuple[str, object]]:
    for place, documents in _entries(STEPS, steps, _is_place, _PLACES):
        yield from _entries(place, documents, _is_document, _DOCUMENTS)


def _entries(path: str, value: object, is_name: Callable[[str], bool], names: str) -> Iterator[tuple[str, object]]:
    """The object's members by their paths."""
    members = object_of(path, value)
    if not members:
        raise InvalidArgument(path, _NOTHING)
    for name, inner in members.items():
        if not is_name(name):
            raise InvalidArgument(below(path, name), f"no such name here; write {names}")
        yield below(path, name), inner


def _is_place(name: str) -> bool:
    return name == _ALL or is_alpha_2(name)


def _is_document(name: str) -> bool:
    return name == _ALL or name in words.STEP_DOCUMENTS


def _check_chosen(path: str, chosen: object) -> None:
    if chosen == []:
        raise InvalidArgument(path, "name a step, or write {} for none")
    if isinstance(chosen, list):
        list_of(step_name)(path, chosen)
    elif isinstance(chosen, dict):
        for name, step in chosen.items():
            step_name(below(path, name), name)
            _check_step(below(path, name), step)
    else:
        raise InvalidArgument(path, "give an object of steps, a list of their names, or {} for none")


def _names(chosen: object) -> list[str]:
    return [str(name) for name in chosen] if isinstance(chosen, list | dict) else []


def _check_texts(path: str, value: object) -> None:
    for locale, said in object_of(path, value).items():
        inner = below(path, locale)
        if locale not in words.LOCALES:
            raise InvalidArgument(inner, f"no such language; write one of: {', '.join(words.LOCALES)}")
        _check_translation(inner, said)
        for member in _TRANSLATION:
            if member not in object_of(inner, said):
                raise InvalidArgument(below(inner, member), "missing; a person is shown name and description")


_TRANSLATION = {"name": text(1, MAX_TEXT), "description": text(1, MAX_TEXT)}
_check_translation = members_of(_TRANSLATION)

_check_step: Check = members_of(
    {
        "type": one_of(words.STEP_TYPES),
        "texts": _check_texts,
        "fields": list_of(text(1, 100)),
        "settings": members_of(dict.fromkeys(words.STEP_SETTINGS, flag)),
    }
)
