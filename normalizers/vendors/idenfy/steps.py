"""Additional steps: papers that an account asks for beside the document (the facts, sections 5.1, 5.3 and 5.6)."""

from __future__ import annotations

from collections.abc import Mapping

from normalizers.findings import Findings, is_word, label
from normalizers.vendors.idenfy import results
from schemas.event import Check, CheckKind, CheckResult

_COMPARE = "COMPARE"
_EXTRACT = "EXTRACT"
_UPLOAD = "UPLOAD"
_TYPES = frozenset({_COMPARE, _EXTRACT, _UPLOAD})

_KIND = CheckKind.ADDITIONAL_STEP


def additional_steps(findings: Findings, types: object, data: object) -> None:
    """One check for each field that ``additionalData`` holds, and for each step whose file nobody evaluates.

    ``types`` is the top-level member ``additionalSteps``. What a field's ``status`` is worth depends on the type of its
    step: COMPARE means it; for EXTRACT it must be ignored; for UPLOAD there is none. Of a step whose type is not told,
    nothing is believed: the result is UNKNOWN, beside the vendor's word.
    """
    type_of = findings.members_of("additionalSteps", types)
    for step, step_type in type_of.items():
        if findings.word("additionalSteps", step_type, _TYPES) == _UPLOAD:
            findings.checks.append(
                Check(_KIND, f"additionalSteps.{label(step, 'step')}", CheckResult.NOT_DONE, _UPLOAD)
            )
    for step, fields in findings.members_of("additionalData", data).items():
        _step(findings, f"additionalData.{label(step, 'step')}", type_of.get(step), fields)


def _step(findings: Findings, path: str, step_type: object, fields: object) -> None:
    for name, value in findings.members_of(path, fields).items():
        field_path = f"{path}.{label(name, 'field')}"
        _field(findings, field_path, step_type, findings.members_of(field_path, value))


def _field(findings: Findings, path: str, step_type: object, members: Mapping[str, object]) -> None:
    status = members.get("status")
    if step_type == _COMPARE:
        findings.judge(_KIND, path, status, results.COMPARED)
    elif step_type in (_EXTRACT, _UPLOAD):
        findings.checks.append(Check(_KIND, path, CheckResult.NOT_DONE))
    else:
        shown = status if isinstance(status, str) and is_word(status) else None
        findings.checks.append(Check(_KIND, path, CheckResult.UNKNOWN, shown))
