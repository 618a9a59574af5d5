"""Tell stories to the sandboxes over HTTP: as a partner at their API and, at the control API, as everybody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from aiohttp import ClientSession, ClientTimeout, encode_basic_auth

from hookline.demo.stories import OVERRIDE, REGISTER, Play, Story
from sandbox import idenfy, solaris

_DEADLINE = ClientTimeout(total=10)

Act = Callable[[str, str, Mapping[str, object], str], Awaitable[None]]
"""Has an operator do the vendor's action with these arguments, for that reason."""
"""Makes a verification known here."""


class Sandbox:
    """One vendor's sandbox at its address."""

    def __init__(self, client: ClientSession, url: str) -> None:
        self._client = client
        self._url = url

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """The answer's JSON. Raises aiohttp's errors."""
        url = self._url + path
        async with self._client.request(method, url, json=body, headers=headers, timeout=_DEADLINE) as answer:
            answer.raise_for_status()
            content: Mapping[str, Any] = await answer.json()
            return content

    async def play(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Something happens, by the control API."""
        return await self.call("POST", f"/_sandbox/{path}", body)

    async def token(self, query: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, str]:
        """The header that an access token makes."""
        url = f"{self._url}/oauth2/token"
        async with self._client.post(url, data=query, headers=headers, timeout=_DEADLINE) as answer:
            answer.raise_for_status()
            return {"Authorization": f"Bearer {(await answer.json())['access_token']}"}

    async def deliveries(self) -> Mapping[str, Any]:
        """Every attempt to deliver a callback, in the vendor's own books."""
        return await self.call("GET", "/_sandbox/deliveries")

    async def delivered(self) -> bool:
        """Whether the vendor has nothing left to deliver."""
        return not (await self.deliveries())["pending"]


class Teller(Protocol):
    """Tells one vendor's stories. ``about`` is the member of a delivery that says what it is about."""

    about: str

    async def begin(self, story: Story, number: int) -> tuple[str, ...]:
        """Creates the story's verification; gives its id, and after it other ids that events of it may have."""

    async def play(self, ids: tuple[str, ...], play: Play) -> None: ...


class IdenfyTeller:
    about = "scanRef"

    def __init__(self, sandbox: Sandbox) -> None:
        account = idenfy.Account()
        self._sandbox = sandbox
        self._headers = {"Authorization": encode_basic_auth(account.api_key, account.api_secret)}

    async def begin(self, story: Story, number: int) -> tuple[str, ...]:
        request = {"clientId": f"customer-{number}", "firstName": "Ada", "lastName": "Example", **story.request}
        answer = await self._sandbox.call("POST", "/api/v2/token", request, self._headers)
        return (str(answer["scanRef"]),)

    async def play(self, ids: tuple[str, ...], play: Play) -> None:
        await self._sandbox.play(f"verifications/{ids[0]}/{play.name}", play.body)


class IdverseTeller:
    """Its transactions are created in the portal."""

    about = "transaction_id"

    def __init__(self, sandbox: Sandbox, act: Act) -> None:
        self._sandbox = sandbox
        self._act = act

    async def begin(self, story: Story, number: int) -> tuple[str, ...]:
        created = await self._sandbox.play("transactions", {"reference": f"customer-{number}", **story.request})
        return (str(created["transaction_id"]),)

    async def play(self, ids: tuple[str, ...], play: Play) -> None:
        if play.name == REGISTER:
            await self._act("idverse", "register", {"verification_id": ids[0]}, "")
        else:
            await self._sandbox.play(f"transactions/{ids[0]}/{play.name}", play.body)


class CredasTeller:
    """Its processes are created in the portal."""

    about = "about"

    def __init__(self, sandbox: Sandbox, act: Act) -> None:
        self._sandbox = sandbox
        self._act = act

    async def begin(self, story: Story, number: int) -> tuple[str, ...]:
        created = await self._sandbox.play("processes", {"reference": f"customer-{number}", **story.request})
        return (str(created["id"]),)

    async def play(self, ids: tuple[str, ...], play: Play) -> None:
        if play.name == OVERRIDE:
            await self._override(ids[0], play.body)
        else:
            await self._sandbox.play(f"processes/{ids[0]}/{play.name}", play.body)

    async def _override(self, process: str, body: Mapping[str, Any]) -> None:
        """Of the only person's last submission."""
        [person] = (await self._sandbox.call("GET", f"/_sandbox/truth/{process}"))["actors"]
        named = {"process": process, "entity": person["entity_id"], "entry": person["entries"][-1]["entry_id"]}
        await self._act("credas", "override-liveness", {**named, **body}, "seen in the branch")


class SolarisTeller:
    """Its ids are those of the identification and of the person."""

    about = "entity"

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def begin(self, story: Story, number: int) -> tuple[str, ...]:
        headers = await self._token()
        person = {"last_name": f"Example {number}", **story.request}
        owner = (await self._sandbox.call("POST", "/v1/persons", person, headers))["id"]
        path, method = f"/v1/persons/{owner}/identifications", {"method": "idnow"}
        return str((await self._sandbox.call("POST", path, method, headers))["id"]), str(owner)

    async def play(self, ids: tuple[str, ...], play: Play) -> None:
        identification, person = ids
        if play.name == "request":
            path = f"/v1/persons/{person}/identifications/{identification}/request"
            await self._sandbox.call("PATCH", path, headers=await self._token())
        elif play.name == "clock":
            await self._sandbox.play("clock", play.body)
        elif play.name == "delete":
            await self._sandbox.play(f"persons/{person}/delete", play.body)
        else:
            await self._sandbox.play(f"identifications/{identification}/{play.name}", play.body)

    async def _token(self) -> Mapping[str, str]:
        """A new one each time: days pass between two plays."""
        account = solaris.Account()
        pair = {"Authorization": encode_basic_auth(account.client_id, account.client_secret)}
        return await self._sandbox.token({"grant_type": "client_credentials", "scope": "partners"}, pair)
