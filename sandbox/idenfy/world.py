"""What the sandbox remembers: the account's credits, the clock, and every verification."""

from __future__ import annotations

import json
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.clock import Clock
from sandbox.dice import dice
from sandbox.idenfy import bodies, people, steps, words
from sandbox.idenfy.account import Account, Behaviour
from sandbox.idenfy.deliver import Notification, WebhookCourier
from sandbox.idenfy.refusal import bad, not_in_contract, out_of_credits, unknown_scan_ref
from sandbox.idenfy.validate import token_fields
from sandbox.idenfy.verification import Stage, Verification, Webhook


class World:
    """State of one running sandbox. Nothing here waits: deliveries are handed to the courier."""

    def __init__(self, account: Account, behaviour: Behaviour, clock: Callable[[], float] | None) -> None:
        self.account = account
        self.behaviour = behaviour
        self.seed = secrets.token_hex(16) if behaviour.seed is None else str(behaviour.seed)
        self.clock = Clock(clock or (time.time if behaviour.seed is None else lambda: behaviour.start))
        self.courier = WebhookCourier(Notification(account.webhook_url, account.signing_key), behaviour, self.seed)
        self.credits = account.credits
        self.api_faults: deque[int] = deque()
        self.verifications: OrderedDict[str, Verification] = OrderedDict()
        self._created = 0

    def create(self, request: Mapping[str, Any], *, dummy: bool) -> Verification:
        """A new token, one credit spent. Raises ``Refused``, and nothing happened."""
        token = self._with_defaults(token_fields(request), dummy=dummy)
        asked = steps.for_token(self.account, request.get("additionalSteps"), utility_bill=token["utilityBill"])
        data = steps.data_for(request.get("additionalData"), asked)
        if self.credits <= 0:
            raise out_of_credits()
        self.credits -= 1
        verification = self._new(token, asked, data, dummy=dummy)
        self.verifications[verification.scan_ref] = verification
        if len(self.verifications) > self.behaviour.keep:
            self.verifications.popitem(last=False)
        return verification

    def _with_defaults(self, token: dict[str, Any], *, dummy: bool) -> dict[str, Any]:
        """The token as it is answered: names in capitals, and for a dummy the one document that was used."""
        if token["callbackUrl"] is not None and not self.account.callback_url_allowed:
            raise not_in_contract("callbackUrl")
        defaults = {
            "expiryTime": self.account.token_lifetime,
            "sessionLength": self.account.session_length,
            "documents": list(words.DEFAULT_DOCUMENTS),
            "showInstructions": True,
            "tokenType": "IDENTIFICATION",
        }
        token |= {field: default for field, default in defaults.items() if token[field] is None}
        token |= {field: token[field] and token[field].upper() for field in ("firstName", "lastName")}
        return token | {"documents": token["documents"][:1]} if dummy else token

    def _new(
        self,
        token: dict[str, Any],
        asked: steps.Steps | None,
        data: dict[str, dict[str, str]] | None,
        *,
        dummy: bool,
    ) -> Verification:
        self._created += 1
        seed = f"{self.seed}:{self._created}"
        rolls, created = dice(seed), self.clock.seconds()
        return Verification(
            seed=seed,
            scan_ref=people.scan_ref(rolls, created, self._created),
            auth_token=people.auth_token(rolls),
            digit_string=people.digit_string(rolls) if dummy or token["generateDigitString"] else None,
            token=token,
            steps=asked,
            additional_data=data,
            person=people.invent(token, rolls),
            created=created,
            dummy=dummy,
        )

    def find(self, scan_ref: object) -> Verification:
        """Raises ``Refused`` when there is no such verification."""
        if not isinstance(scan_ref, str):
            raise bad("scanRef", "a string")
        if scan_ref not in self.verifications:
            raise unknown_scan_ref()
        return self.verifications[scan_ref]

    def is_alive(self, verification: Verification) -> bool:
        """Whether the user can still use the token."""
        return verification.stage is Stage.OPEN and self.clock.seconds() < verification.expires

    def tell(self, verification: Verification, event: str, *, without: frozenset[str] = frozenset()) -> None:
        """The result goes out under the event names that the notification subscribes to, the same bytes under each."""
        verification.last_event = event
        result = bodies.result(verification, event)
        body = self.encode({member: value for member, value in result.items() if member not in without})
        for name in (event, words.LEGACY_EVENT):
            if name in self.account.events:
                webhook = Webhook(verification.scan_ref, name, body, verification.token["callbackUrl"])
                verification.sent.append(webhook)
                self.courier.send(webhook)

    def encode(self, body: Mapping[str, Any]) -> bytes:
        return json.dumps(body, ensure_ascii=self.behaviour.escaped, separators=(",", ":")).encode()
