"""The data provider's answer as IDVerse passes it on: facts 5.1, numbers as text and sometimes as numbers."""

from __future__ import annotations

from typing import Any

_COMPONENTS = ("address", "dob", "fraud", "full_name", "id", "name")


def _named(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _row(name: str, search: str, value: str, points: str, results: int | str) -> dict[str, Any]:
    return {
        "components": dict.fromkeys(_COMPONENTS, value),
        "name": name,
        "points": points,
        "results": results,
        "searchName": search,
        "value": value,
    }


def _source(name: str) -> dict[str, str]:
    return {"name": name, "result": "PASS", "score": "100.0", "threshold": "50.0", "weight": "0.25"}


def id_matrix(transaction_id: str) -> dict[str, Any]:
    data = {
        "fraudAssessment": {
            "dataSource": [_source("Politically Exposed Person (PEP) Verification"), _source("Sanctions Check")],
            "overall": _named(("Overall Result", "PASS"), ("Overall Fraud Score", "100/100")),
        },
        "overall": "ACCEPT",
        "searchResults": {
            "overall": "ACCEPT",
            "rulesResults": _named(("Overall Decision", "ACCEPT"), ("Overall Points", "119.0")),
            "searchResults": {
                "fraudassessment": [
                    _row("Velocity (v1.0)", "VEDA-EVVELOCITY-0026", "NO MATCH", "0", 0),
                    _row("Fraud Lookup - Address (v1.0)", "VEDA-SFDADDR-0023", "NO MATCH", "0", "0"),
                ],
                "verification": [_row("Australian Electoral Roll (v3.0)", "AEC-ER-0049", "PASS", "60", "100")],
            },
            "verificationOutcome": {"indicator": "ACCEPT", "totalPoints": "119"},
        },
        "summary": _named(("Reference", transaction_id), ("Profile Version", "1")),
    }
    return {
        "data": data,
        "encrypted_xml": f"sandbox/{transaction_id}/encrypted-id-matrix-response.xml.enc",
        "message": "OK",
        "version": "1.0.0",
    }
