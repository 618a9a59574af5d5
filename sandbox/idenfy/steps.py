"""Additional steps of a token: what is asked for, what is allowed, and what applies to a document.

Shape, defaults and conditions are those of the page "Additional steps": country (alpha-2 or ``ALL``) -> document type
(or ``ALL``) -> step name -> definition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.idenfy import words
from sandbox.idenfy.account import Account
from sandbox.idenfy.refusal import bad, not_in_contract
from sandbox.idenfy.validate import flag, mapping, one_of, text, texts

Steps = dict[str, dict[str, dict[str, dict[str, Any]]]]
"""Country -> document type -> step name -> definition."""

ALL = "ALL"
_TEXTS = {
    "en": {"name": "Proof of address", "description": "Upload a document that shows your name and your address."},
    "de": {"name": "Adressnachweis", "description": "Ein Dokument hochladen, das Namen und Adresse zeigt."},
    "es": {"name": "Comprobante de domicilio", "description": "Suba un documento con su nombre y su dirección."},
}
_TEXT = 5000
_SETTINGS = ("canUpload", "canCapture", "canUploadPDF")


def for_token(account: Account, asked: object, *, utility_bill: bool | None) -> Steps | None:
    """The steps that a new token carries: those asked for, or the account's own. ``None``: there are none.

    Raises ``Refused``: BAD_VALUE for a wrong shape, PARTNER_CONTRACT_ERROR for a step or type not of the account.
    """
    if asked is None:
        if utility_bill and words.UTILITY_BILL not in account.steps:
            raise not_in_contract(f"Additional step '{words.UTILITY_BILL}'")
        return _account_steps(account)
    if utility_bill is not None:
        raise bad("utilityBill", "left out together with 'additionalSteps'")
    return {
        _country(country): {
            _document(kind): _named_steps(account, chosen) for kind, chosen in mapping("additionalSteps", kinds).items()
        }
        for country, kinds in mapping("additionalSteps", asked).items()
    }


def _account_steps(account: Account) -> Steps | None:
    if not account.steps:
        return None
    return {ALL: {ALL: {name: _definition(kind) for name, kind in account.steps.items()}}}


def _definition(kind: str) -> dict[str, Any]:
    fields = [] if kind == "UPLOAD" else ["address"]
    return {"type": kind, "texts": _TEXTS, "fields": fields, "settings": dict.fromkeys(_SETTINGS, True)}


def _country(value: str) -> str:
    if value != ALL and not (len(value) == len("LT") and value.isascii() and value.isalpha()):
        raise bad("additionalSteps", "keyed by ISO 3166-1 alpha-2 codes or ALL")
    return value


def _document(value: str) -> str:
    if value != ALL and value not in words.STEP_DOCUMENTS:
        raise bad("additionalSteps", f"keyed by {', '.join(sorted(words.STEP_DOCUMENTS))} or ALL inside a country")
    return value


def _named_steps(account: Account, chosen: object) -> dict[str, dict[str, Any]]:
    if isinstance(chosen, list) and all(isinstance(name, str) for name in chosen):
        return {name: _definition(configured_type(account, name)) for name in chosen}
    return {name: _own(account, name, asked) for name, asked in mapping("additionalSteps", chosen).items()}


def configured_type(account: Account, name: str) -> str:
    """The type set for that step. Raises ``Refused`` with PARTNER_CONTRACT_ERROR when the account has no such step."""
    if name not in account.steps:
        raise not_in_contract(f"Additional step '{name}'")
    return account.steps[name]


def _own(account: Account, name: str, asked: object) -> dict[str, Any]:
    """A definition given with the request, filled up with the account's own."""
    given = mapping(name, asked)
    configured = configured_type(account, name)
    kind = given.get("type", configured)
    one_of(words.STEP_TYPES)("type", kind)
    if kind != configured and kind not in account.step_types:
        raise not_in_contract(f"Type {kind} of additional step '{name}'")
    base = _definition(kind)
    return {
        "type": kind,
        "texts": _texts(given.get("texts", base["texts"])),
        "fields": texts("fields", given.get("fields", base["fields"])),
        "settings": base["settings"] | _settings(given.get("settings", {})),
    }


