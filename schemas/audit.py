"""Look: who looked at what, as a record of the topic ``audit``. References only: what was searched for is a digest."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import orjson
from uuid_utils import uuid7

from schemas.message import Message, Stored, Undecodable, instant_of


@dataclass(frozen=True, slots=True)
class Look:
    """``what`` is our word for it (``verification``, ``timeline``, ``search``, ``document``, …), ``about`` the key of
    what was shown (``idenfy:6f0c…``), a digest of what was searched for, or nothing. ``via`` is how ``who`` was known.
    """

    id: str
    at: datetime
    who: str
    role: str
    via: str
    what: str
    about: str = ""


def new_look(who: str, role: str, via: str, what: str, about: str = "") -> Look:
    """One that is had now."""
    return Look(str(uuid7()), datetime.now(UTC), who, role, via, what, about)


def to_message(look: Look) -> Message:
    """One person's looks stay in order."""
    return Message(look.id, look.who, (("content-type", b"application/json"),), orjson.dumps(asdict(look)))


def from_record(record: Stored) -> Look:
    """The look that ``to_message`` wrote. Raises ``Undecodable`` for anything else."""
    try:
        members = orjson.loads(record.value or b"")
        return Look(**members | {"at": instant_of(members["at"])})
    except (KeyError, TypeError, ValueError) as error:
        where = f"{record.topic}/{record.partition}/{record.offset}"
        raise Undecodable(f"{where}: nobody's look ({type(error).__name__})") from None
