"""Credas' resources, read: facts, section 5. Whatever is not about whom was asked for is not kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.api import Answer, Call, Request, VendorUnavailable, segment
from ingest.vendors.credas.webhook import GUID, Members, guid, members_of
from ingest.vendors.shared import list_of

NOT_PERFORMED = 0
"""Sections 6.1 and 6.3: the one value that both enumerations mean alike."""

_DEPTH = 8

CHECKS: Mapping[str, tuple[str, str]] = {
    "bankaccountchecks": ("bank-account", "{}/bank-account"),
    "proofofownershipchecks": ("land-registry", "{}/land-registry"),
    "righttorentchecks": ("right-to-rent", "rtr/{}"),
    "righttoworkchecks": ("right-to-work", "rtw/{}"),
    "safeharbourchecks": ("safe-harbour", "safe-harbour/{}"),
    "sanctionsandpepschecks": ("sanctions-and-peps", "{}/sanctions-and-peps"),
    "internationalscreeningchecks": ("sanctions-and-peps", "{}/sanctions-and-peps"),
}
"""By the summary's arrays (section 5.1), in lower case: what a check is called here, and its path (section 5). The
arrays of right to work and of screening are on no page; these names are in the manner of the others.
"""

IDENTITY = "identityverifications"
"""The summary's array of what the person submitted."""

_RESULTS = ("checks", "verifications")
"""Section 5.1: how the names of the summary's arrays of results end, in lower case; its tags are none."""

_CHECK_IDS = ("datacheckid", "rtxcheckid")


@dataclass(frozen=True, slots=True)
class Entity:
    """What an entity's summary says: the bytes, and the entries of its arrays of results by the arrays' names."""

    name: str
    body: bytes
    results: Mapping[str, Sequence[Members]]

    def of(self, process: str) -> Iterator[tuple[str, Members]]:
        """The results of that process, and those that do not say of which they are, each with its array's name."""
        for array, entries in self.results.items():
            yield from ((array, entry) for entry in entries if guid(entry.get("processid")) in {None, process})

    def of_identity(self, process: str) -> Sequence[Members]:
        return [result for array, result in self.of(process) if array == IDENTITY]

    def processes_of(self, entry: str) -> Sequence[str]:
        """Those of which the results say that the submission is theirs."""
        results = [each for each in self.results.get(IDENTITY, ()) if guid(each.get("entryid")) == entry]
        return _each_once(guid(each.get("processid")) for each in results)

    def supporting(self, entry: str) -> Sequence[object]:
        """The supporting documents of that submission, and of results that do not say of which they are."""
        own = [each for each in self.results.get(IDENTITY, ()) if guid(each.get("entryid")) in {None, entry}]
        return [document for each in own for document in listed(each.get("supportingdocuments"))]

    @property
    def processes(self) -> Sequence[str]:
        """Those that the results name, each once."""
        entries = (entry for array in self.results.values() for entry in array)
        return _each_once(guid(entry.get("processid")) for entry in entries)


async def process(call: Call, name: str) -> tuple[Answer, Members]:
    """Section 5, ``GET /processes/{processId}``. Raises the kinds of ``VendorError``."""
    answer = await call(Request("GET", f"/processes/{segment(name, GUID)}"))
    return answer, _about(answer, "id", name)


async def journeys(call: Call) -> Sequence[object]:
    """Section 5. Raises the kinds of ``VendorError``."""
    return list_of(await call(Request("GET", "/journeys")))


async def details(call: Call, name: str) -> object:
    """Section 5: everything about the process, more than is to be kept. Raises the kinds of ``VendorError``."""
    return (await call(Request("GET", f"/processes/{segment(name, GUID)}/details"))).document


async def entity(call: Call, name: str) -> Members:
    answer = await call(Request("GET", f"/entities/{segment(name, GUID)}"))
    return _about(answer, "id", name)