def _texts(value: object) -> dict[str, Any]:
    translations = mapping("texts", value)
    for locale, translation in translations.items():
        one_of(words.LOCALES)("texts", locale)
        for member in ("name", "description"):
            text(1, _TEXT)(member, mapping("texts", translation).get(member))
    return translations


def _settings(value: object) -> dict[str, bool]:
    return {
        one_of(_SETTINGS)("settings", name): flag(name, chosen) for name, chosen in mapping("settings", value).items()
    }


def step_data(field: str, value: object) -> dict[str, str]:
    """``additionalData`` of one step: field -> text."""
    return {name: text(0, _TEXT)(field, one) for name, one in mapping(field, value).items()}


def data_for(asked: object, steps: Steps | None) -> dict[str, dict[str, str]] | None:
    """``additionalData`` of a token request: step name -> field -> text. Its names must be steps of the token."""
    if asked is None:
        return None
    names = {name for _, _, name, _ in _walk(steps)}
    given = mapping("additionalData", asked)
    for name in given:
        if name not in names:
            raise bad("additionalData", f"keyed by the token's additional steps; '{name}' is none of them")
    return {name: step_data("additionalData", fields) for name, fields in given.items()}


def applying(steps: Steps | None, country: str, document: str) -> dict[str, dict[str, Any]]:
    """The definitions that apply to a document of that country and type, by step name."""
    return {
        name: definition
        for place, kind, name, definition in _walk(steps)
        if place.upper() in {ALL, country} and kind in {ALL, document}
    }


def _walk(steps: Steps | None) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for country, kinds in (steps or {}).items():
        for kind, named in kinds.items():
            for name, definition in named.items():
                yield country, kind, name, definition


def with_step(steps: Steps | None, name: str, kind: str) -> Steps:
    """The same steps and, unless it is one of them, that one for every country and document."""
    if any(name == known for _, _, known, _ in _walk(steps)):
        return steps or {}
    everywhere = (steps or {}).get(ALL, {})
    anything = everywhere.get(ALL, {}) | {name: _definition(kind)}
    return (steps or {}) | {ALL: everywhere | {ALL: anything}}


def is_utility_upload(steps: Steps | None) -> bool:
    """Whether the answer says ``"utilityBill": true``, as the published one does for the UPLOAD type."""
    return any(name == words.UTILITY_BILL and step["type"] == "UPLOAD" for _, _, name, step in _walk(steps))


def found(definition: Mapping[str, Any], given: Mapping[str, str], address: str, match: str) -> dict[str, Any] | None:
    """What people found in a step's file: field -> value and status; ``None`` for UPLOAD, which nobody evaluates.

    EXTRACT carries the status NO_DATA, for it must not be read; COMPARE without given data was not cross-matched.
    """
    if definition["type"] == "UPLOAD":
        return None
    fields = list(dict.fromkeys([*definition["fields"], *given]))
    if definition["type"] == "EXTRACT":
        return {field: {"value": given.get(field, address), "status": "NO_DATA"} for field in fields}
    return {field: {"value": given.get(field), "status": match if field in given else "NO_DATA"} for field in fields}


def tags(result: str | None, match: str, *, compared: bool) -> tuple[str, ...]:
    """The mismatch tags that an additional step's result brings with it (facts 6.6)."""
    if result == "INVALID":
        return ("INVALID_ADDITIONAL_STEP",)
    if result == "NOT_FOUND":
        return ("ADDITIONAL_STEP_NOT_FOUND",)
    return ("ADDITIONAL_STEP_INFORMATION_MISMATCH",) if compared and match == "NOT_MATCH" else ()


STEP_TAGS = frozenset({"INVALID_ADDITIONAL_STEP", "ADDITIONAL_STEP_NOT_FOUND", "ADDITIONAL_STEP_INFORMATION_MISMATCH"})
