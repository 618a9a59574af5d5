"""What stands on a command line, as an argument of an action."""

from __future__ import annotations

from pathlib import Path

import orjson
import typer

from ingest.action import Field, FieldKind


def of_option(field: Field, given: object) -> object:
    """The value of the field's kind; ``None`` where nothing was given."""
    if given is None or (field.many and not given):
        return None
    if field.many:
        return [_one(field, each) for each in given] if isinstance(given, list) else given
    return _one(field, given)


def _one(field: Field, given: object) -> object:
    if field.kind is FieldKind.FILE:
        return _bytes(field.name, Path(str(given)))
    if field.kind is FieldKind.JSON:
        return _json(field.name, str(given))
    return given


def _bytes(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}", param_hint=name) from None


def _json(name: str, text: str) -> object:
    """JSON, or ``@`` and the name of a file that holds it."""
    content = _bytes(name, Path(text[1:])) if text.startswith("@") else text.encode()
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise typer.BadParameter(f"not JSON: {error}", param_hint=name) from None
