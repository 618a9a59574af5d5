"""What the demonstration shows: a live table of what came in and what came out, and the sums at the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.table import Table

from hookline.demo.ledger import Ledger
from hookline.demo.stories import Story
from schemas.event import Outcome, VerificationEvent

_COLOURS = {
    Outcome.VERIFIED: "green",
    Outcome.REJECTED: "red",
    Outcome.PENDING: "yellow",
    Outcome.NEEDS_REVIEW: "magenta",
}


@dataclass(slots=True)
class Told:
    """A story as far as it has been told: its callbacks' answers, and the events that came of it."""

    story: Story
    scan_ref: str
    answers: list[int] = field(default_factory=list)
    events: list[VerificationEvent] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return tuple(event.outcome for event in self.events) == self.story.outcomes


def table_of(told: list[Told]) -> Table:
    table = Table(title="what came in, and what came out", title_justify="left")
    for column in ("story", "callbacks", "events", "reasons"):
        table.add_column(column, no_wrap=column != "reasons", overflow="fold")
    for one in told:
        table.add_row(
            one.story.title,
            " ".join(str(status) for status in one.answers),
            " → ".join(_coloured(event) for event in one.events),
            " ".join(
                sorted({f"{reason.reason_class}:{reason.code}" for event in one.events for reason in event.reasons})
            ),
        )
    return table


def _coloured(event: VerificationEvent) -> str:
    text = event.outcome + ("" if event.final else "…")
    colour = _COLOURS.get(event.outcome)
    return f"[{colour}]{text}[/]" if colour else text


def sums_of(books: Ledger) -> str:
    right = books.events + books.duplicates + books.rejected + books.dead_letters
    sign = "=" if books.adds_up and books.received == right else "≠"
    return (
        f"received {books.received} {sign} events {books.events} + duplicates {books.duplicates}"
        f" + rejected {books.rejected} + dead letters {books.dead_letters}   (alerts: {books.alerts})"
    )
