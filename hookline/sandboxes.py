"""The vendors that the sandbox can play: how each is started, asked by a source, told where to call back, and tried."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, encode_basic_auth, web

from runtime.errors import HooklineError
from runtime.listening import listening
from sandbox import credas, idenfy, idverse, solaris

DEV_KEY = "dev-signing-key"
DEV_HEADER = "Bearer dev-header-value"
DEV_VALUE = "dev-webhook-auth-value"
DEV_WEBHOOK_SECRET = "dev-webhook-secret"  # noqa: S105 - whoever reads it can forge, so its source is a test
SUBSCRIBED = (
    *("IDENTIFICATION", "IDENTIFICATION_ORIGINATION", "BUSINESS_IDENTIFICATION", "LEGAL_REPRESENTATIVE"),
    *("BENEFICIAL_OWNER", "PERSON_CHANGED", "PERSON_DELETED", "BUSINESS_DELETED", "QUESTIONS_REQUIRE_RESPONSE"),
)
"""The event types that a receiver of Solaris' is subscribed to here."""

_DEADLINE = ClientTimeout(total=10)


class SandboxRefused(HooklineError):
    """A sandbox vendor did not take what it was told: mend the address or the credentials in the message."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a sandbox vendor calls back. ``header`` is the name of the header that carries a static secret."""

    url: str
    header: str = "Authorization"


@dataclass(frozen=True, slots=True)
class Vendor:
    """``secret`` is what its callbacks prove themselves with where nobody chose another; where that is a header's
    value, ``header`` is the one.

    ``app`` plays it with a secret (``None``: unproved) for a receiver on a host. ``api`` is the ``[source.api]`` of a
    source that asks the sandbox at an address. ``call_back`` tells that sandbox where to send, with its secret.
    ``example`` is a line for the shell that plays one verification of it to its end.
    """

    title: str
    secret: str
    app: Callable[[str | None, str], web.Application]
    api: Callable[[str], Mapping[str, str]]
    call_back: Callable[[ClientSession, str, Target, str | None], Awaitable[None]]
    example: Callable[[str], str]
    header: str = "Authorization"


async def _asked(http: ClientSession, method: str, url: str, **request: Any) -> Any:  # noqa: ANN401 - aiohttp's own
    """The answer's JSON."""
    try:
        async with http.request(method, url, timeout=_DEADLINE, **request) as answer:
            if not answer.ok:
                raise SandboxRefused(f"{url}: answered {answer.status}: {await answer.text()}")
            return await answer.json()
    except (ClientError, TimeoutError) as error:
        raise SandboxRefused(f"{url}: does not answer ({type(error).__name__})") from None


def _idenfy_app(secret: str | None, _host: str) -> web.Application:
    return idenfy.make_app(idenfy.Account(signing_key=secret))


def _idenfy_api(url: str) -> Mapping[str, str]:
    account = idenfy.Account()
    return {"base_url": url, "client_id": account.api_key, "secret": account.api_secret}


async def _idenfy_calls(http: ClientSession, url: str, target: Target, secret: str | None) -> None:
    del secret  # the account's key signs
    await _asked(http, "PUT", f"{url}/_sandbox/notification", json={"url": target.url})


def _idenfy_example(url: str) -> str:
    account = idenfy.Account()
    who = f"{account.api_key}:{account.api_secret}"
    create = f'curl -s -u {who} -d \'{{"clientId": "customer-1"}}\' {url}/api/v2/token'
    return _driven(create, "scanRef", f"{url}/_sandbox/verifications/$id/finish", '{"review": false}')


def _idverse_api(url: str) -> Mapping[str, str]:
    secret = idverse.Account().api_key
    return {"base_url": f"{url}/v1", "token_url": f"{url}/oauth2/token", "secret": secret, "scope": "transactions/get"}


async def _idverse_calls(http: ClientSession, url: str, target: Target, secret: str | None) -> None:
    header = {} if secret is None else {"header_name": target.header, "header_value": secret}
    await _asked(http, "PUT", f"{url}/_sandbox/notification", json={"url": target.url, **header})


def _idverse_example(url: str) -> str:
    create = f'curl -s -d \'{{"reference": "customer-1"}}\' {url}/_sandbox/transactions'
    return _driven(create, "transaction_id", f"{url}/_sandbox/transactions/$id/complete", '{"overall": "PASSED"}')


