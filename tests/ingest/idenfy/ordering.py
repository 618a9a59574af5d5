"""Orders as they come to iDenfy's actions: arguments checked against the fields, then planned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ingest.act.arguments import checked
from ingest.action import Order, Plan, VendorAction
from ingest.vendors.idenfy import DOOR
from sandbox.idenfy import Account
from tests.sandbox.conftest import SAMPLES

ACTIONS: dict[str, VendorAction] = {action.name: action for action in DOOR.actions}

KEYS = {"client_id": Account().api_key, "secret": Account().api_secret}

SCAN_REF = "ec6a7108-8c26-11e9-9758-309c231b1bac"


def planned(name: str, /, **arguments: object) -> Plan:
    """The plan of that action at a source that is declared a test account."""
    return _planned(name, arguments, test=True)


def planned_in_production(name: str, /, **arguments: object) -> Plan:
    return _planned(name, arguments, test=False)


def _planned(name: str, arguments: Mapping[str, object], *, test: bool) -> Plan:
    action = ACTIONS[name]
    return action.plan(Order(checked(action, arguments), test=test))


def body_of(name: str, /, **arguments: object) -> Any:  # noqa: ANN401 - a body is any JSON
    [request] = planned(name, **arguments).requests
    return request.json


def sample(name: str) -> Any:  # noqa: ANN401 - a sample is any JSON
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
