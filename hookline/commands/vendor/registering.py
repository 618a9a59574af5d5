"""A verification that was created elsewhere is made known here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from getpass import getuser
from typing import Annotated

import typer
from uuid_utils import uuid7

from hookline.cli import SettingsFile, run, say, settings_of
from hookline.commands.vendor.common import SourceName, source_of
from hookline.serving import opened_log
from ingest.api import Open, Unfetchable
from ingest.options import carried_options
from ingest.vendors import DOORS
from runtime.settings import Settings, SourceSettings
from schemas import action, topics
from schemas.action import InvalidAction, Register
from schemas.callback import Callback, CallbackKind, to_message

_HELP = """Make a verification known that was created elsewhere.

Without that, one whose callbacks are all lost is never missed. It becomes a PENDING event; `hookline reconcile` asks.

Example: hookline vendor {vendor} register {example}"""
_EXAMPLES = {"idenfy": "6f0c1a52-0d3b-11f0-9a51-025ad99a18e7", "idverse": "01HH3KA3FBT5NW60H8PC2KAD3N"}


def register_command(app: typer.Typer, vendor: str) -> None:
    example = _EXAMPLES.get(vendor, "b80ea8c7f76909749763e77f3efc2c87cidt")
    app.command("register", help=_HELP.format(vendor=vendor, example=example))(_command(vendor))


def _command(vendor: str) -> Callable[..., None]:
    def register(
        verification_id: Annotated[str, typer.Argument(metavar="ID", help="The vendor's id of the verification.")],
        subject_ref: Annotated[
            str | None, typer.Option("--subject", help="Your reference; for Solaris the id of the person.")
        ] = None,
        operator: Annotated[str | None, typer.Option(help="Who says so; else the user of this machine.")] = None,
        source: SourceName = None,
        settings: SettingsFile = None,
    ) -> None:
        chosen = settings_of(settings)
        account = source_of(chosen, vendor, source)
        try:
            body = action.to_body(Register(verification_id, subject_ref, operator or getuser()))
            _check(account, verification_id, subject_ref)
        except InvalidAction as error:
            raise typer.BadParameter(error.detail) from None
        except Unfetchable as error:
            raise typer.BadParameter(str(error)) from None
        run(_register(chosen, account, verification_id, body))

    return register


def _check(source: SourceSettings, verification_id: str, subject_ref: str | None) -> None:
    """Raises ``Unfetchable`` for what the vendor could never be asked about: it would stay pending for ever."""
    api = DOORS[source.vendor].api
    if api is not None:
        now = datetime.now(UTC).timestamp()
        api.target_of(Open(source.name, verification_id, subject_ref, now, now))


async def _register(settings: Settings, source: SourceSettings, verification_id: str, body: bytes) -> None:
    async with opened_log(settings) as log:
        await log.append(topics.callbacks(source.vendor), to_message(registration(source, verification_id, body)))
    say(f"registered {source.vendor}:{verification_id} at source {source.name}")


def registration(source: SourceSettings, verification_id: str, body: bytes) -> Callback:
    """The action that makes it known, as it goes on the log. ``body`` is a ``Register``'s."""
    return Callback(
        id=str(uuid7()),
        vendor=source.vendor,
        source=source.name,
        verification_id=verification_id,
        received_at=datetime.now(UTC),
        body=body,
        kind=CallbackKind.ACTION,
        checked_by="operator",
        test=source.environment == "test",
        options=carried_options(source, DOORS[source.vendor]),
    )
