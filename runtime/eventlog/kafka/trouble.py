"""From aiokafka's errors to ours: what is wrong with which topic or broker, and what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka import errors

from runtime.errors import Fenced, HooklineError, LogUnavailable

_MISSING = "it is not there, or this user may not see it; run `hookline topics apply`, or allow Describe on it"
_ADVICE: tuple[tuple[type[BaseException], str], ...] = (
    (errors.TopicAuthorizationFailedError, "not allowed: give this user Read, Write and Describe on the topic"),
    (errors.GroupAuthorizationFailedError, "not allowed: give this user Read on the consumer group"),
    (errors.TransactionalIdAuthorizationFailed, "not allowed: give this user Write and Describe on transactional ids"),
    (errors.ClusterAuthorizationFailedError, "not allowed: give this user Write on the topic"),
    (errors.AuthenticationFailedError, "the brokers refuse this user: see kafka.sasl, kafka.username, kafka.password"),
    (errors.IllegalSaslStateError, "the brokers refuse this user: see kafka.sasl, kafka.username, kafka.password"),
    (errors.UnsupportedSaslMechanismError, "the brokers do not speak this kafka.sasl: choose one that they do"),
    (errors.UnknownTopicOrPartitionError, _MISSING),
    (errors.NotEnoughReplicasError, "too few copies are in sync: see which broker is down"),
    (errors.NotEnoughReplicasAfterAppendError, "too few copies are in sync: see which broker is down"),
    (errors.KafkaConnectionError, "not reached: see whether the brokers run and the address is right"),
    (errors.NoBrokersAvailable, "not reached: see whether the brokers run and the address is right"),
    (OSError, "not reached: see whether the brokers run and the address is right"),
)
_FENCED = (errors.ProducerFenced, errors.InvalidProducerEpoch)


def missing(name: str, topic: str) -> LogUnavailable:
    return LogUnavailable(f"{name}: topic {topic}: {_MISSING}")


def silent(name: str, what: str, seconds: float) -> LogUnavailable:
    return LogUnavailable(f"{name}: {what}: no answer within {seconds:g} s; see whether the brokers run and keep up")


def explained(name: str, what: str, error: BaseException) -> HooklineError:
    """Our error for aiokafka's. ``what`` was being done; nothing out of a record is said."""
    if isinstance(error, HooklineError):
        return error
    if isinstance(error, _FENCED):
        return Fenced(f"{name}: {what}: another member of the group owns this partition now")
    advice = next((text for kind, text in _ADVICE if isinstance(error, kind)), "see the brokers' own logs")
    return LogUnavailable(f"{name}: {what}: {advice} ({type(error).__name__})")


@contextmanager
def as_ours(name: str, what: str, seconds: float) -> Iterator[None]:
    """Whatever aiokafka or the network says inside leaves as an error of ours; ``seconds`` was the deadline."""
    try:
        yield
    except TimeoutError as error:
        raise silent(name, what, seconds) from error
    except (errors.KafkaError, OSError, AssertionError) as error:
        # aiokafka asserts its own transaction states: after an error of its sender they no longer hold.
        raise explained(name, what, error) from error
    except asyncio.InvalidStateError as error:
        raise explained(name, what, error) from error
