"""The receiver's own counts, kept by one thread without locks.

A counter of prometheus-client takes a lock at every increment, so that any thread may count. The receiver counts on its
event loop alone, several times a callback; plain numbers, handed over when somebody asks, cost it a few times less.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Tally(Collector):
    """Answers by source and status, callbacks and bytes stored by source, and how long answers took, in seconds."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, int]] = Counter()
        self._stored: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._within = [0] * (len(_BOUNDS) + 1)
        self._seconds = 0.0

    def answered(self, source: str, status: int, seconds: float) -> None:
        self._answers[source, status] += 1
        self._within[bisect_left(_BOUNDS, seconds)] += 1
        self._seconds += seconds

    def stored(self, source: str, size: int) -> None:
        self._stored[source] += 1
        self._bytes[source] += size

    def answers(self) -> Mapping[tuple[str, int], int]:
        """Answers so far, by source and status."""
        return self._answers.copy()

    def callbacks(self) -> Mapping[str, int]:
        """Callbacks stored so far, by source: an answer 200 to a handshake is none."""
        return self._stored.copy()

    def collect(self) -> Iterator[Metric]:
        answers = CounterMetricFamily("hookline_receiver_answers", "Answers.", labels=["source", "status"])
        for (source, status), number in self._answers.copy().items():
            answers.add_metric([source, str(status)], number)
        yield answers
        stored = CounterMetricFamily("hookline_receiver_body_bytes", "Bytes of bodies stored.", labels=["source"])
        for source, size in self._bytes.copy().items():
            stored.add_metric([source], size)
        yield stored
        text = "From a callback's headers to its answer, in seconds."
        yield HistogramMetricFamily("hookline_receiver_seconds", text, buckets=self._buckets(), sum_value=self._seconds)

    def _buckets(self) -> list[tuple[str, float]]:
        """How many answers took at most so long, bound by bound."""
        total, buckets = 0, []
        for bound, number in zip((*map(str, _BOUNDS), "+Inf"), self._within.copy(), strict=True):
            total += number
            buckets.append((bound, float(total)))
        return buckets
