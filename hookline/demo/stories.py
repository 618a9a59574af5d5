"""What the demonstration plays: each story is a verification, told to the sandbox over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientTimeout, encode_basic_auth

from schemas.event import Outcome

_DEADLINE = ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Play:
    """One call of the sandbox's control API about a story's verification."""

    name: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """``token`` goes into the token request, then each play happens; ``outcomes`` must be the events in the end."""

    title: str
    plays: tuple[Play, ...]
    outcomes: tuple[Outcome, ...]
    token: Mapping[str, Any] = field(default_factory=dict)


_FRAUD = {
    "outcome": "DENIED",
    "review": False,
    "face": "FAKE_FACE",
    "document": "DOC_FAKE",
    "fraudTags": ["FAKE_PHOTO"],
}
_STEP = {"additionalSteps": {"ALL": {"ALL": {"UTILITY_BILL": {"type": "COMPARE", "fields": ["address"]}}}}}

STORIES = (
    Story("approved by machine", (Play("finish", {"review": False}),), (Outcome.VERIFIED,)),
    Story("denied for fraud", (Play("finish", _FRAUD),), (Outcome.REJECTED,)),
    Story("never used, expired", (Play("expire"),), (Outcome.EXPIRED,)),
    Story("cancelled", (Play("cancel"),), (Outcome.CANCELLED,)),
    Story(
        "machine first, then a person",
        (Play("finish", {"review": True}), Play("review", {"outcome": "APPROVED"})),
        (Outcome.PENDING, Outcome.VERIFIED),
    ),
    Story(
        "suspected, for review",
        (Play("finish", {"outcome": "SUSPECTED", "review": False, "fraudTags": ["DUPLICATE_FACE"]}),),
        (Outcome.NEEDS_REVIEW,),
    ),
    Story(
        "with a utility bill",
        (Play("finish", {"review": False, "stepResult": "VALID", "stepMatch": "MATCH"}),),
        (Outcome.VERIFIED,),
        _STEP,
    ),
    Story("delivered twice", (Play("finish", {"review": False}), Play("redeliver")), (Outcome.VERIFIED,)),
    Story("then forged", (Play("finish", {"review": False}), Play("forge")), (Outcome.VERIFIED,)),
)


class Teller:
    """Tells stories to the sandbox over its HTTP API, as a partner and, on the control API, as user and reviewer."""

    def __init__(self, client: ClientSession, sandbox: str, key: str, secret: str) -> None:
        self._client = client
        self._sandbox = sandbox
        self._headers = {"Authorization": encode_basic_auth(key, secret)}

    async def begin(self, story: Story, client_id: str) -> str:
        """Creates the story's verification and gives its scanRef."""
        request = {"clientId": client_id, "firstName": "Ada", "lastName": "Example", **story.token}
        answer = await self._call("POST", "/api/v2/token", request)
        return str(answer["scanRef"])

    async def play(self, scan_ref: str, play: Play) -> None:
        await self._call("POST", f"/_sandbox/verifications/{scan_ref}/{play.name}", play.body)

    async def deliveries(self) -> Mapping[str, Any]:
        """Every attempt to deliver a callback, in the vendor's own books."""
        return await self._call("GET", "/_sandbox/deliveries", None)

    async def send(self, event: str, body: Mapping[str, Any]) -> None:
        """The vendor sends this body, signed, as that type of event."""
        await self._call("POST", "/_sandbox/webhooks", {"event": event, "body": body})

    async def delivered(self) -> bool:
        """Whether the vendor has nothing left to deliver."""
        return not (await self.deliveries())["pending"]

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> Mapping[str, Any]:
        url = self._sandbox + path
        async with self._client.request(method, url, json=body, headers=self._headers, timeout=_DEADLINE) as answer:
            answer.raise_for_status()
            content: Mapping[str, Any] = await answer.json()
            return content
