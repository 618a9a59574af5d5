"""Is everything in order? Settings, secrets, schemas, log."""

from __future__ import annotations

import typer

from consumers.alerts.configured import rules_of
from consumers.alerts.delivery.building import channels_of
from hookline.cli import SettingsFile, run, say, settings_of
from hookline.logs import opened_log
from hookline.parts import PARTS
from hookline.registry import explained, schemas_known
from hookline.topics import check_topics
from ingest.calling import accounts_of
from ingest.receive import sources_of
from runtime.access.tokens import tokens_of
from runtime.settings import Settings
from schemas.registry import verify


def register(app: typer.Typer) -> None:
    app.command("check", help="Check settings, secrets, schemas and log.\n\nExample: hookline check")(check)


def check(settings: SettingsFile = None) -> None:
    run(_check(settings_of(settings)))


async def _check(settings: Settings) -> None:
    sources = sources_of(settings.source)
    say(f"settings: in order; sources: {', '.join(sources) or 'none'}")
    for source in sources.values():
        if source.unsigned:
            say(f"warning: source {source.name} is unsigned: whoever can reach it can write to it")
        elif not source.secrets:
            say(f"warning: source {source.name} awaits its secrets: it answers handshakes and accepts nothing")
    accounts = accounts_of(settings.source)
    for source in sources.values():
        if source.door.api is not None and source.name not in accounts:
            say(f"warning: source {source.name} has no [source.api]: nothing is fetched for it, nothing reconciled")
    channels = channels_of(settings.alert.channel, settings.console.url)
    rules = rules_of(settings.alert)
    told = ", ".join(channels) or "none, so they are listed and nobody is told"
    say(f"alerts: {len(rules)} rules, channels: {told}")
    tokens_of(settings.operator)
    with explained():
        verify()
    say("schemas: today's are the newest of their history and compatible with all of it")
    async with schemas_known(settings.registry) as ids:
        if ids is not None:
            await ids.look_up_history()
            say(f"registry: {settings.registry.url} has them")
    for weakness in await check_topics(settings, PARTS, patience=0):
        say(f"warning: {weakness}")
    async with opened_log(settings) as log:
        await log.check()
    say(f"log: {settings.log.url} can be written and read")
