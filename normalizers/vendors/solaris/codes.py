"""What IDnow's reason codes say beside their class (the facts, section 6.4). Permanence is told with the status."""

from __future__ import annotations

from collections.abc import Mapping

from normalizers.findings import Findings
from normalizers.vendors.solaris import reasons
from normalizers.vendors.solaris.statuses import CATEGORY, CAUSED_BY_USER
from schemas.event import CheckKind, CheckResult, ReasonClass

_CAUSED = {True: CheckResult.PASS, False: CheckResult.FAIL, None: CheckResult.UNKNOWN}

TEST_CALL = "OTHER_TEST"
"""The agent found out that the call was a test."""


def read_code(findings: Findings, path: str, value: object, classes: Mapping[str, ReasonClass]) -> str | None:
    """The vendor's word for why, gathered as a reason; and of a code of IDnow's, category and cause as checks."""
    code = findings.reason(path, value, classes)
    known = reasons.IDNOW.get(code or "")
    if known is not None:
        findings.check(CheckKind.UNKNOWN, CATEGORY, CheckResult.UNKNOWN, known.category.value)
        findings.check(CheckKind.UNKNOWN, CAUSED_BY_USER, _CAUSED[known.by_user], code)
    return code
