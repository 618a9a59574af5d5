from __future__ import annotations

from consumers.projections import queries
from consumers.projections.queries import Found, FoundBy
from consumers.projections.store import Store
from consumers.projections.tables import STATUS
from tests.consumers.seeding import put, put_alert, status_row, verification
from tests.examples import event


def told(found: tuple[Found, ...]) -> list[tuple[str, str]]:
    return [(each.status.verification_id, each.by) for each in found]


async def test_every_reference_of_a_verification_finds_it(store: Store) -> None:
    """Its own id, with the vendor and without; the customer's; the ids of its events, callbacks and alerts."""
    row = await verification(store, 1)
    alert = await put_alert(store, 1)
    callback = event().raw.callback_id
    texts = {
        "scan-1": FoundBy.VERIFICATION,
        "idenfy:scan-1": FoundBy.VERIFICATION,
        "customer-1": FoundBy.SUBJECT,
        row["event_id"]: FoundBy.EVENT,
        callback: FoundBy.CALLBACK,
        alert["alert_id"]: FoundBy.ALERT,
        "  scan-1\n": FoundBy.VERIFICATION,
    }
    assert {text: [("scan-1", by)] for text, by in texts.items()} == {
        text: told(await queries.find(store, text)) for text in texts
    }


async def test_a_beginning_of_four_characters_finds_what_is_exact_first(store: Store) -> None:
    """Then what begins with it, ids before references, the newest first; where that is too much, the first by their
    text. Of the middle of an id nothing.
    """
    for number, (name, ref) in enumerate([("abcd", "x"), ("abcd-1", "y"), ("abcd-2", "z"), ("other", "abcde")]):
        await verification(store, number, verification_id=name, subject_ref=ref)
    beginning = [("abcd-2", "verification"), ("abcd-1", "verification"), ("other", "subject")]
    assert [("abcd", "verification"), *beginning] == told(await queries.find(store, "abcd"))
    assert [("abcd", "verification"), ("abcd-1", "verification")] == told(await queries.find(store, "abcd", limit=2))
    assert [] == told(await queries.find(store, "abc"))
    assert [] == told(await queries.find(store, "bcd-1"))


async def test_a_verification_is_found_once_with_its_own_status(store: Store) -> None:
    """However many kinds of events spoke of it, and though the text is two of its references."""
    await verification(store, 1, subject_ref="scan-1")
    await put(store, STATUS, *(status_row(1, kind=kind, event_id=kind) for kind in ("AML", "ACTION", "SIGNAL")))
    (found,) = await queries.find(store, "scan-1")
    assert ("VERIFICATION", FoundBy.VERIFICATION) == (found.status.kind, found.by)


async def test_all_verifications_of_a_reference_are_found_the_newest_first(store: Store) -> None:
    for number in range(3):
        await verification(store, number, subject_ref="customer", provider=("idenfy", "solaris", "credas")[number])
    assert [("scan-2", "subject"), ("scan-1", "subject"), ("scan-0", "subject")] == told(
        await queries.find(store, "customer")
    )


async def test_whatever_is_looked_for_is_only_text(store: Store) -> None:
    """No pattern, no statement, and nothing that a database could not hold."""
    await verification(store, 1)
    for text in ("", "   ", "\0", "scan\0", "\ud800", "x" * 10_000, "%", "scan%", "____", "'; --"):
        assert () == await queries.find(store, text), repr(text)
