"""What the demonstration shows: a live table of what came in and what came out, and the sums at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.table import Table

from hookline.demo.ledger import Ledger
from hookline.demo.stories import Story, Word
from hookline.sandboxes import VENDORS
from schemas.event import EventKind, Outcome, VerificationEvent

_COLOURS: dict[Word, str] = {
    Outcome.VERIFIED: "green",
    Outcome.REJECTED: "red",
    Outcome.PENDING: "yellow",
    Outcome.NEEDS_REVIEW: "magenta",
    EventKind.ERASED: "red",
}


@dataclass(slots=True)
class Told:
    """A story as far as it has been told: its callbacks' answers, and the events that came of it.

    ``ids`` are empty until its verification is created; the first is the verification's.
    """

    story: Story
    ids: tuple[str, ...] = ()
    answers: list[int] = field(default_factory=list)
    events: list[VerificationEvent] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return tuple(word_of(event) for event in self.events) == self.story.events


def word_of(event: VerificationEvent) -> Word:
    """What the event says: its outcome, or its kind where that says it all or there is none."""
    says_it_all = event.kind in {EventKind.ERASED, EventKind.ACTION}
    return event.kind if says_it_all or event.outcome is Outcome.UNKNOWN else event.outcome


def table_of(told: Sequence[Told]) -> Table:
    table = Table(title="what came in, and what came out", title_justify="left")
    for column in ("vendor", "story", "callbacks", "events", "reasons"):
        table.add_column(column, no_wrap=column in {"vendor", "story"}, overflow="fold")
    for one in told:
        table.add_row(
            VENDORS[one.story.vendor].title,
            one.story.title,
            " ".join(str(status) for status in one.answers),
            " → ".join(_coloured(event) for event in one.events),
            " ".join(
                sorted({f"{reason.reason_class}:{reason.code}" for event in one.events for reason in event.reasons})
            ),
        )
    return table


def _coloured(event: VerificationEvent) -> str:
    word = word_of(event)
    text = word + ("" if event.final else "…")
    colour = _COLOURS.get(word)
    return f"[{colour}]{text}[/]" if colour else text


def sums_of(books: Ledger) -> str:
    sign = "=" if books.adds_up else "≠"
    return (
        f"received {books.received} + fetched {books.fetched} + acted {books.acted}"
        f" {sign} events {books.events} + duplicates {books.duplicates} + hints {books.hints}"
        f" + rejected {books.rejected} + dead letters {books.dead_letters}   (alerts: {books.alerts})"
    )
