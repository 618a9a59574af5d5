from __future__ import annotations

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from runtime.tally import Tally


def test_counts_come_out_as_prometheus_reads_them() -> None:
    """Buckets are cumulative, bounds belong to their bucket, and the last one holds everything."""
    registry, tally = CollectorRegistry(), Tally()
    registry.register(tally)
    for seconds in (0.0005, 0.001, 0.02, 60.0):
        tally.answered("idenfy", 200, seconds)
    tally.answered("", 404, 0.02)
    tally.stored("idenfy", 2800)
    lines = generate_latest(registry).decode().splitlines()
    assert {
        'hookline_receiver_answers_total{source="idenfy",status="200"} 4.0',
        'hookline_receiver_answers_total{source="",status="404"} 1.0',
        'hookline_receiver_body_bytes_total{source="idenfy"} 2800.0',
        'hookline_receiver_seconds_bucket{le="0.001"} 2.0',
        'hookline_receiver_seconds_bucket{le="0.01"} 2.0',
        'hookline_receiver_seconds_bucket{le="0.025"} 4.0',
        'hookline_receiver_seconds_bucket{le="+Inf"} 5.0',
        "hookline_receiver_seconds_count 5.0",
    } <= set(lines)


def test_counts_so_far_are_given_as_they_stand() -> None:
    """An answer 200 to what was not stored is an answer, and no callback; what is given does not change later."""
    tally = Tally()
    tally.answered("idenfy", 200, 0.001)
    tally.answered("idenfy", 200, 0.001)
    tally.stored("idenfy", 10)
    answers, callbacks = tally.answers(), tally.callbacks()
    tally.stored("idenfy", 10)
    assert ({("idenfy", 200): 2}, {"idenfy": 1}) == (answers, callbacks)
