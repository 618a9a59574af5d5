"""The program's version, as dead letters and ``hookline --version`` name it."""

from importlib.metadata import version

VERSION = version("hookline")
