"""The settings: one TOML file, read once, checked whole. The environment is read here and nowhere else.

Any key can be overridden by an environment variable: ``[receiver] listen`` is ``HOOKLINE_RECEIVER__LISTEN``, a key of
a source ``HOOKLINE_SOURCE__<NAME>__<KEY>``, of one of its tables ``HOOKLINE_SOURCE__<NAME>__API__<KEY>``. A value is
read as TOML (``true``, ``5``, ``["a"]``) and else as plain text.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from runtime.errors import SettingsInvalid
from runtime.sections import (
    ApiSettings,
    FetchSettings,
    KafkaSettings,
    LogSettings,
    ObservabilitySettings,
    ProjectionSettings,
    ReceiverSettings,
    ReconcileSettings,
    RegistrySettings,
    Settings,
    SourceSettings,
    host_and_port,
)
from runtime.sections_access import ActSettings, ConsoleSettings, OidcSettings, OperatorSettings
from runtime.sections_alerts import EVENT_MATCHES, AlertRuleSettings, AlertSettings, EventMatch, StatusMatch
from runtime.sections_channels import ChannelSettings

__all__ = [
    "EVENT_MATCHES",
    "ActSettings",
    "AlertRuleSettings",
    "AlertSettings",
    "ApiSettings",
    "ChannelSettings",
    "ConsoleSettings",
    "EventMatch",
    "FetchSettings",
    "KafkaSettings",
    "LogSettings",
    "ObservabilitySettings",
    "OidcSettings",
    "OperatorSettings",
    "ProjectionSettings",
    "ReceiverSettings",
    "ReconcileSettings",
    "RegistrySettings",
    "Settings",
    "SourceSettings",
    "StatusMatch",
    "environment",
    "host_and_port",
    "load_settings",
    "parse_settings",
]

_PREFIX = "HOOKLINE_"
_FILE_VARIABLE = "HOOKLINE_SETTINGS"
_DEFAULT_FILE = Path("hookline.toml")


def environment() -> Mapping[str, str]:
    """The process's environment, for those who resolve a reference into it."""
    return os.environ


def load_settings(
    file: Path | None = None, *, vendors: Collection[str] = (), environ: Mapping[str, str] | None = None
) -> Settings:
    """The settings of ``file``, else of ``HOOKLINE_SETTINGS``'s file, else of ``hookline.toml`` here, else defaults.

    Raises ``SettingsInvalid`` that lists every mistake with its place and the fix.
    """
    environ = environment() if environ is None else environ
    path = file or (Path(environ[_FILE_VARIABLE]) if environ.get(_FILE_VARIABLE) else None)
    if path is None and _DEFAULT_FILE.is_file():
        path = _DEFAULT_FILE
    where = str(path) if path is not None else "settings"
    return parse_settings(_read(path) if path is not None else {}, where, vendors=vendors, environ=environ)


def parse_settings(
    content: dict[str, Any], where: str, *, vendors: Collection[str] = (), environ: Mapping[str, str] | None = None
) -> Settings:
    """``content`` with the environment's overrides, checked. ``where`` names the file in messages."""
    environ = environment() if environ is None else environ
    content = _overridden(content, environ)
    try:
        return Settings.model_validate(content, context={"vendors": vendors})
    except ValidationError as error:
        lines = [f"{where}: {_place(item['loc'], content)}{_message(item)}" for item in error.errors()]
        raise SettingsInvalid("\n".join(lines)) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsInvalid(f"{path}: cannot be read ({error.strerror}); name another file with --settings") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{path}: not TOML: {error}") from None


def _overridden(content: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    content = dict(content)
    for variable, text in sorted(environ.items()):
        if variable.startswith(_PREFIX) and "__" in variable:
            keys = variable.removeprefix(_PREFIX).lower().split("__")
            _put(content, keys, _value(text))
    return content


def _put(content: dict[str, Any], keys: list[str], value: object) -> None:
    if keys[0] == "source" and len(keys) > 2:  # noqa: PLR2004 - source, its name, its key
        sources = content["source"] = [dict(source) for source in content.get("source", [])]
        name = keys[1].replace("_", "-")
        chosen = [source for source in sources if source.get("name") == name]
        if not chosen:
            chosen = [{"name": name}]
            sources += chosen
        _put_within(chosen[0], keys[2:], value)
    else:
        section = content[keys[0]] = dict(content.get(keys[0], {}))
        section["__".join(keys[1:])] = value


def _put_within(source: dict[str, Any], keys: list[str], value: object) -> None:
    """A source has tables of its own: ``api`` and ``options``."""
    if len(keys) > 1 and keys[0] in {"api", "options"}:
        table = source[keys[0]] = dict(source.get(keys[0], {}))
        table["__".join(keys[1:])] = value
    else:
        source["__".join(keys)] = value


def _value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _place(location: tuple[int | str, ...], content: dict[str, Any]) -> str:
    """``source[1] (idenfy).secrets: `` out of pydantic's ``("source", 1, "secrets")``."""
    text = ""
    entry: object = content
    for key in location:
        entry = _member(entry, key)
        if isinstance(key, int):
            name = entry.get("name") if isinstance(entry, dict) else None
            text += f"[{key}]" + (f" ({name})" if isinstance(name, str) else "")
        else:
            text += ("." if text else "") + key
    return text + ": " if text else ""


def _member(entry: object, key: int | str) -> object:
    if isinstance(entry, dict) and isinstance(key, str):
        return entry.get(key)
    if isinstance(entry, list) and isinstance(key, int) and key < len(entry):
        return entry[key]
    return None


def _message(item: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    if item["type"] == "extra_forbidden":
        return "no such setting; remove it or see docs/settings.md"
    return re.sub(r"^Value error, ", "", str(item["msg"]))
