"""Orders as they come to Solaris' actions: arguments checked against the fields, then planned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingest.act.arguments import checked
from ingest.action import Order, Plan
from ingest.vendors.solaris import DOOR

ACTIONS = {action.name: action for action in DOOR.actions}

SAMPLES = Path(__file__).parents[2] / "sandbox" / "solaris" / "samples"

PERSON = "7cf09c3c5547b974a664201f24b454eecper"
IDENTIFICATION = "6dc54352d6793a892e0702850d07b831cidt"
IDS: dict[str, object] = {"person_id": PERSON, "identification_id": IDENTIFICATION}
NAMES: dict[str, object] = {"first_name": "Jane", "last_name": "Doe"}


def planned(name: str, /, **arguments: object) -> Plan:
    """The plan of that action at a source that is declared a test account."""
    action = ACTIONS[name]
    return action.plan(Order(checked(action, arguments), test=True))


def planned_in_production(name: str, /, **arguments: object) -> Plan:
    action = ACTIONS[name]
    return action.plan(Order(checked(action, arguments)))


def sample(name: str) -> Any:  # noqa: ANN401 - a sample is any JSON
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
