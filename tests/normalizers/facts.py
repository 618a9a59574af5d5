"""The facts about a vendor (docs/vendors), read as they stand there: sections by number, tables, marked words."""

from __future__ import annotations

import re
from pathlib import Path

_VENDORS = Path(__file__).parents[2] / "docs" / "vendors"
_HEADING = re.compile(r"^#{2,3} (\d+(?:\.\d)?)\.? .*$", re.MULTILINE)
_RULE = re.compile(r"\|[-|]+\|")


class Page:
    """A vendor's page."""

    def __init__(self, vendor: str) -> None:
        self._text = (_VENDORS / f"{vendor}.md").read_text(encoding="utf-8")

    def section(self, number: str) -> str:
        """The text under the heading of that number, up to the next one that has a number."""
        headings = [*_HEADING.finditer(self._text)]
        ends = [heading.start() for heading in headings[1:]] + [len(self._text)]
        placed = zip(headings, ends, strict=True)
        [text] = [self._text[heading.end() : end] for heading, end in placed if heading[1] == number]
        return text

    def rows(self, number: str) -> list[list[str]]:
        """The rows of the section's one table, without its head; emphasis is taken off, code marks stay."""
        lines = [line for line in self.section(number).splitlines() if line.startswith("|")]
        [rule] = [place for place, line in enumerate(lines) if _RULE.fullmatch(line)]
        return [[cell.strip().replace("**", "") for cell in line.strip("|").split("|")] for line in lines[rule + 1 :]]

    def line_of(self, number: str, start: str) -> str:
        """What follows ``start`` on the section's line that has it first."""
        [_, *rest] = self.section(number).split(start, 1)
        return rest[0].splitlines()[0]


def marked(text: str) -> list[str]:
    """The words in code marks, in their order."""
    return re.findall(r"`([^`]+)`", text)