async def summary(call: Call, name: str) -> Entity:
    """Section 5.1, the main call. Raises the kinds of ``VendorError``."""
    answer = await call(Request("GET", f"/entities/{segment(name, GUID)}/summary"))
    members = _about(answer, "id", name)
    results = {array: _entries(value) for array, value in members.items() if array.endswith(_RESULTS)}
    for found in results.values():
        _check_owner(found, name)
    return Entity(name, answer.body, results)


async def entries(call: Call, name: str) -> Answer:
    """Section 5.1: what the entity has submitted. Raises the kinds of ``VendorError``."""
    answer = await call(Request("GET", f"/entities/{segment(name, GUID)}/idv-entries"))
    _check_owner(_entries(list_of(answer)), name)
    return answer


async def entry(call: Call, owner: str, name: str) -> tuple[Answer, Members]:
    """Section 5: one of the entity's submissions. Raises the kinds of ``VendorError``."""
    path = f"/entities/{segment(owner, GUID)}/idv-entries/{segment(name, GUID)}"
    answer = await call(Request("GET", path))
    members = _about(answer, "id", name)
    _check_owner([members], owner)
    return answer, members


async def checks(call: Call, owner: Entity, kind: str, of_process: str) -> Sequence[Answer]:
    """The entity's checks of that kind, one after the other. Raises the kinds of ``VendorError``."""
    return [await _check(call, owner.name, path, number) for path, number in _numbers(owner, kind, of_process)]


def check_kinds(owner: Entity, of_process: str) -> Sequence[str]:
    """The kinds of checks that the summary has a number of, and that a call reads."""
    found = (CHECKS[array][0] for array, entry in owner.of(of_process) if array in CHECKS and _number(entry))
    return _each_once(found)


def _numbers(owner: Entity, kind: str, of_process: str) -> Sequence[tuple[str, int]]:
    found = ((CHECKS[array], _number(entry)) for array, entry in owner.of(of_process) if array in CHECKS)
    return list(dict.fromkeys((check[1], number) for check, number in found if check[0] == kind and number))


def _number(entry: Members) -> int | None:
    """Section 1: the id of a data check is an integer."""
    values = (entry.get(name) for name in _CHECK_IDS)
    return next((value for value in values if type(value) is int and value > 0), None)


async def _check(call: Call, owner: str, path: str, number: int) -> Answer:
    answer = await call(Request("GET", f"/entities/{segment(owner, GUID)}/data-checks/{path.format(number)}"))
    members = members_of(answer.document)
    _check_owner([members], owner)
    if members.get("datacheckid", number) != number:
        raise VendorUnavailable("the answer is about another data check than was asked for")
    return answer


def entities_in(document: object, depth: int = 0) -> Sequence[str]:
    """Every ``entityId`` in the document, each once; not where it is nested deeper than any published one."""
    if depth > _DEPTH:
        return ()
    if isinstance(document, list):
        return _each_once(found for each in document for found in entities_in(each, depth + 1))
    members = members_of(document)
    within = (found for value in members.values() for found in entities_in(value, depth + 1))
    return _each_once([guid(members.get("entityid")), *within])


def completed(result: Members) -> datetime | None:
    """When, in UTC where it names no zone (section 5.1); ``None`` where that is no time."""
    text = result.get("datecompleted")
    try:
        time = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time


def _each_once(found: Iterator[str | None] | Sequence[str | None]) -> Sequence[str]:
    return list(dict.fromkeys(each for each in found if each is not None))


def listed(value: object) -> Sequence[object]:
    """Its entries, where it is a list."""
    return value if isinstance(value, list) else []


def _entries(value: object) -> Sequence[Members]:
    return [members_of(each) for each in listed(value)]


def _about(answer: Answer, member: str, name: str) -> Members:
    members = members_of(answer.document)
    if guid(members.get(member)) != name:
        raise VendorUnavailable("the answer is not about the id that was asked for")
    return members


def _check_owner(found: Sequence[Members], owner: str) -> None:
    """Section 5.1: results and submissions name their entity; some cache or proxy may have mixed up its answers."""
    if any(guid(each.get("entityid")) not in {None, owner} for each in found):
        raise VendorUnavailable("the answer holds what belongs to another entity")
