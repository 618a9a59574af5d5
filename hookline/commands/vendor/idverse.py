"""What people do at IDVerse: the report of one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hookline.cli import SettingsFile, run, say, settings_of
from hookline.commands.vendor.common import SourceName, asked
from ingest.vendors.idverse import report
from runtime.errors import SettingsInvalid
from runtime.settings import Settings

_PDF = """Read the PDF report of a completed transaction. It holds personal data: only you can read the file.

Example: hookline vendor idverse pdf 01HH3KA3FBT5NW60H8PC2KAD3N --output report.pdf"""


def register(app: typer.Typer) -> None:
    app.command("pdf", help=_PDF)(pdf)


def pdf(
    transaction_id: Annotated[str, typer.Argument(metavar="ID")],
    output: Annotated[Path, typer.Option(metavar="FILE", help="Where it goes; a file that is there is not replaced.")],
    source: SourceName = None,
    settings: SettingsFile = None,
) -> None:
    if output.exists():
        raise SettingsInvalid(f"--output {output}: is there already; name another file")
    run(_pdf(settings_of(settings), source, transaction_id, output))


async def _pdf(settings: Settings, source: str | None, transaction_id: str, output: Path) -> None:
    async with asked(settings, "idverse", source) as client:
        content = await report(client.call, transaction_id)
    _write(output, content)
    say(f"{output}: {len(content)} bytes")


def _write(output: Path, content: bytes) -> None:
    try:
        output.touch(mode=0o600, exist_ok=False)
        output.write_bytes(content)
    except OSError as error:
        raise SettingsInvalid(f"--output {output}: {error.strerror}; name another file") from None
