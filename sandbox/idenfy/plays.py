"""What users, reviewers and time do to a verification. Each play changes it and sends the webhook that follows.

Raises ``Refused`` when it cannot happen at that stage, and nothing happened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.dice import dice
from sandbox.idenfy import steps, words
from sandbox.idenfy.refusal import Refused, token_alive
from sandbox.idenfy.verification import Result, Stage, Verification
from sandbox.idenfy.world import World

_STARTS_WITHIN = (5, 40)
_SESSION = (40, 150)
_REVIEW = (120, 300)
_RESUBMIT = (600, 3600)
_REFERENCES = ("clientId", "externalRef", "callbackUrl", "expiryTime")


@dataclass(frozen=True, slots=True)
class Play:
    """What shall happen; whatever is ``None`` follows from the rest.

    ``outcome`` is APPROVED, DENIED or SUSPECTED; ``review`` says whether people review afterwards.
    """

    outcome: str | None = None
    review: bool | None = None
    face: str | None = None
    document: str | None = None
    fraud_tags: tuple[str, ...] | None = None
    mismatch_tags: tuple[str, ...] | None = None
    overall: str | None = None
    step_result: str = "VALID"
    step_match: str = "MATCH"


def dummy_auto(world: World, verification: Verification, status: str) -> None:
    """A dummy session's automatic result (page "KYC Dummy results"): every status sends a webhook that carries it.

    ACTIVE leaves the token unused and is not final; EXPIRED ends it without anybody having taken part.
    """
    if status == words.EXPIRED:
        _run_out(world, verification)
    elif status == words.ACTIVE:
        world.tell(verification, words.AUTO_FINISHED)
    else:
        _submitted(world, verification, Play(outcome=status), words.AUTO_FINISHED)


def dummy_manual(world: World, verification: Verification, face: str, document: str) -> None:
    """A dummy human's result: FACE_MATCH with DOC_VALIDATED approves and clears the tags, anything else denies."""
    if not verification.dummy and verification.stage is not Stage.DONE:
        raise Refused("PARTNER_ERROR", "Verification is not finished; generate a token with dummyStatus.")
    _must_be_kept(verification)
    passed = (face, document) == (words.FACE_MATCH, words.DOC_VALIDATED)
    _take_part(world, verification)
    _reviewed(world, verification, Play(outcome=words.APPROVED if passed else None, face=face, document=document))


def finish(world: World, verification: Verification, play: Play) -> None:
    """The user ended the session and the machine decided: IDENTIFICATION_AUTO_FINISHED.

    ``final`` says that nobody reviews it. In DEV the manual values are simulated from the automatic ones (facts 10).
    """
    _must_be_kept(verification)
    if verification.stage is not Stage.SESSION_ENDED and not world.is_alive(verification):
        raise Refused("TOKEN_NOT_VALID", "Identification token is not valid or expired.")
    _submitted(world, verification, play, words.AUTO_FINISHED)


def resubmit(world: World, verification: Verification, play: Play) -> None:
    """The user submitted again after a result: IDENTIFICATION_RESUBMITTED, with new times."""
    _must_be(verification, Stage.DONE)
    verification.started = verification.later(world.clock.seconds(), *_RESUBMIT)
    verification.finished = verification.reviewed = None
    _submitted(world, verification, play, words.RESUBMITTED)


def _submitted(world: World, verification: Verification, play: Play, event: str) -> None:
    _take_part(world, verification)
    verification.stage = Stage.DONE
    verification.attempts += 1
    reviewed = world.account.reviewed_by_people if play.review is None else play.review
    verification.final = not reviewed
    verification.result = _automatic(verification, play, simulated=world.account.environment == "DEV")
    world.tell(verification, event)


def _take_part(world: World, verification: Verification) -> None:
    if verification.started is None:
        verification.started = verification.later(world.clock.seconds(), *_STARTS_WITHIN)
    if verification.finished is None:
        verification.finished = verification.later(world.clock.seconds(), *_SESSION)


def _automatic(verification: Verification, play: Play, *, simulated: bool) -> Result:
    rolls = dice(verification.seed, "outcome", verification.attempts)
    face, document = words.FACE_MATCH, words.DOC_VALIDATED
    fraud, mismatch = words.UNTAGGED
    if play.outcome == words.DENIED:
        face, document = rolls.choice(words.DENIALS)
    if play.outcome == words.SUSPECTED:
        fraud, mismatch = rolls.choice(words.SUSPICIONS)
    face, document = play.face or face, play.document or document
    result = Result(
        auto_face=face,
        auto_document=document,
        manual_face=face if simulated else None,
        manual_document=document if simulated else None,
        fraud_tags=fraud if play.fraud_tags is None else play.fraud_tags,
        mismatch_tags=mismatch if play.mismatch_tags is None else play.mismatch_tags,
    )
    return _judged(verification, result, play)


def _judged(verification: Verification, result: Result, play: Play) -> Result:
    """The overall value: passed and untagged is APPROVED, passed but tagged SUSPECTED, anything else DENIED.

    People evaluate the additional steps, so these count once there are manual values (simulated ones included).
    """
    types = {definition["type"] for definition in verification.applied_steps.values()} - {"UPLOAD"}
    mismatch = tuple(tag for tag in result.mismatch_tags if tag not in steps.STEP_TAGS)
    if types and result.manual_face is not None:
        mismatch += steps.tags(play.step_result, play.step_match, compared="COMPARE" in types)
        result = replace(result, step_result=play.step_result, step_match=play.step_match)
    passed = _last_values(result) == (words.FACE_MATCH, words.DOC_VALIDATED)
    tagged = bool(result.fraud_tags or mismatch)
    judged = (words.SUSPECTED if tagged else words.APPROVED) if passed else words.DENIED
    return replace(result, mismatch_tags=mismatch, overall=play.overall or judged)


