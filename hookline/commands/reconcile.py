"""Verifications that stayed open too long: asked about, or only shown."""

from __future__ import annotations

from typing import Annotated

import typer

from consumers.projections.store import open_store
from hookline.cli import AsJson, SettingsFile, print_json, run, say, settings_of
from hookline.commands.stages import serve_part
from hookline.commands.verification import existing_projections
from hookline.logs import opened_log
from hookline.parts import RECONCILE
from hookline.parts.reconcile import open_in
from ingest.calling import accounts_of
from ingest.reconcile.reconciler import Reconciler
from runtime.settings import Settings
from schemas.fetching import FetchRequest

_HELP = """Ask the vendors about verifications that stayed open too long, within each account's budget.

Only writes requests: `hookline fetch` asks. With --dry-run it shows what it would ask now, and ends.

Example: hookline reconcile --dry-run"""


def register(app: typer.Typer) -> None:
    app.command("reconcile", help=_HELP)(reconcile)


def reconcile(
    settings: SettingsFile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be asked now.")] = False,
    as_json: AsJson = False,
) -> None:
    chosen = settings_of(settings)
    run(_show(chosen, as_json=as_json) if dry_run else serve_part(chosen, RECONCILE))


async def _show(settings: Settings, *, as_json: bool) -> None:
    accounts = accounts_of(settings.source)
    async with (
        opened_log(settings, existing=True) as log,
        open_store(existing_projections(settings), migrates=False) as store,
    ):
        found = await Reconciler(accounts, log, open_in(store)).would_ask()
    for request in found:
        if as_json:
            print_json(_row(request))
        else:
            say(f"{request.source:<16} {request.kind:<24} {request.verification_id}")
    if not as_json:
        say(f"{len(found)} to ask about" if found else "nothing to ask about")


def _row(request: FetchRequest) -> dict[str, object]:
    return {"source": request.source, "kind": request.kind, "verification_id": request.verification_id}
