"""Building the read model anew, aside, while everything goes on, and switching to it in one transaction."""

from consumers.projections.rebuilding.rebuild import Rebuilt, rebuild

__all__ = ["Rebuilt", "rebuild"]
