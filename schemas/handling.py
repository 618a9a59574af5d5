"""What people do about alerts: acknowledge one, silence some for a while. The newest record of a key counts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from schemas.alert import Alert
from schemas.message import Headers, Message, Stored, Undecodable, instant_of, text_of

_ACKNOWLEDGEMENT, _SILENCE = "acknowledgement/", "silence/"
_JSON: Headers = (("content-type", b"application/json"),)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody has seen the alert, and looks after it."""

    alert_id: str
    by: str
    at: datetime
    note: str = ""

    @property
    def key(self) -> str:
        return _ACKNOWLEDGEMENT + self.alert_id


@dataclass(frozen=True, slots=True)
class Silence:
    """Until then no channel is told of alerts like these; they are raised and listed all the same.

    What is empty (``rule``, ``provider``, ``source``, ``verification_id``) matches anything.
    """

    id: str
    by: str
    at: datetime
    until: datetime
    rule: str = ""
    provider: str = ""
    source: str = ""
    verification_id: str = ""
    note: str = ""

    @property
    def key(self) -> str:
        return _SILENCE + self.id

    @property
    def about(self) -> str:
        """What it silences, in our words: ``rule=vendor-silent source=idenfy``."""
        fields = {
            "rule": self.rule,
            "provider": self.provider,
            "source": self.source,
            "verification_id": self.verification_id,
        }
        return " ".join(f"{name}={value}" for name, value in fields.items() if value)

    @property
    def told(self) -> str:
        """The same with its id and its end, for whoever reads later what was done: it goes itself when it is ended."""
        return f"{self.id} {self.about} until {self.until.isoformat(timespec='seconds')}"

    def covers(self, alert: Alert, now: datetime) -> bool:
        wanted = (
            (self.rule, alert.rule),
            (self.provider, alert.provider),
            (self.source, alert.source),
            (self.verification_id, alert.verification_id),
        )
        return self.at <= now < self.until and all(own in {"", theirs} for own, theirs in wanted)


Handling = Acknowledgement | Silence


def to_message(handling: Handling) -> Message:
    return Message(handling.key, 0, _JSON, orjson.dumps(asdict(handling)))


def end_of_silence(silence_id: str) -> Message:
    """The tombstone that ends a silence before its time."""
    return Message(_SILENCE + silence_id, 0, (), None)


def silence_ended_by(key: str) -> str | None:
    """The id of the silence that a tombstone of this key ends, or ``None`` for a key of something else."""
    return key.removeprefix(_SILENCE) if key.startswith(_SILENCE) else None


def from_record(record: Stored) -> Handling:
    """What ``to_message`` wrote. Raises ``Undecodable`` for anything else, a tombstone included."""
    kind: type[Handling] = Silence if record.key.startswith(_SILENCE) else Acknowledgement
    try:
        members = orjson.loads(record.value or b"")
        times = {name: instant_of(members[name]) for name in ("at", "until") if name in members}
        texts: dict[str, Any] = {name: text_of(value) for name, value in members.items()}
        return kind(**texts | times)
    except (KeyError, TypeError, ValueError) as error:
        where = f"{record.topic}/{record.partition}/{record.offset}"
        raise Undecodable(f"{where}: nothing that was done about an alert ({type(error).__name__})") from None
