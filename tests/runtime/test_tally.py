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
