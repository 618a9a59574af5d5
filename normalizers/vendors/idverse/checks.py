"""What a transaction's checks found. None of it decides (the facts, 6.2 and 6.3): the results alone do."""

from __future__ import annotations

from collections.abc import Mapping

from normalizers.findings import Findings
from normalizers.vendors.idverse import members, words
from schemas.event import CheckKind

Members = Mapping[str, object]


def read_checks(findings: Findings, transaction: Members) -> None:
    """All that section 5 lists, where it is there: its absence is no failure (section 5.2)."""
    for index, document in enumerate(findings.entries_of("documents", transaction.get("documents"))):
        _read_document(findings, f"documents[{index}]", findings.members_of("documents", document))
    _read_face(findings, transaction)
    _read_person(findings, findings.members_of("user_details", transaction.get("user_details")))
    _read_device(findings, findings.members_of("device_info", transaction.get("device_info")))
    _read_statistics(findings, transaction)
    _read_provider(findings, findings.members_of("data_provider", transaction.get("data_provider")))


def _read_document(findings: Findings, path: str, document: Members) -> None:
    findings.unknown_members(document, members.DOCUMENT, f"{path}.")
    breakdown = findings.members_of(f"{path}.asf_breakdown", document.get("asf_breakdown"))
    findings.unknown_members(breakdown, frozenset(words.ASF), f"{path}.asf_breakdown.")
    _note_unknown(findings, f"{path}.extracted", document.get("extracted"), members.EXTRACTED)
    for asset in sorted(members.ASSETS):
        _note_unknown(findings, f"{path}.{asset}", document.get(asset), members.ASSET)
    for part in words.ASF:
        findings.judge(CheckKind.DOCUMENT, f"asf_{part}", breakdown.get(part), words.RESULTS)


def _read_face(findings: Findings, transaction: Members) -> None:
    findings.judge(CheckKind.FACE, "likeness_overall", transaction.get("likeness_overall"), words.LIKENESS)
    features = findings.members_of("likeness_features", transaction.get("likeness_features"))
    findings.unknown_members(features, frozenset(words.FEATURES), "likeness_features.")
    for feature in words.FEATURES:
        findings.judge(CheckKind.FACE, f"likeness_{feature}", features.get(feature), words.LIKENESS)
    findings.judge(CheckKind.LIVENESS, "spoof_result", transaction.get("spoof_result"), words.SPOOF)
    for attempt in findings.entries_of("liveness_attempts", transaction.get("liveness_attempts")):
        known = findings.members_of("liveness_attempts", attempt)
        findings.unknown_members(known, members.ATTEMPT, "liveness_attempts.")
        _note_unknown(findings, "liveness_attempts.video", known.get("video"), members.ASSET)
        findings.flag(CheckKind.LIVENESS, "liveness_attempt", known.get("result"))
    frame = findings.members_of("facematch_best_frame", transaction.get("facematch_best_frame"))
    _note_unknown(findings, "facematch_best_frame", frame, members.ASSET)


def _read_person(findings: Findings, details: Members) -> None:
    """Of all that says who they are, only whether the address was looked up."""
    findings.unknown_members(details, members.USER_DETAILS, "user_details.")
    address = findings.members_of("user_details.address", details.get("address"))
    findings.unknown_members(address, members.ADDRESS, "user_details.address.")
    findings.flag(CheckKind.ADDRESS, "address_was_validated", address.get("was_validated"))


def _read_device(findings: Findings, device: Members) -> None:
    findings.unknown_members(device, members.DEVICE, "device_info.")


def _read_statistics(findings: Findings, transaction: Members) -> None:
    findings.word("current_step", transaction.get("current_step"), words.STEPS)
    statistics = findings.members_of("computed_statistics", transaction.get("computed_statistics"))
    findings.unknown_members(statistics, members.STATISTICS, "computed_statistics.")
    for entry in findings.entries_of("computed_statistics.steps", statistics.get("steps")):
        step = findings.members_of("computed_statistics.steps", entry)
        findings.unknown_members(step, members.STEP, "computed_statistics.steps.")
        findings.word("computed_statistics.steps.name", step.get("name"), words.STEPS)


def _read_provider(findings: Findings, providers: Members) -> None:
    """Section 5.1: nested and duplicated in the sample, so one of the two is read; of others only the name is known."""
    findings.unknown_members(providers, words.PROVIDERS, "data_provider.")
    nested = providers.get("DATA_CONNECT")
    connect = findings.members_of("data_provider.DATA_CONNECT", nested)
    findings.unknown_members(connect, words.PROVIDERS, "data_provider.DATA_CONNECT.")
    matrix = providers.get("ID_MATRIX") or connect.get("ID_MATRIX")
    _note_unknown(findings, "ID_MATRIX", matrix, members.ID_MATRIX)
    data = findings.members_of("ID_MATRIX.data", findings.members_of("ID_MATRIX", matrix).get("data"))
    findings.judge(CheckKind.REGISTRY, "id_matrix", data.get("overall"), words.DATA, "ID_MATRIX.data.overall")
    assessed = findings.members_of("ID_MATRIX.data.fraudAssessment", data.get("fraudAssessment"))
    for entry in findings.entries_of("ID_MATRIX.data.fraudAssessment.dataSource", assessed.get("dataSource")):
        _read_source(findings, findings.members_of("ID_MATRIX.data.fraudAssessment.dataSource", entry))


def _read_source(findings: Findings, source: Members) -> None:
    path = "ID_MATRIX.data.fraudAssessment.dataSource"
    name = source.get("name")
    kind, called = words.DATA_SOURCES.get(name if isinstance(name, str) else "", (CheckKind.UNKNOWN, "data_source"))
    if kind is CheckKind.UNKNOWN:
        findings.unknown(f"{path}.name")
    findings.judge(kind, called, source.get("result"), words.DATA, f"{path}.result")


def _note_unknown(findings: Findings, path: str, value: object, shape: members.Shape) -> None:
    """What section 5.1 does not list, by its path, however deep; values are not looked at."""
    for entry in value if isinstance(value, list) else (value,):
        if isinstance(entry, dict):
            findings.unknown_members(entry, frozenset(shape), f"{path}.")
            for name, inner in shape.items():
                if inner is not None:
                    _note_unknown(findings, f"{path}.{name}", entry.get(name), inner)
