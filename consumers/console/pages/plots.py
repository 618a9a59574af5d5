"""Small plots as SVG, made on the server: shapes with classes, no style of their own and no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 480.0, 56.0
_GAP = 0.18
"""Of a bar's room that stays empty."""
_LEAST = 1.5
"""Height of what is more than nothing."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; ``tone`` names its fill."""

    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True, slots=True)
class Column:
    """What stands above one place of the axis, bottom first. ``title`` says it in words."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """``words`` says what a blind reader is told of all of it; ``most`` is the number of its highest column."""

    columns: tuple[Column, ...]
    words: str
    most: float


def stacked(heights: Sequence[Sequence[tuple[float, str]]], titles: Sequence[str], words: str) -> Bars:
    """Each column's (number, tone) on top of each other, as high as the highest column needs."""
    most = max((sum(number for number, _ in column) for column in heights), default=0.0)
    room = WIDTH / max(len(heights), 1)
    columns = []
    for place, (column, title) in enumerate(zip(heights, titles, strict=True)):
        columns.append(Column(title, _bars(column, place * room + room * _GAP / 2, room * (1 - _GAP), most)))
    return Bars(tuple(columns), words, most)


def _bars(column: Sequence[tuple[float, str]], x: float, width: float, most: float) -> tuple[Bar, ...]:
    bars, top = [], HEIGHT
    for number, tone in column:
        if number <= 0:
            continue
        height = max(number / most * HEIGHT, _LEAST)
        top = max(top - height, 0.0)
        bars.append(Bar(_round(x), _round(top), _round(width), _round(height), tone))
    return tuple(bars)


def share(part: int, whole: int) -> float:
    """Of the width, what a part of a whole takes; never more than all of it."""
    return _round(WIDTH * min(part / whole, 1.0)) if whole > 0 else 0.0


def _round(number: float) -> float:
    return round(number, 2)
