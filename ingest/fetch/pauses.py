"""How long to leave a vendor alone, in the words that every stage with another side has for it."""

from __future__ import annotations

from runtime.errands.pauses import BREAKS_AT, LONGEST_WISH, Breaker, Patience

__all__ = ["BREAKS_AT", "LONGEST_WISH", "Breaker", "Patience"]
