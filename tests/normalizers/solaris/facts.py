"""The tables and lists of the facts about Solaris."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.normalizers.facts import Page, marked

_PAGE = Page("solaris")
section, rows, line_of = _PAGE.section, _PAGE.rows, _PAGE.line_of

__all__ = ["arrows", "line_of", "marked", "rows", "section"]


def arrows(text: str) -> Iterator[tuple[list[str], str]]:
    """Each ``these, those → that`` of a sentence: the words on the left, the word on the right."""
    for part in re.split(r"[;.]\s", text):
        left: list[str] = []
        for piece in re.split(r",\s+", part):
            words, arrow, right = piece.partition(" → ")
            left += re.findall(r"[\w*]+", words.replace("/", " ").replace("`", ""))
            if arrow:
                yield left, re.findall(r"\w+", right)[0]
                left = []
