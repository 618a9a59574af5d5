"""What the sandbox remembers: the clock and what is due, tokens, and every transaction of both products."""

from __future__ import annotations

import asyncio
import heapq
import secrets
import string
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from sandbox.clock import Clock
from sandbox.dice import dice
from sandbox.idverse import validate
from sandbox.idverse.account import Account, Behaviour
from sandbox.idverse.deliver import NotificationCourier, Receiver
from sandbox.idverse.faults import Faults
from sandbox.idverse.limits import Limits
from sandbox.idverse.refusal import Refused, unknown_transaction
from sandbox.idverse.transaction import EnterpriseTransaction, Transaction, ulid

K = TypeVar("K")
V = TypeVar("V")

_DUE_ENTRIES_PER_TRANSACTION = 16
_LETTERS = string.ascii_letters + string.digits


class World:
    """State of one running sandbox. Nothing here waits: deliveries are handed to the courier."""

    def __init__(self, account: Account, behaviour: Behaviour, clock: Callable[[], float] | None) -> None:
        self.account = account
        self.behaviour = behaviour
        self.seed = secrets.token_hex(16) if behaviour.seed is None else str(behaviour.seed)
        self.clock = Clock(clock or time.time)
        self.courier = NotificationCourier(behaviour, self.seed)
        self.receiver = None if account.webhook_url is None else Receiver(account.webhook_url, account.webhook_header)
        self.limits = Limits(account, behaviour.time_scale)
        self.faults = Faults()
        self.closing = asyncio.Event()
        self.fetches = 0
        self.transactions: OrderedDict[str, Transaction] = OrderedDict()
        self.enterprise: OrderedDict[str, EnterpriseTransaction] = OrderedDict()
        self._before: dict[str, Transaction] = {}
        self._tokens: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._agenda: list[tuple[float, int, str, Callable[[], object]]] = []
        self._numbers = 0

    def number(self) -> int:
        """Another number at each call: what is drawn from the seed with it differs, and repeats with the seed."""
        self._numbers += 1
        return self._numbers

    def token(self, product: str, lifetime: int) -> str:
        """A new access token of that product; those given before stay good until they end."""
        token = "eyJr" + "".join(dice(self.seed, "token", self.number()).choices(_LETTERS, k=64))
        self._remember(self._tokens, token, (product, self.clock.now() + lifetime))
        return token

    def is_authenticated(self, header: str, product: str) -> bool:
        """Whether the ``Authorization`` header carries a living token of that product."""
        scheme, _, token = header.partition(" ")
        held, ends = self._tokens.get(token, ("", 0.0))
        return scheme.lower() == "bearer" and held == product and self.clock.now() < ends

    def revoke_tokens(self) -> int:
        """No token is good any more; says how many were held."""
        held = len(self._tokens)
        self._tokens.clear()
        return held

    def create(self, request: Mapping[str, Any], created_by: str) -> Transaction:
        """A new transaction whose link waits to be opened. Raises ``Refused`` with 400, and none was created."""
        now, seed = self.clock.now(), f"{self.seed}:{self.number()}"
        doc_only = validate.given(request, "doc_only", validate.flag)
        transaction = Transaction(
            seed=seed,
            transaction_id=ulid(now, seed),
            created_by=created_by,
            created=now,
            expires=now + self.account.link_lifetime,
            flow_type=validate.given(request, "flow_type", validate.text) or "NORMAL2",
            doc_only=self.account.doc_only if doc_only is None else doc_only,
            data_check=self.account.data_check,
            said=validate.said(request),
            receivers=validate.receivers(request) or self._receivers(),
        )
        self._remember(self.transactions, transaction.transaction_id, transaction)
        return transaction

    def _receivers(self) -> tuple[Receiver, ...]:
        return () if self.receiver is None else (self.receiver,)

    def create_enterprise(self, transaction: EnterpriseTransaction) -> None:
        self._remember(self.enterprise, transaction.transaction_id, transaction)

    def find(self, transaction_id: str) -> Transaction:
        """Raises ``Refused`` with 404 when there is no such transaction."""
        if transaction_id not in self.transactions:
            raise unknown_transaction()
        return self.transactions[transaction_id]

    def find_enterprise(self, transaction_id: str) -> EnterpriseTransaction:
        if transaction_id not in self.enterprise:
            raise unknown_transaction()
        return self.enterprise[transaction_id]

    def before(self, transaction_id: str) -> Transaction:
        """The transaction as it was before its last change."""
        current = self.find(transaction_id)
        return self._before.get(transaction_id, current)

    def change(self, transaction: Transaction, **members: Any) -> Transaction:  # noqa: ANN401 - as ``replace`` has it
        """The transaction with those members, remembered in the old one's place."""
        changed = replace(transaction, **members)
        self._before[transaction.transaction_id] = transaction
        self.transactions[transaction.transaction_id] = changed
        return changed

    def scaled(self, seconds: float) -> float:
        """How many seconds of the clock that many of the vendor's own last."""
        return seconds * self.behaviour.time_scale

    def at(self, moment: float, transaction_id: str, play: Callable[[], object]) -> None:
        """The play happens once the clock shows that moment, unless the transaction's state forbids it by then."""
        heapq.heappush(self._agenda, (moment, self.number(), transaction_id, play))
        if len(self._agenda) > self.behaviour.keep * _DUE_ENTRIES_PER_TRANSACTION:
            alive = self.transactions.keys() | self.enterprise.keys()
            self._agenda = [entry for entry in self._agenda if entry[2] in alive]
            heapq.heapify(self._agenda)

    def pass_time(self) -> int:
        """Everything that is due has happened; says how many plays were due."""
        due, now = 0, self.clock.now()
        while self._agenda and self._agenda[0][0] <= now:
            play = heapq.heappop(self._agenda)[3]
            due += 1
            with suppress(Refused):  # the control API moved the transaction first, or it is no longer remembered
                play()
        return due

    def _remember(self, held: OrderedDict[K, V], key: K, value: V) -> None:
        held[key] = value
        if len(held) > self.behaviour.keep:
            oldest, _ = held.popitem(last=False)
            self._before.pop(str(oldest), None)
