"""A source as the receiver serves it: its vendor's door, its live secrets, its limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import monotonic

from ingest.door import VendorDoor
from ingest.options import carried_options, checked_options
from ingest.vendors import DOORS
from runtime.errors import SettingsInvalid
from runtime.secrets import Secret, secrets_of
from runtime.settings import SourceSettings


class Limit:
    """A token bucket: ``per_second`` on average, at most one second's worth at once. ``None`` is no limit."""

    def __init__(self, per_second: float | None, clock: Callable[[], float] = monotonic) -> None:
        self._rate = per_second
        self._clock = clock
        self._tokens = max(per_second or 0, 1.0)
        self._full = self._tokens
        self._filled_at = clock()

    def take(self) -> bool:
        """Whether one more may pass now."""
        if self._rate is None:
            return True
        now = self._clock()
        self._tokens = min(self._full, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


@dataclass(frozen=True, slots=True)
class Source:
    """One account at one vendor, with everything that a delivery to it is checked against.

    Where it is ``unsigned`` nothing is checked. ``carried`` are the options that travel on each callback,
    ``secret_headers`` (lower case) those that are never stored.
    """

    name: str
    door: VendorDoor
    secrets: tuple[Secret, ...]
    unsigned: bool
    test: bool
    limit: Limit
    options: Mapping[str, str]
    carried: tuple[tuple[str, str], ...]
    secret_headers: frozenset[bytes]


def sources_of(settings: Iterable[SourceSettings]) -> dict[str, Source]:
    """The sources by name. Raises ``SettingsInvalid`` with every secret that cannot be read and every wrong option."""
    sources, mistakes = {}, []
    for entry in settings:
        try:
            sources[entry.name] = _source(entry)
        except SettingsInvalid as error:
            mistakes.append(str(error))
    if mistakes:
        raise SettingsInvalid("\n".join(mistakes))
    return sources


def _source(entry: SourceSettings) -> Source:
    door = DOORS[entry.vendor]
    options = checked_options(entry, door)
    named = options.get(door.header_option or "", "")
    return Source(
        name=entry.name,
        door=door,
        secrets=secrets_of(entry),
        unsigned=entry.unsigned,
        test=entry.environment == "test",
        limit=Limit(entry.max_per_second),
        options=options,
        carried=carried_options(entry, door),
        secret_headers=door.secret_headers | ({named.lower().encode()} if named else frozenset()),
    )
