"""The embedded event log: one SQLite file, one machine, any number of processes on it (POSIX only: it needs ``flock``).

Every topic has one partition, number 0. One thread a process writes, many callers to a transaction; reads run on other
threads. ``file.py`` describes the file itself.
"""

from runtime.eventlog.sqlite.log import SqliteLog

__all__ = ["SqliteLog"]
