"""The form of an action: what it shows in each field, and what somebody filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp.web import FileField
from multidict import MultiDictProxy

from consumers.console.desk import ActionField, ActionType

REASON = ActionField("reason", "It is written down with what was done.", "text", required=False, choices=(), many=False)

NUMBER_FORM = "not a whole number"
NUMBER_SIZE = "too large a number; at most 64 bits"
_NUMBER = re.compile(r"[+-]?[0-9]+")
_MOST_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """One field as the page shows it: ``values`` are as they were typed, one a line where there are many."""

    field: ActionField
    id: str
    values: tuple[str, ...]
    error: str = ""

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def lines(self) -> str:
        return "\n".join(self.values)


@dataclass(frozen=True, slots=True)
class FilledIn:
    """``arguments`` are of each field's kind, without those that were left empty; ``faults`` what is unreadable."""

    arguments: Mapping[str, object]
    source: str | None
    reason: str
    key: str | None
    faults: Mapping[str, str]


def asked_of(action: ActionType, typed: Mapping[str, Sequence[str]], errors: Mapping[str, str]) -> Sequence[Asked]:
    """The fields of the action's form, its account and reason among them."""
    fields = list(action.fields)
    if len(action.sources) > 1:
        fields.insert(
            0, ActionField("source", "The account.", "text", required=True, choices=action.sources, many=False)
        )
    fields.append(REASON if not action.needs_reason else _needed(REASON))
    return [
        Asked(each, f"field-{place}", tuple(typed.get(_name(each), ())), errors.get(each.name, ""))
        for place, each in enumerate(fields)
    ]


def _needed(field: ActionField) -> ActionField:
    return ActionField(field.name, field.help, field.kind, required=True, choices=field.choices, many=field.many)


def _name(field: ActionField) -> str:
    """Of the form's member: an action's own fields cannot be taken for what every form has."""
    return f"argument.{field.name}"


def typed_in(form: MultiDictProxy[Any]) -> Mapping[str, Sequence[str]]:
    """By member, the texts that were sent, to show them again."""
    return {name: [each for each in form.getall(name) if isinstance(each, str)] for name in set(form)}


def filled_in(action: ActionType, form: MultiDictProxy[Any]) -> FilledIn:
    """What the form says, each value of its field's kind."""
    arguments: dict[str, object] = {}
    faults: dict[str, str] = {}
    for field in action.fields:
        sent = form.getall(_name(field), [])
        try:
            values = [value for each in sent if (value := _value(field, each)) is not None]
        except ValueError as error:
            faults[field.name] = str(error)
            continue
        if values:
            arguments[field.name] = _many(values) if field.many else values[0]
    key = form.get("key")
    return FilledIn(
        arguments,
        _text(form, "argument.source") if len(action.sources) > 1 else None,
        _text(form, "argument.reason") or "",
        key if isinstance(key, str) and key else None,
        faults,
    )


def _value(field: ActionField, sent: object) -> object:
    """``None`` for what was left empty. Raises ``ValueError`` in words for whoever filled it in."""
    if isinstance(sent, FileField):
        return sent.file.read() if sent.filename else None
    if not isinstance(sent, str) or not sent.strip():
        return None
    if field.kind == "json":
        return _json(sent)
    if field.many and not field.choices:
        return [_one(field, line.strip()) for line in sent.splitlines() if line.strip()]
    return _one(field, sent)


def _one(field: ActionField, text: str) -> object:
    if field.kind == "flag":
        return text == "true"
    return _number(text.strip()) if field.kind == "number" else text


def _number(text: str) -> int:
    """Digits alone: Python itself reads more, such as ``1_0``."""
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(NUMBER_FORM)
    if len(text) > _MOST_DIGITS or not -(2**63) <= int(text) < 2**63:
        raise ValueError(NUMBER_SIZE)
    return int(text)


def _many(values: Sequence[object]) -> list[object]:
    """One list of what stood in one text, or in several members."""
    return [one for each in values for one in (each if isinstance(each, list) else [each])]


def _json(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None


def _text(form: MultiDictProxy[Any], name: str) -> str | None:
    value = form.get(name)
    return value if isinstance(value, str) and value.strip() else None