def _solaris_app(secret: str | None, host: str) -> web.Application:
    return solaris.make_app(solaris.Account(webhook_secret=secret, plain_http=(host,)))


def _solaris_api(url: str) -> Mapping[str, str]:
    account = solaris.Account()
    return {
        "base_url": url,
        "token_url": f"{url}/oauth2/token",
        "client_id": account.client_id,
        "secret": account.client_secret,
        "scope": "partners",
    }


async def _solaris_calls(http: ClientSession, url: str, target: Target, secret: str | None) -> None:
    del secret  # the account gives it to each subscription
    await subscribe(http, url, target.url, solaris.Account())


async def subscribe(http: ClientSession, url: str, receiver: str, account: solaris.Account) -> None:
    """The receiver is subscribed once to every type of ``SUBSCRIBED``, over the API, by the partner's own credentials.

    Raises ``SandboxRefused`` where it is not; subscriptions that were made by then stay, and are not made again.
    """
    pair = {"Authorization": encode_basic_auth(account.client_id, account.client_secret)}
    form = {"grant_type": "client_credentials", "scope": "partners"}
    token = await _asked(http, "POST", f"{url}/oauth2/token", data=form, headers=pair)
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    there = await _asked(http, "GET", f"{url}/v1/webhooks", params={"page[size]": "1000"}, headers=bearer)
    subscribed = {each["event_type"] for each in there if each["url"] == receiver}
    for event in SUBSCRIBED:
        if event not in subscribed:
            body = {"event_type": event, "url": receiver}
            await _asked(http, "POST", f"{url}/v1/webhooks", json=body, headers=bearer)


def _solaris_example(url: str) -> str:
    create = f'curl -s -d \'{{"last_name": "Example"}}\' {url}/_sandbox/identifications'
    return _driven(create, "id", f"{url}/_sandbox/identifications/$id/result", '{"result": "SUCCESS"}')


def _credas_api(url: str) -> Mapping[str, str]:
    return {"base_url": f"{url}/api/v2/ci", "secret": credas.Account().api_key}


async def _credas_calls(http: ClientSession, url: str, target: Target, secret: str | None) -> None:
    header = {} if secret is None else {"header_name": target.header, "header_value": secret}
    await _asked(http, "PUT", f"{url}/_sandbox/notification", json={"url": target.url, **header})


def _credas_example(url: str) -> str:
    create = f"curl -s -d '{{}}' {url}/_sandbox/processes"
    return _driven(create, "id", f"{url}/_sandbox/processes/$id/complete", '{"outcome": "pass"}')


def _driven(create: str, member: str, drive: str, body: str) -> str:
    """Creates, takes the id out of the answer, and plays what happens next."""
    return f'id=$({create} | sed \'s/.*"{member}": "\\([^"]*\\)".*/\\1/\') && curl -s -d \'{body}\' {drive}'


VENDORS: Mapping[str, Vendor] = {
    "idenfy": Vendor("iDenfy", DEV_KEY, _idenfy_app, _idenfy_api, _idenfy_calls, _idenfy_example),
    "idverse": Vendor(
        "IDVerse", DEV_HEADER, lambda _secret, _host: idverse.make_app(), _idverse_api, _idverse_calls, _idverse_example
    ),
    "solaris": Vendor("Solaris", DEV_WEBHOOK_SECRET, _solaris_app, _solaris_api, _solaris_calls, _solaris_example),
    "credas": Vendor(
        "Credas",
        DEV_VALUE,
        lambda _secret, _host: credas.make_app(),
        _credas_api,
        _credas_calls,
        _credas_example,
        header="webhookAuth",
    ),
}
"""In the order of their ports."""


@asynccontextmanager
async def playing(apps: Mapping[str, web.Application], port: int) -> AsyncIterator[Mapping[str, str]]:
    """The vendors' sandboxes while the context is open, on this machine alone; gives their addresses.

    iDenfy listens on ``port``, the others on the ports that follow, each always on its own; 0: on any free ones.
    """
    async with AsyncExitStack() as stack:
        urls = {}
        for number, vendor in enumerate(VENDORS):
            if vendor in apps:
                urls[vendor] = await stack.enter_async_context(served(apps[vendor], port and port + number))
        yield urls


@asynccontextmanager
async def served(app: web.Application, port: int, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """The application while the context is open, to this machine alone if no other host is given; gives its address."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    async with listening(runner, f"{host}:{port}", "sandbox --host, --port") as url:
        yield url
