"""A source's options: what the settings say about an account in its vendor's own words."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.door import VendorDoor
from runtime.errors import SettingsInvalid
from runtime.settings import SourceSettings


def checked_options(entry: SourceSettings, door: VendorDoor) -> Mapping[str, str]:
    """The source's options. Raises ``SettingsInvalid`` naming each that its vendor does not have or does not take."""
    mistakes = [mistake for name, word in entry.options.items() for mistake in _mistakes(name, word, door)]
    refused = None if mistakes else door.refuses(entry.options, unsigned=entry.unsigned, asked=entry.api is not None)
    if refused is not None:
        mistakes.append(refused)
    if mistakes:
        raise SettingsInvalid("\n".join(f"source ({entry.name}).{mistake}" for mistake in mistakes))
    return entry.options


def carried_options(entry: SourceSettings, door: VendorDoor) -> tuple[tuple[str, str], ...]:
    """What travels on each record of the source: what says how its documents are to be read."""
    return tuple(sorted((name, word) for name, word in entry.options.items() if name in door.words))


def _mistakes(name: str, word: str, door: VendorDoor) -> list[str]:
    if name == door.header_option:
        return [] if word.strip() else [f"options.{name}: empty; write the header's name, or leave it out"]
    if name not in door.words:
        known = sorted([*door.words, *([door.header_option] if door.header_option else [])])
        return [f"options.{name}: {door.vendor} has no such option; it has: {', '.join(known) or 'none'}"]
    allowed = door.words[name]
    return [] if word in allowed else [f"options.{name}: write one of: {', '.join(allowed)}"]
