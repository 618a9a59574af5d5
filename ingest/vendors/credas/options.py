"""What a source of Credas' may say about its account: facts, sections 5.1, 5.2, 6.3 and 9."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.vendors.credas.overrides import PATHS
from ingest.vendors.credas.words import BANK, CHECK, LISTS, VERIFICATION

DOCUMENTS_PATH, IDENTITY_LIST, SUPPORTING_LIST = "documents_path", "identity_verifications", "supporting_documents"


def _in(default: str) -> tuple[str, ...]:
    return (default, *(each for each in LISTS if each != default))


WORDS: Mapping[str, tuple[str, ...]] = {
    DOCUMENTS_PATH: PATHS,
    IDENTITY_LIST: _in(CHECK),
    SUPPORTING_LIST: _in(VERIFICATION),
    "right_to_rent_checks": _in(VERIFICATION),
    "right_to_work_checks": _in(VERIFICATION),
    "safe_harbour_checks": _in(VERIFICATION),
    "proof_of_ownership_checks": _in(VERIFICATION),
    "bank_account_checks": _in(BANK),
    "time_zone": ("UTC", "Europe/London"),
    "registrations": ("hints", "results"),
}
"""By option the words, the default first. Those that end in lists of section 6 name the one of an array's numbers."""


def chosen(options: Mapping[str, str], name: str) -> str:
    """What the source says, or the default."""
    return options.get(name, WORDS[name][0])
