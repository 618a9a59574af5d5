"""From an action's description to a command with arguments, options and help."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from hookline.cli import AsJson, SettingsFile, run, settings_of
from hookline.commands.vendor.doing import Wish, carry_out
from hookline.commands.vendor.values import of_option
from ingest.action import Field, FieldKind, VendorAction

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TYPES: Mapping[FieldKind, type] = {FieldKind.NUMBER: int, FieldKind.FLAG: bool, FieldKind.FILE: Path}

_SHARED: Mapping[str, Any] = {
    "reason": Annotated[str, typer.Option(help="Why: it goes on the log with what was done.")],
    "source": Annotated[str | None, typer.Option(metavar="NAME", help="The account, where there are several.")],
    "operator": Annotated[
        str | None, typer.Option(help="Who asks; else the user of this machine. With [[operator]], a token says it.")
    ],
    "dry_run": Annotated[bool, typer.Option("--dry-run", help="Print the requests, without secrets; do nothing.")],
    "settings": SettingsFile,
    "as_json": AsJson,
}
_DEFAULTS: Mapping[str, object] = {
    "reason": "",
    "dry_run": False,
    "as_json": False,
    "output": inspect.Parameter.empty,
}
_OUTPUT = Annotated[Path, typer.Option(metavar="FILE", help="Where it goes; a file that is there is not replaced.")]


def help_of(vendor: str, action: VendorAction) -> str:
    return f"{action.help}\n\nExample: hookline vendor {vendor} {action.name} {action.example}".rstrip()


def command_of(vendor: str, action: VendorAction) -> Callable[..., None]:
    """A function that typer reads as it would read one that somebody had written for this action."""
    named = {parameter_name(field.name): field for field in action.fields}

    def command(**given: Any) -> None:  # noqa: ANN401 - typer gives what the signature below says
        arguments = {field.name: of_option(field, given[name]) for name, field in named.items()}
        wish = Wish(
            vendor=vendor,
            action=action,
            arguments={name: value for name, value in arguments.items() if value is not None},
            reason=given["reason"],
            source=given["source"],
            operator=given["operator"],
            output=given.get("output"),
            dry_run=given["dry_run"],
            as_json=given["as_json"],
        )
        run(carry_out(settings_of(given["settings"]), wish))

    parameters = [_parameter(name, field) for name, field in named.items()]
    shared = dict(_SHARED)
    if action.file is not None:
        shared["output"] = _OUTPUT
    parameters += [_keyword(name, kind, _DEFAULTS.get(name)) for name, kind in shared.items()]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what inspect looks at first
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


def parameter_name(field: str) -> str:
    """``clientId`` as ``client_id``; one that a command has of its own gets a trailing line."""
    name = _CAPITAL.sub("_", field).lower().replace("-", "_")
    return f"{name}_" if name in {*_SHARED, "output"} else name


def _is_positional(field: Field) -> bool:
    return field.required and not field.many and field.kind not in {FieldKind.JSON, FieldKind.FILE, FieldKind.FLAG}


def _parameter(name: str, field: Field) -> inspect.Parameter:
    kind = _TYPES.get(field.kind, str)
    text = field.help + (f" One of: {', '.join(field.choices)}." if field.choices else "")
    if _is_positional(field):
        return _keyword(name, Annotated[kind, typer.Argument(help=text)], inspect.Parameter.empty)
    option = "--" + name.strip("_").replace("_", "-")
    if field.kind is FieldKind.FLAG:
        declared = typer.Option(f"{option}/--no-{option[2:]}", help=text)
    else:
        declared = typer.Option(option, help=text + (" JSON, or @file." if field.kind is FieldKind.JSON else ""))
    if field.many:
        return _keyword(name, Annotated[list[kind] | None, declared], None)  # type: ignore[valid-type]  # typer's
    if field.required:
        return _keyword(name, Annotated[kind, declared], inspect.Parameter.empty)
    return _keyword(name, Annotated[kind | None, declared], None)


def _keyword(name: str, annotation: Any, default: object) -> inspect.Parameter:  # noqa: ANN401 - any annotation
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
