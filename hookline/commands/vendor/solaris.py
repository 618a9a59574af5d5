"""What people do at Solaris: subscriptions, and what an identification may be done with."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer

from hookline.cli import AsJson, SettingsFile, print_json, run, say, settings_of
from hookline.commands.vendor.common import SourceName, asked
from ingest.api import VendorRefused
from ingest.vendors.solaris import subscriptions as at_solaris
from ingest.vendors.solaris.api import supported_documents
from ingest.vendors.solaris.subscriptions import Subscription
from runtime.settings import Settings

_SUBSCRIBE = """Subscribe a URL to one type of event. Its secret is shown once, here, and stored nowhere.

While this runs Solaris asks the URL whether it is there: `hookline receive` must run, its source with the live
secrets, or with awaiting_secrets = true ahead of the first one. Until the new secret stands among them, callbacks get
401 and Solaris sends them again, for days.

To replace a subscription without a gap: subscribe again, add the new secret beside the old one, restart the receivers,
then unsubscribe the old one, which drops what it has not sent yet.

Example: hookline vendor solaris subscribe IDENTIFICATION https://hooks.example.com/callbacks/solaris"""
_REFUSED = "is {event} a type of event, and does {url} answer from outside, over https? hookline receive must run there"
_SUBSCRIPTIONS = "All subscriptions.\n\nExample: hookline vendor solaris subscriptions --json"
_UNSUBSCRIBE = """Delete a subscription; what it has not sent yet is lost.

Example: hookline vendor solaris unsubscribe 8c1f…"""
_SUPPORTED = """The documents and issuing countries that an identification may be done with, as Solaris says it.

Example: hookline vendor solaris supported-documents <person id> <identification id>"""


def register(app: typer.Typer) -> None:
    app.command("subscribe", help=_SUBSCRIBE)(subscribe)
    app.command("subscriptions", help=_SUBSCRIPTIONS)(subscriptions)
    app.command("unsubscribe", help=_UNSUBSCRIBE)(unsubscribe)
    app.command("supported-documents", help=_SUPPORTED)(supported)


def subscribe(
    event_type: Annotated[str, typer.Argument(metavar="EVENT", help="For example IDENTIFICATION.")],
    url: Annotated[str, typer.Argument(help="Where Solaris sends to: https, /callbacks/<source>.")],
    source: SourceName = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    run(_subscribe(settings_of(settings), source, event_type, url, as_json=as_json))


async def _subscribe(settings: Settings, source: str | None, event_type: str, url: str, *, as_json: bool) -> None:
    async with asked(settings, "solaris", source) as client:
        known = await at_solaris.subscriptions(client.call)
        try:
            made = await at_solaris.subscribe(client.call, event_type.upper(), url)
        except VendorRefused as error:
            raise VendorRefused(f"{error}; {_REFUSED.format(event=event_type.upper(), url=url)}") from None
    older = [each for each in known if each.event_type == made.event_type]
    secret = made.secret.value.decode() if made.secret is not None else None
    if as_json:
        print_json({**_row(made), "secret": secret, "replaces": [each.id for each in older]})
        return
    say(f"subscribed {made.event_type} to {made.url}: {made.id}")
    say(f"its secret, shown this once: {secret}" if secret else "Solaris told no secret: delete it and subscribe again")
    say("add it to the source's secrets and restart the receivers")
    for each in older:
        say(f"then delete the older one: hookline vendor solaris unsubscribe {each.id}")


def subscriptions(source: SourceName = None, settings: SettingsFile = None, as_json: AsJson = False) -> None:
    run(_subscriptions(settings_of(settings), source, as_json=as_json))


async def _subscriptions(settings: Settings, source: str | None, *, as_json: bool) -> None:
    async with asked(settings, "solaris", source) as client:
        found = await at_solaris.subscriptions(client.call)
    for each in found:
        if as_json:
            print_json(_row(each))
        else:
            say(f"{each.id}  {each.event_type:<42} {each.url}")
    if not found and not as_json:
        say("no subscriptions; `hookline vendor solaris subscribe` makes one")


def unsubscribe(
    subscription: Annotated[str, typer.Argument(metavar="ID", help="As `subscriptions` shows it.")],
    source: SourceName = None,
    settings: SettingsFile = None,
) -> None:
    run(_unsubscribe(settings_of(settings), source, subscription))


async def _unsubscribe(settings: Settings, source: str | None, subscription: str) -> None:
    async with asked(settings, "solaris", source) as client:
        await at_solaris.unsubscribe(client.call, subscription)
    say(f"unsubscribed {subscription}")


def supported(
    person_id: Annotated[str, typer.Argument()],
    identification_id: Annotated[str, typer.Argument()],
    source: SourceName = None,
    settings: SettingsFile = None,
) -> None:
    run(_supported(settings_of(settings), source, person_id, identification_id))


async def _supported(settings: Settings, source: str | None, person_id: str, identification_id: str) -> None:
    async with asked(settings, "solaris", source) as client:
        found = await supported_documents(client.call, person_id, identification_id)
    for each in found:
        say(orjson.dumps(each).decode())


def _row(subscription: Subscription) -> dict[str, object]:
    return {"id": subscription.id, "event_type": subscription.event_type, "url": subscription.url}
