"""Secrets: named in the settings, read at the start of the stage that needs them, never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runtime.errors import SettingsInvalid
from runtime.settings import SourceSettings, environment


@dataclass(frozen=True, slots=True)
class Secret:
    """``name`` may be written down (``env:IDENFY_SIGNING_KEY``); ``value`` is shown nowhere, not by ``repr`` either."""

    name: str
    value: bytes = field(repr=False)


def secrets_of(source: SourceSettings, environ: Mapping[str, str] | None = None) -> tuple[Secret, ...]:
    """A source's live secrets, in the order of the settings. Raises ``SettingsInvalid`` naming each missing one."""
    secrets, mistakes = [], []
    for index, reference in enumerate(source.secrets):
        try:
            secrets.append(_resolved(reference, f"secrets[{index}]", environment() if environ is None else environ))
        except SettingsInvalid as error:
            mistakes.append(f"source ({source.name}).secrets[{index}]: {error}")
    if mistakes:
        raise SettingsInvalid("\n".join(mistakes))
    return tuple(secrets)


def secret_of(key: str, reference: str, environ: Mapping[str, str] | None = None) -> Secret:
    """The secret that the setting ``key`` refers to. Raises ``SettingsInvalid`` when it is missing."""
    try:
        return _resolved(reference, key, environment() if environ is None else environ)
    except SettingsInvalid as error:
        raise SettingsInvalid(f"{key}: {error}") from None


def _resolved(reference: str, key: str, environ: Mapping[str, str]) -> Secret:
    scheme, _, rest = reference.partition(":")
    if scheme == "env":
        name, value = reference, environ.get(rest, "")
        missing = f"the environment variable {rest} is not set; set it to the secret"
    elif scheme == "file":
        name, value = reference, _first_line(Path(rest))
        missing = f"the file {rest} is missing or empty; put the secret into it"
    else:
        name, value, missing = key, reference, "empty"
    if not value:
        raise SettingsInvalid(missing)
    return Secret(name, value.encode())


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError:
        return ""
