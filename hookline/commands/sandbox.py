"""The sandbox alone: a vendor to develop against, without an account at any."""

from __future__ import annotations

from typing import Annotated

import typer

from hookline.cli import run, say, told_to_stop
from hookline.everything import DEV_KEY, served
from sandbox.idenfy import Account, Behaviour, make_app

_HELP = """Play iDenfy over HTTP: its API, and signed callbacks with the vendor's retries.

Example: hookline sandbox --send-to http://127.0.0.1:8080/callbacks/idenfy --time-scale 0.1"""


def register(app: typer.Typer) -> None:
    app.command("sandbox", help=_HELP)(sandbox)


def sandbox(
    port: Annotated[int, typer.Option(help="Where it listens; 0: any free port.")] = 8090,
    host: Annotated[str, typer.Option(help="0.0.0.0 for all networks: whoever reaches it can play.")] = "127.0.0.1",
    send_to: Annotated[str, typer.Option(help="Where callbacks go.")] = "http://127.0.0.1:8080/callbacks/idenfy",
    signing_key: Annotated[str, typer.Option(help="Signs the callbacks.")] = DEV_KEY,
    seed: Annotated[str | None, typer.Option(help="The same seed repeats a run to the byte.")] = None,
    time_scale: Annotated[float, typer.Option(min=0.0001, help="Real seconds in one of the vendor's.")] = 1.0,
    duplicates: Annotated[int, typer.Option(min=1, help="Sends each callback so often.")] = 1,
    reorder: Annotated[int, typer.Option(min=0, help="Holds so many callbacks and shuffles them.")] = 0,
) -> None:
    account = Account(signing_key=signing_key, webhook_url=send_to)
    behaviour = Behaviour(seed=seed, time_scale=time_scale, duplicates=duplicates, reorder=reorder)
    run(_serve(account, behaviour, port, host))


async def _serve(account: Account, behaviour: Behaviour, port: int, host: str) -> None:
    stop = told_to_stop()
    async with served(make_app(account, behaviour), port, host) as url:
        say(f"ready: sandbox iDenfy on {url}, callbacks to {account.webhook_url}")
        await stop.wait()