def _last_values(result: Result) -> tuple[str | None, str | None]:
    return (result.manual_face or result.auto_face, result.manual_document or result.auto_document)


def review(world: World, verification: Verification, play: Play) -> None:
    """People decided, or a manager changed the status: IDENTIFICATION_MANUAL_FINISHED, always final."""
    _must_be(verification, Stage.DONE)
    _reviewed(world, verification, play)


def _reviewed(world: World, verification: Verification, play: Play) -> None:
    face, document = _values_for(play, verification.result)
    fraud, mismatch = _tags_for(play, verification)
    decided = replace(
        verification.result,
        manual_face=face,
        manual_document=document,
        fraud_tags=fraud if play.fraud_tags is None else play.fraud_tags,
        mismatch_tags=mismatch if play.mismatch_tags is None else play.mismatch_tags,
    )
    verification.stage, verification.final = Stage.DONE, True
    verification.reviewed = verification.later(world.clock.seconds(), *_REVIEW)
    verification.result = _judged(verification, decided, play)
    world.tell(verification, words.MANUAL_FINISHED)


def _values_for(play: Play, said: Result) -> tuple[str, str]:
    """The reviewer's face and document values: given, or passing, or (for DENIED) the machine's own or a fake."""
    auto = (said.auto_face, said.auto_document)
    denied = (said.auto_face or "FAKE_FACE", said.auto_document or "DOC_FAKE")
    if auto == (words.FACE_MATCH, words.DOC_VALIDATED):
        denied = ("FAKE_FACE", "DOC_FAKE")
    face, document = denied if play.outcome == words.DENIED else (words.FACE_MATCH, words.DOC_VALIDATED)
    return play.face or face, play.document or document


def _tags_for(play: Play, verification: Verification) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tags after a review that names none: cleared by APPROVED, made up by SUSPECTED if there are none, or kept."""
    said = verification.result
    if play.outcome == words.APPROVED:
        return (), ()
    if play.outcome == words.SUSPECTED and not said.fraud_tags and not said.mismatch_tags:
        return dice(verification.seed, "suspicion", verification.moves).choice(words.SUSPICIONS)
    return said.fraud_tags, said.mismatch_tags


def expire(world: World, verification: Verification, *, attempted: bool) -> None:
    """Token or session ran out: IDENTIFICATION_EXPIRED.

    Unused: overall EXPIRED, and nothing follows. ``attempted`` (all photos taken once, but failed): overall DENIED, and
    the real result of the analysis follows with ``finish`` (facts 4.2, cases a and b).
    """
    _must_be(verification, Stage.OPEN)
    if not attempted:
        _run_out(world, verification)
        return
    _take_part(world, verification)
    verification.stage = Stage.SESSION_ENDED
    verification.attempts += 1
    verification.result = replace(
        _automatic(verification, Play(outcome=words.DENIED), simulated=False), overall=words.DENIED
    )
    world.tell(verification, words.EXPIRED_EVENT)


def _run_out(world: World, verification: Verification) -> None:
    verification.stage, verification.final = Stage.EXPIRED, True
    verification.result = Result(overall=words.EXPIRED)
    world.tell(verification, words.EXPIRED_EVENT)


def expire_due(world: World) -> int:
    """Every unused token whose life is over has expired, its webhook sent. Says how many."""
    now = world.clock.seconds()
    due = [each for each in world.verifications.values() if each.stage is Stage.OPEN and each.expires <= now]
    for verification in due:
        _run_out(world, verification)
    return len(due)


def cancel(world: World, verification: Verification) -> None:
    """Cancelled by the user or the system, at any time: IDENTIFICATION_CANCELLED.

    No published value means "cancelled", only the event's name does (facts 6.1): a result is kept as it was, and a
    verification without one says EXPIRED, whose meaning ("no verification took place") comes nearest.
    """
    _must_be_kept(verification)
    if verification.result.overall == words.ACTIVE:
        verification.result = Result(overall=words.EXPIRED)
    verification.stage, verification.final = Stage.CANCELLED, True
    world.tell(verification, words.CANCELLED_EVENT)


def delete(world: World, verification: Verification) -> None:
    """The person's data, files and webhooks are gone; status and references stay. Nothing is sent."""
    if world.is_alive(verification):
        raise token_alive()
    verification.person = verification.additional_data = None
    verification.token = {field: verification.token[field] for field in _REFERENCES}
    verification.sent.clear()
    verification.deleted = True


def upload_step(world: World, verification: Verification, step: str, data: dict[str, str], *, kind: str) -> None:
    """A step's file was handed in anew, overriding what was there, and the result goes out again (facts 4.2, F15).

    Which event fires is not published: it is that of the last webhook. The body has no ``fileUrls`` (facts 4.2, F19).
    """
    _must_be(verification, Stage.DONE)
    verification.additional_data = (verification.additional_data or {}) | {step: data}
    verification.steps = steps.with_step(verification.steps, step, kind)
    said = verification.result.overall
    kept = None if said in {words.APPROVED, words.SUSPECTED} else said
    verification.result = _judged(verification, verification.result, Play(overall=kept))
    world.tell(verification, verification.last_event, without=frozenset({"fileUrls"}))


def _must_be(verification: Verification, stage: Stage) -> None:
    _must_be_kept(verification)
    if verification.stage is not stage:
        raise Refused("PARTNER_ERROR", f"Verification is {verification.stage.value}, not {stage.value}.")


def _must_be_kept(verification: Verification) -> None:
    if verification.deleted:
        raise Refused("PARTNER_ERROR", "Verification data was deleted.")
