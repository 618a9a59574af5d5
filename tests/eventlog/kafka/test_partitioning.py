from __future__ import annotations

from aiokafka.partitioner import murmur2
from hypothesis import given
from hypothesis import strategies as st

from runtime.eventlog.kafka.partitioning import partition_for


@given(key=st.text(), partitions=st.integers(1, 100))
def test_a_key_belongs_where_aiokafka_and_java_would_put_it(key: str, partitions: int) -> None:
    assert (murmur2(key.encode()) & 0x7FFFFFFF) % partitions == partition_for(key, partitions)


def test_the_hash_is_kafkas() -> None:
    """Two of the vectors of Kafka's own UtilsTest.testMurmur2: "21" is -973932308, "foobar" is -790332482."""
    expected = [(number & 0x7FFFFFFF) % 1_000_003 for number in (-973932308, -790332482)]
    assert expected == [partition_for(key, 1_000_003) for key in ("21", "foobar")]
