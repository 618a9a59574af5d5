"""What the brokers refuse to do with a topic, in our words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import errors

from runtime.errors import HooklineError, LogRefused, LogUnavailable

_NOT_ALLOWED = {errors.TopicAuthorizationFailedError.errno, errors.ClusterAuthorizationFailedError.errno}
_ADVICE = {
    errors.TopicAlreadyExistsError.errno: "somebody else has just made it; run it again",
    errors.InvalidReplicationFactorError.errno: "too few brokers run for kafka.replication",
    errors.InvalidConfigurationError.errno: "the brokers do not take these settings",
    errors.PolicyViolationError.errno: "the cluster's policy forbids it",
    errors.InvalidTopicError.errno: "the brokers do not take this name",
    errors.RequestTimedOutError.errno: "not done in time; run it again",
    errors.NotControllerError.errno: "the cluster is choosing another controller; run it again",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """The brokers' ``code`` and ``text`` about one topic. ``permission`` is what its user would have needed."""

    topic: str
    code: int
    text: str
    permission: str

    @property
    def reason(self) -> str:
        if self.code in _NOT_ALLOWED:
            return f"not allowed: give this user {self.permission} on it"
        advice = _ADVICE.get(self.code, errors.for_code(self.code).__name__)
        return f"{advice} ({self.text})" if self.text else advice


def refused(name: str, refusals: Sequence[Refusal]) -> HooklineError:
    """One error for all: ``LogUnavailable`` when each of them may be gone by itself, else ``LogRefused``."""
    kind = LogUnavailable if all(errors.for_code(each.code).retriable for each in refusals) else LogRefused
    return kind(said(name, [(each.topic, each.reason) for each in refusals]))


def said(name: str, reasons: Sequence[tuple[str, str]]) -> str:
    """A line for each reason, with the topics that share it."""
    topics: dict[str, list[str]] = defaultdict(list)
    for topic, reason in reasons:
        topics[reason].append(topic)
    return "\n".join(f"{name}: topic {', '.join(those)}: {reason}" for reason, those in topics.items())
