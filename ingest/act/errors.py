"""What can become of an action beside being done. Each kind says what whoever asked must do, and has its code for
programs, its exit status for shells and its status for HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from ingest.action import InvalidArgument
from ingest.api import NotThere, Unconfirmed, VendorError, VendorRefused, VendorUnavailable
from runtime.errors import HooklineError


class ActionError(HooklineError):
    """It was not done. ``action_id`` finds the attempt on the log, where there was one to be written down."""

    code = "failed"
    exit_status = 1
    http_status = HTTPStatus.INTERNAL_SERVER_ERROR
    action_id: str | None = None


class InvalidOrder(ActionError):
    """Mend the named fields. ``faults`` are the mistakes, one a field."""

    code = "invalid-argument"
    exit_status = 2
    http_status = HTTPStatus.BAD_REQUEST

    def __init__(self, faults: Sequence[InvalidArgument]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class NothingSuch(ActionError):
    """Name an action, a vendor and a source that there are."""

    code = "unknown"
    exit_status = 2
    http_status = HTTPStatus.NOT_FOUND


class UnknownOperator(ActionError):
    """Say who you are, with a token that is one of the settings' operators'."""

    code = "unauthenticated"
    exit_status = 3
    http_status = HTTPStatus.UNAUTHORIZED


class NotPermitted(ActionError):
    """Ask somebody who may, or have it added to ``operator.may``."""

    code = "not-permitted"
    exit_status = 3
    http_status = HTTPStatus.FORBIDDEN


class NothingThere(ActionError):
    """Check the id and the source: the vendor has nothing of it."""

    code = "not-found"
    exit_status = 4
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


class RefusedByVendor(ActionError):
    """Read what the vendor says, and ask for something else."""

    code = "refused"
    exit_status = 5
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


class NotToBeHad(ActionError):
    """Ask again later: nothing was done."""

    code = "vendor-unavailable"
    exit_status = 6
    http_status = HTTPStatus.SERVICE_UNAVAILABLE


class MayHaveBeenDone(ActionError):
    """Look at the vendor before you ask again: it was sent, and nobody knows what came of it."""

    code = "unconfirmed"
    exit_status = 7
    http_status = HTTPStatus.GATEWAY_TIMEOUT


class NotRecorded(ActionError):
    """Ask again when the log is back. The message says whether something was done."""

    code = "log-unavailable"
    exit_status = 8
    http_status = HTTPStatus.SERVICE_UNAVAILABLE


class CannotConfirm(ActionError):
    """It is not waiting any more, or not for you."""

    code = "not-confirmable"
    exit_status = 9
    http_status = HTTPStatus.CONFLICT


class StillRunning(ActionError):
    """Wait, then ask again with the same key: it is being done."""

    code = "still-running"
    exit_status = 9
    http_status = HTTPStatus.CONFLICT


class KeyReused(ActionError):
    """Use another key, after a look at what came of the first request: something else was asked for under this one."""

    code = "key-reused"
    exit_status = 9
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY


KINDS: tuple[type[ActionError], ...] = (
    InvalidOrder, NothingSuch, UnknownOperator, NotPermitted, NothingThere, RefusedByVendor, NotToBeHad,
    MayHaveBeenDone, NotRecorded, CannotConfirm, StillRunning, KeyReused,
)  # fmt: skip
"""All of them, as the documents list them."""


def of_vendor(error: VendorError, *, changes: bool) -> ActionError:
    """What the vendor's trouble means to whoever asked. What ``changes`` something may have been done, unless the
    request certainly never came to be worked on.
    """
    if isinstance(error, NotThere):
        return NothingThere(f"{error}: nothing of that id there; check the ids and the source")
    if isinstance(error, VendorRefused):
        return RefusedByVendor(str(error))
    if isinstance(error, Unconfirmed) or (changes and isinstance(error, VendorUnavailable) and error.was_sent):
        return MayHaveBeenDone(f"{error}; it may have been done: look there before you ask again")
    return NotToBeHad(f"{error}; nothing was done, ask again later")
