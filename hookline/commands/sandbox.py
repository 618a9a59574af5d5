"""The sandbox alone: a vendor to develop against, without an account at any."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from aiohttp import ClientSession, web

from hookline.cli import run, say, told_to_stop
from hookline.sandboxes import (
    DEV_HEADER,
    DEV_KEY,
    DEV_VALUE,
    DEV_WEBHOOK_SECRET,
    VENDORS,
    SandboxRefused,
    served,
    subscribe,
)
from sandbox import credas, idenfy, idverse, solaris

_LOOK_AGAIN = 1.0
_HELP = """Play a vendor over HTTP: its API, and its callbacks with its signatures and retries.

VENDOR is idenfy (if none is named), idverse, solaris or credas. An option that names a vendor is for that one alone.

Example: hookline sandbox solaris --send-to http://127.0.0.1:8080/callbacks/solaris --time-scale 0.1"""


@dataclass(frozen=True, slots=True)
class _Play:
    """A vendor to be played: its application, and what there is to do once it listens at an address."""

    app: web.Application
    then: Callable[[str], Coroutine[Any, Any, None]] | None = None


def register(app: typer.Typer) -> None:
    app.command("sandbox", help=_HELP)(sandbox)


def sandbox(  # noqa: PLR0913 - a command's options
    vendor: Annotated[str, typer.Argument(metavar="VENDOR", help="idenfy, idverse, solaris or credas.")] = "idenfy",
    *,
    port: Annotated[int, typer.Option(help="Where it listens; 0: any free port.")] = 8090,
    host: Annotated[str, typer.Option(help="0.0.0.0 for all networks: whoever reaches it can play.")] = "127.0.0.1",
    send_to: Annotated[
        str | None, typer.Option(help="Where callbacks go; else http://127.0.0.1:8080/callbacks/<vendor>.")
    ] = None,
    seed: Annotated[str | None, typer.Option(help="The same seed repeats a run.")] = None,
    time_scale: Annotated[float, typer.Option(min=0.0001, help="Real seconds in one of the vendor's.")] = 1.0,
    duplicates: Annotated[int, typer.Option(min=1, help="Sends each callback so often.")] = 1,
    drop: Annotated[float, typer.Option(min=0, max=1, help="The share of callbacks that is never sent.")] = 0.0,
    reorder: Annotated[int, typer.Option(min=0, help="Holds so many callbacks and shuffles them.")] = 0,
    signing_key: Annotated[str | None, typer.Option(help="iDenfy: signs the callbacks.")] = None,
    header_value: Annotated[str | None, typer.Option(help="IDVerse, Credas: the value of callbacks' header.")] = None,
    header_name: Annotated[str | None, typer.Option(help="Credas: the header's name, webhookAuth if none.")] = None,
    webhook_secret: Annotated[str | None, typer.Option(help="Solaris: the secret of every subscription.")] = None,
    client_id: Annotated[str | None, typer.Option(help="Solaris: the partner's client id.")] = None,
    client_secret: Annotated[str | None, typer.Option(help="Solaris: the partner's client secret.")] = None,
) -> None:
    pace = {"seed": seed, "time_scale": time_scale, "duplicates": duplicates, "drop": drop, "reorder": reorder}
    own = {
        "signing_key": signing_key,
        "header_value": header_value,
        "header_name": header_name,
        "webhook_secret": webhook_secret,
        "client_id": client_id,
        "client_secret": client_secret,
    }
    given = {name: value for name, value in own.items() if value is not None}
    if vendor not in _PLAYS:
        raise typer.BadParameter(f"{vendor}: no such vendor; write one of: {', '.join(_PLAYS)}")
    for name in given.keys() - _OWN[vendor]:
        raise typer.BadParameter(f"--{name.replace('_', '-')} is none of {vendor}'s options")
    to = send_to or f"http://127.0.0.1:8080/callbacks/{vendor}"
    run(_serve(vendor, _PLAYS[vendor](to, given, pace), to, given, (port, host)))


def _play_idenfy(to: str, own: Mapping[str, str], pace: Mapping[str, Any]) -> _Play:
    account = idenfy.Account(signing_key=own.get("signing_key", DEV_KEY), webhook_url=to)
    return _Play(idenfy.make_app(account, idenfy.Behaviour(**pace)))


def _play_idverse(to: str, own: Mapping[str, str], pace: Mapping[str, Any]) -> _Play:
    header = ("Authorization", own.get("header_value", DEV_HEADER))
    account = idverse.Account(webhook_url=to, webhook_header=header)
    return _Play(idverse.make_app(account, idverse.Behaviour(**pace)))


def _play_solaris(to: str, own: Mapping[str, str], pace: Mapping[str, Any]) -> _Play:
    known = solaris.Account()
    account = solaris.Account(
        client_id=own.get("client_id", known.client_id),
        client_secret=own.get("client_secret", known.client_secret),
        webhook_secret=own.get("webhook_secret", DEV_WEBHOOK_SECRET),
        plain_http=(urlsplit(to).hostname or "",),
    )
    app = solaris.make_app(account, solaris.Behaviour(**pace))
    return _Play(app, lambda url: _subscribed(url, to, account))


def _play_credas(to: str, own: Mapping[str, str], pace: Mapping[str, Any]) -> _Play:
    header = (own.get("header_name", VENDORS["credas"].header), own.get("header_value", DEV_VALUE))
    try:
        account = credas.Account(process_url=to, actor_url=to, status_url=to, headers=(header,))
    except ValueError:
        raise typer.BadParameter("--header-name: write letters and digits alone, as at Credas") from None
    return _Play(credas.make_app(account, credas.Behaviour(**pace)))


async def _subscribed(url: str, to: str, account: solaris.Account) -> None:
    """The receiver is subscribed, as soon as it answers the handshake; what keeps it from that is said once."""
    said = False
    async with ClientSession() as http:
        while True:
            try:
                await subscribe(http, url, to, account)
            except SandboxRefused as error:
                if not said:
                    say(f"not subscribed, trying again: {error}")
                said = True
                await asyncio.sleep(_LOOK_AGAIN)
            else:
                say(f"subscribed: {to}")
                return


_PLAYS: Mapping[str, Callable[[str, Mapping[str, str], Mapping[str, Any]], _Play]] = {
    "idenfy": _play_idenfy,
    "idverse": _play_idverse,
    "solaris": _play_solaris,
    "credas": _play_credas,
}
_OWN: Mapping[str, frozenset[str]] = {
    "idenfy": frozenset({"signing_key"}),
    "idverse": frozenset({"header_value"}),
    "solaris": frozenset({"webhook_secret", "client_id", "client_secret"}),
    "credas": frozenset({"header_name", "header_value"}),
}


async def _serve(vendor: str, play: _Play, to: str, given: Mapping[str, str], address: tuple[int, str]) -> None:
    stop = told_to_stop()
    async with served(play.app, *address) as url, asyncio.TaskGroup() as tasks:
        say(f"ready: sandbox {VENDORS[vendor].title} on {url}, callbacks to {to}")
        for line in _settings(vendor, url, given):
            say(line)
        then = None if play.then is None else tasks.create_task(play.then(url))
        await stop.wait()
        if then is not None:
            then.cancel()


def _settings(vendor: str, url: str, given: Mapping[str, str]) -> list[str]:
    """What a source's settings say to ask this sandbox; a secret that was chosen on the command line is not shown."""
    api = dict(VENDORS[vendor].api(url))
    if "client_id" in given:
        api["client_id"] = given["client_id"]
    if "client_secret" in given:
        del api["secret"]
    return ["[source.api]", *(f'{name} = "{value}"' for name, value in api.items())]
