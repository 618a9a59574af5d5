"""Dead letters: which there are, and back to their topics once what was wrong is mended. Bodies are never shown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from getpass import getuser
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from consumers.redriving import letters, pending, redrive, why_not
from hookline import rows
from hookline.cli import AsJson, Follow, SettingsFile, print_json, run, say, settings_of
from hookline.logs import opened_log
from hookline.rows import Row
from runtime.errors import HooklineError
from runtime.eventlog import EventLog, Record
from runtime.settings import Settings
from schemas import audit, topics
from schemas.callback import header
from schemas.deadletter import DeadLetter, DeadLetterReason

_REDRIVE = """Append their records to the topics that they came from, byte for byte, and take the letters away.

First mend what was wrong: the settings, the vendor's account, or the program. A record that fails again is a dead
letter again. Where this ends half way it may be repeated: a record that is appended twice changes nothing more.

Example: hookline dead-letters redrive --all --reason NOT_FETCHABLE --dry-run"""


class NotFound(HooklineError):
    """Ask for something else, or wait until it is there."""


class NotRedriven(HooklineError):
    """Some records did not go back: each is named, and what to do instead. The others did."""


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="What could not be processed, and why.", no_args_is_help=True)
    group.command("list", help="All of them.\n\nExample: hookline dead-letters list --json")(list_letters)
    group.command("show", help="Those of one callback.\n\nExample: hookline dead-letters show <id>")(show_letter)
    group.command("redrive", help=_REDRIVE)(redrive_letters)
    app.add_typer(group, name="dead-letters")


def list_letters(settings: SettingsFile = None, follow: Follow = False, as_json: AsJson = False) -> None:
    run(_list(settings_of(settings), follow=follow, as_json=as_json))


def show_letter(
    callback_id: Annotated[str, typer.Argument(help="The callback_id or the key that the list shows.")],
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    run(_show(settings_of(settings), callback_id, as_json=as_json))


def redrive_letters(
    named: Annotated[list[str] | None, typer.Argument(metavar="KEY|CALLBACK_ID", help="As the list shows it.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that --stage and --reason leave.")] = False,
    stage: Annotated[str | None, typer.Option(help="Only those of this stage.")] = None,
    reason: Annotated[DeadLetterReason | None, typer.Option(help="Only those with this reason.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say which, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    if every == bool(named):
        raise typer.BadParameter("name some, as `hookline dead-letters list` shows them, or say --all")
    wanted = Wanted(frozenset(named or ()), stage, reason)
    run(_redrive(settings_of(settings), wanted, dry_run=dry_run, sure=yes or not every, as_json=as_json))


@dataclass(frozen=True, slots=True)
class Wanted:
    """``named`` are keys of letters and ids of callbacks; without any all are wanted that the others leave."""

    named: Collection[str]
    stage: str | None
    reason: DeadLetterReason | None

    def names_of(self, record: Record, letter: DeadLetter) -> set[str]:
        """By which of its names it was asked for."""
        own = {record.key, header(letter.headers, "id") or header(letter.headers, "ce_id")}
        return {name for name in self.named if name in own}

    def takes(self, record: Record, letter: DeadLetter) -> bool:
        right = self.stage in {None, letter.stage} and self.reason in {None, letter.reason}
        return right and (not self.named or bool(self.names_of(record, letter)))


async def _list(settings: Settings, *, follow: bool, as_json: bool) -> None:
    async with opened_log(settings, existing=True) as log:
        async for record in pending(log, follow=follow):
            row = await rows.row_of(record, rows.DEAD_LETTERS)
            if row is not None and as_json:
                print_json(row)
            elif row is not None:
                say(rows.DEAD_LETTERS.line(row))


async def _show(settings: Settings, callback_id: str, *, as_json: bool) -> None:
    async with opened_log(settings, existing=True) as log:
        every = [row async for record in pending(log) if (row := await rows.row_of(record, rows.DEAD_LETTERS))]
    found = [row for row in every if callback_id in {row["callback_id"], row["key"]}]
    if not found:
        raise NotFound(f"no dead letter of callback {callback_id}; `hookline dead-letters list` shows them all")
    for row in found:
        if as_json:
            print_json(row)
        else:
            width = max(len(name) for name in row)
            say("\n".join(f"{name:<{width}}  {value}" for name, value in row.items()))


async def _redrive(settings: Settings, wanted: Wanted, *, dry_run: bool, sure: bool, as_json: bool) -> None:
    async with opened_log(settings, existing=True) as log:
        number = await _counted(log, wanted)
        if dry_run:
            await _tell(log, wanted, as_json=as_json)
        elif sure or (number and typer.confirm(f"Redrive {number} dead letters?", err=True)):
            await _carry_out(log, wanted, number, as_json=as_json)


async def _chosen(log: EventLog, wanted: Wanted) -> AsyncIterator[tuple[Record, DeadLetter]]:
    async for record, letter in letters(log):
        if wanted.takes(record, letter):
            yield record, letter


async def _counted(log: EventLog, wanted: Wanted) -> int:
    """How many are wanted. Raises ``NotFound`` for what was named and is not there."""
    number, missing = 0, set(wanted.named)
    async for record, letter in _chosen(log, wanted):
        number += 1
        missing -= wanted.names_of(record, letter)
    if missing:
        named = ", ".join(sorted(missing))
        raise NotFound(f"no such dead letter: {named}; `hookline dead-letters list` shows them all; nothing was done")
    return number


async def _tell(log: EventLog, wanted: Wanted, *, as_json: bool) -> None:
    number = 0
    async for record, letter in _chosen(log, wanted):
        number += 1
        _say_row(_row(record, letter, refused=why_not(letter)), as_json=as_json)
    if not as_json:
        say(f"{number} dead letters; nothing was done")


async def _carry_out(log: EventLog, wanted: Wanted, number: int, *, as_json: bool) -> None:
    """Every one that can go back has gone back. Raises ``NotRedriven`` when there are others."""
    done, refusals = 0, []
    with _progress(number, shown=not as_json) as step:
        async for record, letter in _chosen(log, wanted):
            refusal = why_not(letter)
            if refusal is None:
                await _audited(log, record.key)
                position = await redrive(log, record, letter)
                done += 1
                _say_row(_row(record, letter, offset=position.offset), as_json=as_json)
            else:
                refusals.append(refusal)
            step()
    if not as_json:
        say(f"redriven: {done}")
    if refusals:
        raise NotRedriven("\n".join(refusals))


async def _audited(log: EventLog, key: str) -> None:
    """Whoever may run commands on this machine is known by the name of their account."""
    look = audit.new_look(getuser(), "admin", "command line", "redrive", key)
    await log.append(topics.AUDIT, audit.to_message(look))


def _row(record: Record, letter: DeadLetter, *, offset: int | None = None, refused: str | None = None) -> Row:
    """``redriven_to`` is where the record stands now, if it went back."""
    found: dict[str, Any] = {
        "key": record.key,
        "callback_id": header(letter.headers, "id") or header(letter.headers, "ce_id"),
        "stage": letter.stage,
        "reason": letter.reason,
        "topic": letter.topic,
        "redriven_to": offset,
        "refused": refused,
    }
    return found


def _say_row(row: Row, *, as_json: bool) -> None:
    if as_json:
        print_json(row)
        return
    named = row["callback_id"] or row["key"]
    tail = f"  cannot: {row['refused']}" if row["refused"] else ""
    say(f"{named}  {row['stage']}  {row['reason']}  to {row['topic']}{tail}")


@contextmanager
def _progress(number: int, *, shown: bool) -> Iterator[Callable[[], None]]:
    """A bar on stderr, where somebody sits there."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not (shown and console.is_terminal), transient=True) as progress:
        task = progress.add_task("redriving", total=number)
        yield lambda: progress.advance(task)
