"""``create-token`` and dummy results against the sandbox, over real sockets, with the webhooks that follow."""

from __future__ import annotations

import orjson
import pytest

from ingest.action import InvalidArgument
from ingest.api import VendorRefused, VendorUnavailable
from ingest.vendors.idenfy import words as ours
from sandbox.idenfy import Account, make_app
from tests.ingest.asking import asked
from tests.ingest.idenfy.conftest import Idenfy
from tests.ingest.idenfy.ordering import KEYS, SCAN_REF, body_of, planned, planned_in_production, sample


async def test_a_token_is_created_with_everything_in_it(idenfy: Idenfy) -> None:
    """The answer repeats the request; the verification is the answer's ``scanRef``, of the ``clientId``."""
    steps = {"ALL": {"ALL": {"UTILITY_BILL": {"type": "COMPARE", "fields": ["address"]}}}}
    given = sample("token-dummy-request") | {
        "additionalSteps": steps,
        "unverifiedUrl": "https://example.com/unverified",
    }
    del given["dummyStatus"]
    done = await idenfy.does("create-token", **given, additionalData={"UTILITY_BILL": {"address": "Street 1"}})

    assert isinstance(done.shown, dict)
    assert (done.shown["scanRef"], "100000") == (done.verification_id, done.subject_ref)
    assert "COMPARE" == done.shown["additionalSteps"]["ALL"]["ALL"]["UTILITY_BILL"]["type"]
    same = ["country", "documents", "dateOfBirth", "sex", "address", "externalRef", "unverifiedUrl", "expiryTime"]
    assert [given[name] for name in same] == [done.shown[name] for name in same]


async def test_a_created_tokens_secret_is_shown_and_not_kept(idenfy: Idenfy) -> None:
    done = await idenfy.does("create-token", clientId="c-1", generateDigitString=True)
    assert isinstance(done.shown, dict)
    assert done.kept is not None
    secrets = [done.shown[name].encode() for name in ("authToken", "digitString")]
    assert [True, True] == [secret in done.answer for secret in secrets]
    assert [False, False] == [secret in done.kept for secret in secrets]
    assert done.verification_id == orjson.loads(done.kept)["scanRef"]


async def test_a_creation_that_fails_is_not_sent_again(idenfy: Idenfy) -> None:
    """Section 8: there is no idempotency key."""
    await idenfy.asked.control("PUT", "faults", api=[500])
    with pytest.raises(VendorUnavailable):
        await idenfy.created()
    listed = await idenfy.does("list", clientId="c-1")
    assert isinstance(listed.shown, dict)
    assert 0 == listed.shown["count"]


@pytest.mark.parametrize("status", ours.DUMMY_STATUSES)
async def test_a_dummy_token_ends_at_once_with_its_status(idenfy: Idenfy, status: str) -> None:
    """Page "KYC Dummy results": the webhook with the automatic result follows."""
    name = await idenfy.created(dummyStatus=status)
    [webhook] = await idenfy.told(1)
    assert (name, status) == (webhook["scanRef"], webhook["status"]["overall"])


@pytest.mark.parametrize(("face", "overall"), [("FAKE_FACE", "DENIED"), ("FACE_MATCH", "APPROVED")])
async def test_a_dummy_status_is_what_a_review_would_have_said(idenfy: Idenfy, face: str, overall: str) -> None:
    """Page "KYC Dummy results": the webhook of a manual review follows; the call's answer is empty."""
    name = await idenfy.created(dummyStatus="APPROVED")
    answer = {"manualFaceMatchResult": face, "manualDocumentValidity": "DOC_VALIDATED"}
    done = await idenfy.does("add-dummy-status", scanRef=name, **answer)

    [_, webhook] = await idenfy.told(2)
    assert (b"", "IDENTIFICATION_MANUAL_FINISHED") == (done.answer, idenfy.receiver.events[1])
    assert (name, overall, face) == (webhook["scanRef"], webhook["status"]["overall"], webhook["status"]["manualFace"])


def test_a_dummy_status_needs_a_test_account() -> None:
    """Section 10: dummy results work in the DEV environment alone."""
    values = {"manualFaceMatchResult": "FACE_MATCH", "manualDocumentValidity": "DOC_VALIDATED"}
    with pytest.raises(InvalidArgument, match=r'^source: only a source with environment = "test"'):
        planned_in_production("add-dummy-status", scanRef=SCAN_REF, **values)
    assert sample("add-dummy-status-request").keys() == body_of("add-dummy-status", scanRef=SCAN_REF, **values).keys()


async def test_an_environment_that_takes_no_dummies_refuses_them() -> None:
    """Section 10, the published message: an account declared as a test one may still be iDenfy's TEST."""
    async with asked(make_app(Account(environment="TEST")), "idenfy", **KEYS) as vendor:
        with pytest.raises(VendorRefused) as refused:
            await planned("create-token", clientId="c-1", dummyStatus="APPROVED").carry_out(vendor.call)
    assert sample("error-dummy-not-in-dev") == orjson.loads(refused.value.answer or b"")
