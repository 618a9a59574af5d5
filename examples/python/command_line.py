"""What both programs are started with, and how they tell of an event: one JSON object a line on stdout."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

from events import HISTORY, Schemas
from ledger import Ledger, Line


def options(program: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=program, description="Follows Hookline's verification events.")
    parser.add_argument("--bootstrap", default="127.0.0.1:9092", help="brokers, host:port, separated by commas")
    parser.add_argument("--topic", default="verification-events", help="with the prefix of log.url, if it has one")
    parser.add_argument("--group", default="example", help="the consumer group: one for each service")
    parser.add_argument("--member", help="this process's own name in it: after a crash it goes on at once")
    parser.add_argument("--database", type=Path, default=Path("example.db"), help="this service's own database")
    parser.add_argument("--registry", help="the schema registry; without it the ids are those of --schemas")
    parser.add_argument("--schemas", type=Path, default=HISTORY, help="Hookline's schemas/history, or a copy")
    parser.add_argument("--include-test", action="store_true", help="work on events of test accounts too")
    return parser.parse_args()


def ledger_of(chosen: argparse.Namespace) -> Ledger:
    return Ledger(chosen.database, Schemas(chosen.registry, chosen.schemas), include_test=chosen.include_test)


def tell(lines: Iterable[Line]) -> None:
    for line in lines:
        print(json.dumps(line), flush=True)
