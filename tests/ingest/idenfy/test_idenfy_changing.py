"""``upload-additional-step`` and ``delete``, planned and against the sandbox."""

from __future__ import annotations

import re

import orjson
import pytest

from ingest.action import InvalidArgument
from ingest.api import VendorRefused
from tests.ingest.idenfy.conftest import Idenfy
from tests.ingest.idenfy.ordering import ACTIONS, SCAN_REF, body_of, planned, sample


async def test_a_step_is_uploaded_and_the_result_comes_again(idenfy: Idenfy) -> None:
    """Page "Additional steps": the file in Base64, its data beside it."""
    name = await idenfy.created(dummyStatus="APPROVED")
    await idenfy.told(1)
    data = {"address": "Street 1"}
    done = await idenfy.does(
        "upload-additional-step", scanRef=name, step="UTILITY_BILL", image=b"PDF", additionalData=data
    )

    webhooks = await idenfy.told(2)
    assert (b"", name) == (done.answer, webhooks[1]["scanRef"])


def test_an_upload_is_sent_as_published() -> None:
    """Without data an empty object, as in the published request."""
    sent = body_of("upload-additional-step", scanRef=SCAN_REF, step="UTILITY_BILL", image=b"PDF")
    assert sample("upload-additional-step-request") | {"scanRef": SCAN_REF, "image": "UERG"} == sent


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"step": "x" * 101}, "step: give a text of 1 to 100 characters"),
        ({"additionalData": ["address"]}, "additionalData: give a JSON object"),
        ({"additionalData": {"address": 5}}, "additionalData.address: give a text of 0 to 5000 characters"),
    ],
)
def test_a_wrong_upload_is_refused_by_its_field(arguments: dict[str, object], message: str) -> None:
    right: dict[str, object] = {"scanRef": SCAN_REF, "step": "UTILITY_BILL", "image": b"PDF"}
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$"):
        planned("upload-additional-step", **(right | arguments))


async def test_what_ended_is_deleted_and_what_lives_is_not(idenfy: Idenfy) -> None:
    """Section 8: 200 without a body; an error while the token is alive."""
    ended, living = await idenfy.created(dummyStatus="APPROVED"), await idenfy.created()
    done = await idenfy.does("delete", scanRef=ended)
    gone = await idenfy.does("data", scanRef=ended)
    with pytest.raises(VendorRefused) as refused:
        await idenfy.does("delete", scanRef=living)
    assert isinstance(gone.shown, dict)
    assert (b"", None) == (done.answer, gone.shown["docFirstName"])
    assert sample("error-token-not-expired") == orjson.loads(refused.value.answer or b"")


def test_a_deletion_needs_a_reason() -> None:
    assert ["delete"] == [name for name, action in ACTIONS.items() if action.needs_reason]
