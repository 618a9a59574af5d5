"""What happens to a transaction: its user, the checks, and time.

Each play raises ``Refused`` where the transaction's state does not allow it, and nothing happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sandbox.idverse import words
from sandbox.idverse.deliver import Notification
from sandbox.idverse.refusal import not_now, not_ready_for_redaction
from sandbox.idverse.transaction import Transaction
from sandbox.idverse.world import World


def begin(world: World, transaction: Transaction) -> None:
    """The link's life runs, and the transaction goes its own way if the behaviour has one."""
    name = transaction.transaction_id
    world.at(transaction.expires, name, lambda: close(world, name, words.EXPIRED))
    if world.behaviour.by_itself is not None:
        over_time(world, name, world.behaviour.by_itself)


def _open_one(world: World, name: str, *statuses: str) -> Transaction:
    transaction = world.find(name)
    if transaction.status not in statuses:
        raise not_now(f"the transaction is {transaction.status}; this needs {' or '.join(statuses)}")
    return transaction


def open_link(world: World, name: str) -> None:
    transaction = _open_one(world, name, words.PENDING)
    world.change(transaction, status=words.INPROGRESS, step=words.STEPS[0], activated=world.clock.now())


def take_step(world: World, name: str, step: str) -> None:
    """The user is at that step; a link that was not opened yet is opened first."""
    if step not in world.find(name).steps:
        raise not_now(f"the document-only flow has no step {step}")
    if world.find(name).status == words.PENDING:
        open_link(world, name)
    world.change(_open_one(world, name, words.INPROGRESS), step=step)


def submit(world: World, name: str) -> None:
    """The user is done and redirected; the checks run."""
    take_step(world, name, words.SUBMITTED)
    world.change(_open_one(world, name, words.INPROGRESS), status=words.SUBMITTED)


def complete(world: World, name: str, results: Mapping[str, str] | None) -> None:
    """The checks are finished and the receivers are told. ``None`` leaves the results out; they may follow, untold."""
    transaction = world.find(name)
    if transaction.status == words.COMPLETE and transaction.results is None:
        world.change(transaction, results=results)
        return
    if transaction.status in {words.PENDING, words.INPROGRESS}:
        submit(world, name)
    submitted = _open_one(world, name, words.SUBMITTED)
    done = world.change(submitted, status=words.COMPLETE, closed=world.clock.now(), results=results)
    _tell(world, done, words.COMPLETED)


def results_of(transaction: Transaction, overall: str, parts: Mapping[str, str]) -> dict[str, str]:
    """``results`` with those parts in those words. An overall FLAGGED alone flags the documents."""
    usual = dict.fromkeys(transaction.parts, words.PASSED)
    if overall == words.FLAGGED and not parts:
        usual["documents"] = words.FLAGGED
    return {"overall": overall, **usual, **parts}


def close(world: World, name: str, status: str) -> None:
    """The transaction ended without a result: EXPIRED or CANCELLED."""
    transaction = _open_one(world, name, *words.OPEN_STATUSES)
    closed = world.change(transaction, status=status, closed=world.clock.now())
    if world.behaviour.tell_closings:
        _tell(world, closed, status)


def say(world: World, name: str, status: str) -> None:
    """The transaction shows that status, whatever else it shows: for words and contradictions that no page names."""
    world.change(world.find(name), status=status)


def over_time(world: World, name: str, outcome: str) -> None:
    """The transaction goes to that outcome at the behaviour's pace, from where it stands."""
    behaviour, now = world.behaviour, world.clock.now()
    opened = now + world.scaled(behaviour.opens_after)
    captured = opened + world.scaled(behaviour.user_takes / 2)
    submitted = opened + world.scaled(behaviour.user_takes)
    world.at(opened, name, lambda: open_link(world, name))
    world.at(captured, name, partial(take_step, world, name, world.find(name).steps[-2]))
    if outcome in {words.EXPIRED, words.CANCELLED}:
        world.at(submitted, name, lambda: close(world, name, outcome))
        return
    world.at(submitted, name, lambda: submit(world, name))
    results = results_of(world.find(name), outcome, {})
    world.at(submitted + world.scaled(behaviour.checks_take), name, lambda: complete(world, name, results))


def check_redactable(world: World, name: str) -> Transaction:
    """The closed transaction; raises ``Refused`` for an open one."""
    transaction = world.find(name)
    if transaction.closed is None:
        raise not_ready_for_redaction()
    return transaction


def redact(world: World, name: str, data: tuple[str, ...]) -> float:
    """Those data are gone for good, and nobody is told; says when."""
    transaction, now = check_redactable(world, name), world.clock.now()
    world.change(transaction, redacted={**dict.fromkeys(data, now), **transaction.redacted})
    return now


def _tell(world: World, transaction: Transaction, status: str) -> None:
    members = {"status": status, "transaction_id": transaction.transaction_id}
    for receiver in transaction.receivers:
        world.courier.send(Notification(transaction.transaction_id, "complete", members, receiver))
