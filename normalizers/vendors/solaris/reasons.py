"""Words that say why: IDnow's reason codes, and the few failure reasons of other methods.

List of IDnow's codes: the facts, section 6.4. It is open: IDnow more than doubled it since 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.event import ReasonClass


class Category(StrEnum):
    DATA = "Data"
    TECHNICAL = "Technical"
    USER = "User"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class IdnowReason:
    """One code. ``permanent``: another try is pointless. ``by_user`` is ``None`` where the vendor does not say.

    ``specific`` is the class where the meaning tells more than category and cause.
    """

    category: Category
    permanent: bool
    by_user: bool | None
    specific: ReasonClass | None = None

    @property
    def reason_class(self) -> ReasonClass:
        if self.specific is not None:
            return self.specific
        if self.category is Category.OTHER:
            return ReasonClass.CUSTOMER if self.by_user else ReasonClass.UNKNOWN
        return _OF_CATEGORY[self.category]


_OF_CATEGORY = {
    Category.DATA: ReasonClass.MISMATCH,
    Category.TECHNICAL: ReasonClass.TECHNICAL,
    Category.USER: ReasonClass.CUSTOMER,
}

_DATA: Final = Category.DATA
_TECH: Final = Category.TECHNICAL
_USER: Final = Category.USER
_OTHER: Final = Category.OTHER
_MISMATCH: Final = ReasonClass.MISMATCH
_QUALITY: Final = ReasonClass.QUALITY
_UNSUPPORTED: Final = ReasonClass.UNSUPPORTED
_TECHNICAL: Final = ReasonClass.TECHNICAL
_NOT_DONE: Final = ReasonClass.NOT_DONE
_CUSTOMER: Final = ReasonClass.CUSTOMER

UNKNOWN_CODE: Final = IdnowReason(_OTHER, permanent=False, by_user=None)
"""Section 6.4: what a code means that the list does not have."""

SUSPICION = "NO_ESIGN_FRAUD"
"""Section 6.4: the agent broke off on suspicion, and a review follows; so this is no cancellation."""

IDNOW: Mapping[str, IdnowReason] = {
    "DATA_APPLICATION_ADDRESS": IdnowReason(_DATA, permanent=True, by_user=True),
    "DATA_APPLICATION_DATA": IdnowReason(_DATA, permanent=True, by_user=True),
    "DATA_ID_EXPIRED": IdnowReason(_DATA, permanent=False, by_user=True, specific=ReasonClass.EXPIRED_DOCUMENT),
    "TECH_AUDIO": IdnowReason(_TECH, permanent=False, by_user=True, specific=_QUALITY),
    "TECH_DISCONNECTED_VIDEO": IdnowReason(_TECH, permanent=False, by_user=True),
    "TECH_DISCONNECTED_WEBSOCKET": IdnowReason(_TECH, permanent=False, by_user=True),
    "TECH_HOLOGRAM": IdnowReason(_TECH, permanent=False, by_user=True, specific=_QUALITY),
    "TECH_ID_TYPE": IdnowReason(_TECH, permanent=False, by_user=True, specific=_UNSUPPORTED),
    "TECH_IDENT_CODE_DELIVERY": IdnowReason(_TECH, permanent=False, by_user=True),
    "TECH_INTERNAL_SERVER_ERROR": IdnowReason(_TECH, permanent=False, by_user=False),
    "TECH_INTERNET_CONNECTION": IdnowReason(_TECH, permanent=False, by_user=True),
    "TECH_LIGHTING": IdnowReason(_TECH, permanent=False, by_user=True, specific=_QUALITY),
    "TECH_PHOTO": IdnowReason(_TECH, permanent=False, by_user=True, specific=_QUALITY),
    "TECH_TIMEOUT": IdnowReason(_TECH, permanent=False, by_user=True, specific=_NOT_DONE),
    "TECH_VIDEO": IdnowReason(_TECH, permanent=False, by_user=True, specific=_QUALITY),
    "NO_VIDEO": IdnowReason(_TECH, permanent=False, by_user=True),
    "BAD_VIDEO": IdnowReason(_TECH, permanent=False, by_user=True, specific=_QUALITY),
    "VIDEO_ENVIRONMENT": IdnowReason(_TECH, permanent=False, by_user=True, specific=_QUALITY),
    "VIDEO_OTHER": IdnowReason(_TECH, permanent=False, by_user=True),
    "NO_AUDIO": IdnowReason(_TECH, permanent=False, by_user=True),
    "BAD_AUDIO": IdnowReason(_TECH, permanent=False, by_user=True, specific=_QUALITY),
    "BAD_AUDIO_ENVIRONMENT": IdnowReason(_TECH, permanent=False, by_user=True, specific=_QUALITY),
    "AUDIO_OTHER": IdnowReason(_TECH, permanent=False, by_user=True),
    "BAD_PHOTO_QUALITY": IdnowReason(_TECH, permanent=False, by_user=True, specific=_QUALITY),
    "PHOTO_OTHER": IdnowReason(_TECH, permanent=False, by_user=True, specific=_QUALITY),
    "CONNECTION_LOST": IdnowReason(_TECH, permanent=False, by_user=True),
    "CONNECTION_BAD": IdnowReason(_TECH, permanent=False, by_user=True),
    "NO_CONNECTION": IdnowReason(_TECH, permanent=False, by_user=True),
    "CONNECTION_OTHER": IdnowReason(_TECH, permanent=False, by_user=True),
    "IDENT_CODE_NOT_RECEIVED": IdnowReason(_TECH, permanent=False, by_user=False),
    "IDENT_CODE_REPEATEDLY_INCORRECT": IdnowReason(_TECH, permanent=False, by_user=True, specific=_CUSTOMER),
    "USER_ABORT_WHILE_WAITING": IdnowReason(_USER, permanent=False, by_user=True),
    "USER_STARTED_NEW_REQUEST": IdnowReason(_USER, permanent=False, by_user=True),
    "USER_CANCELLATION": IdnowReason(_USER, permanent=False, by_user=True),
    "ENROLLED_TO_WAITING_LIST": IdnowReason(_USER, permanent=True, by_user=True),
    "ID_NOT_SUPPORTED": IdnowReason(_USER, permanent=False, by_user=True, specific=_UNSUPPORTED),
    "ID_DAMAGED": IdnowReason(_USER, permanent=False, by_user=True, specific=_QUALITY),
    "ID_OTHER": IdnowReason(_USER, permanent=False, by_user=True),
    "DISAGREE_WITH_VIDEO_RECORDING": IdnowReason(_USER, permanent=False, by_user=True),
    "INCORRECT_ID_NUMBER": IdnowReason(_USER, permanent=False, by_user=False, specific=_MISMATCH),
    "INCORRECT_NAME_IN_QES": IdnowReason(_USER, permanent=False, by_user=False, specific=_MISMATCH),
    "WRONG_PHONE_NUMBER": IdnowReason(_USER, permanent=False, by_user=True, specific=_MISMATCH),
    "USER_ID_NUMBER": IdnowReason(_USER, permanent=False, by_user=True, specific=_MISMATCH),
    "USER_IDENT_CODE": IdnowReason(_USER, permanent=False, by_user=True),
    "USER_LANGUAGE": IdnowReason(_USER, permanent=True, by_user=True, specific=_UNSUPPORTED),
    "USER_NO_ID": IdnowReason(_USER, permanent=False, by_user=True),
    "USER_WRONG_PERSON": IdnowReason(_USER, permanent=False, by_user=True, specific=_MISMATCH),
    "INDECENT_BEHAVIOUR": IdnowReason(_USER, permanent=True, by_user=True),
    "OTHER_ABUSE": IdnowReason(_OTHER, permanent=False, by_user=True),
    "OTHER_MISCELLANEOUS_PERMANENT": IdnowReason(_OTHER, permanent=True, by_user=None, specific=_TECHNICAL),
    "OTHER_MISCELLANEOUS_TEMPORARY": IdnowReason(_OTHER, permanent=False, by_user=None, specific=_TECHNICAL),
    "OTHER_TEST": IdnowReason(_OTHER, permanent=False, by_user=True),
    "OTHER_ERROR": IdnowReason(_OTHER, permanent=False, by_user=True, specific=_TECHNICAL),
    "STALLED_TIMEOUT": IdnowReason(_OTHER, permanent=False, by_user=None, specific=_NOT_DONE),
    "NO_SECURITY_QUESTION_ASKED": IdnowReason(_OTHER, permanent=False, by_user=None, specific=_NOT_DONE),
    "SECURITY_QUESTION_NOT_CORRECT_ANSWERED": IdnowReason(_OTHER, permanent=False, by_user=None, specific=_MISMATCH),
    "SECURITY_QUESTION": IdnowReason(_OTHER, permanent=False, by_user=None, specific=_MISMATCH),
    "CALL_QUALITY_FAIL": IdnowReason(_OTHER, permanent=False, by_user=True, specific=_TECHNICAL),
    SUSPICION: IdnowReason(_OTHER, permanent=False, by_user=True, specific=ReasonClass.FRAUD),
}  # fmt: skip

IDNOW_CLASSES: Mapping[str, ReasonClass] = {code: reason.reason_class for code, reason in IDNOW.items()}

FAILURES: Mapping[str, ReasonClass] = {
    **IDNOW_CLASSES,
    "ALREADY_IDENTIFIED_SUCCESSFULLY": _NOT_DONE,
    "account_snapshot_expired": _TECHNICAL,
    "account_snaphot_failed": _TECHNICAL,
}
"""Section 6.3, ``failure_reason`` of an identification; section 6.4: it may hold IDnow's codes too."""

SUSPICIONS: Mapping[str, ReasonClass] = {
    "FRAUD_SUSPICION_CONFIRMED": ReasonClass.FRAUD,
    "FRAUD_SUSPICION_PENDING": ReasonClass.FRAUD,
}
"""Section 10: the results of IDnow that are a reason themselves."""

TRANSFERS: Mapping[str, ReasonClass] = {"name_not_matched": _MISMATCH}
"""Section 5.2, ``Reason`` of a reference transfer."""


def is_permanent(code: str) -> bool:
    """Whether another try is pointless; a code that the list does not have is taken for temporary."""
    return IDNOW.get(code, UNKNOWN_CODE).permanent
