"""Receiver on the embedded log against a bare handler that reads the body and checks its HMAC.

    python bench/receiver.py

Both serve from a process of their own, in turn, round by round; every figure is of the same run. Aim: at least 0.5
of the bare handler's requests a second with 64 connections and 2.8 KB bodies, and p99 under 50 ms.
"""

from __future__ import annotations

import tempfile

import uvloop

from bench.compare import cpu, measure, rate, server, show, show_ratio


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        server("bare") as bare,
        server("hookline", f"sqlite:///{folder}/bench.db") as ours,
    ):
        found = uvloop.run(measure([bare, ours]))
    show(found)
    show_ratio("of the bare handler's req/s", found["hookline"], found["bare"], rate)
    show_ratio("of its processor time a request", found["hookline"], found["bare"], cpu)


if __name__ == "__main__":
    main()
