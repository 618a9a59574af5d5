"""The tables and lists of the facts about Solaris (docs/vendors/solaris.md), read as they stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_TEXT = (Path(__file__).parents[3] / "docs" / "vendors" / "solaris.md").read_text(encoding="utf-8")
_HEADING = re.compile(r"^#{2,3} (\d+(?:\.\d)?)\.? .*$", re.MULTILINE)
_RULE = re.compile(r"\|[-|]+\|")


def section(number: str) -> str:
    """The text under the heading of that number, up to the next one that has a number."""
    headings = [*_HEADING.finditer(_TEXT)]
    ends = [heading.start() for heading in headings[1:]] + [len(_TEXT)]
    [text] = [_TEXT[heading.end() : end] for heading, end in zip(headings, ends, strict=True) if heading[1] == number]
    return text


def rows(number: str) -> list[list[str]]:
    """The rows of the section's one table, without its head; emphasis is taken off, code marks stay."""
    lines = [line for line in section(number).splitlines() if line.startswith("|")]
    [rule] = [place for place, line in enumerate(lines) if _RULE.fullmatch(line)]
    return [[cell.strip().replace("**", "") for cell in line.strip("|").split("|")] for line in lines[rule + 1 :]]


def marked(text: str) -> list[str]:
    """The words in code marks, in their order."""
    return re.findall(r"`([^`]+)`", text)


def line_of(number: str, start: str) -> str:
    """What follows ``start`` on the section's line that has it first."""
    [_, *rest] = section(number).split(start, 1)
    return rest[0].splitlines()[0]


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
