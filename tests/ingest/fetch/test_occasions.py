"""What is remembered of occasions and of earlier owners' calls goes when nobody needs it any more."""

from __future__ import annotations

from ingest.fetch.occasions import forget_old
from runtime.eventlog import EventLog
from runtime.memory import Memory

DAY = 86_400


async def test_calls_of_earlier_owners_are_forgotten_once_they_count_for_no_budget(log: EventLog) -> None:
    """Not this owner's own, and nothing of the last days."""
    memory = Memory(log, "memory")
    for key, day in (("spent/a/1", 1), ("spent/a/2", 9), ("spent/a/3", 1)):
        memory.put(key, b'{"%d":[1,0]}' % (day * DAY // 600))
    forget_old(memory, 10 * DAY * 1_000_000, 3)
    assert ["spent/a/2", "spent/a/3"] == [key for key, _ in memory.oldest(9)]
