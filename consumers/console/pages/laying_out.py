"""JSON laid out for reading, with every word of it as it came."""

from __future__ import annotations

import re

import orjson

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_OPENS, _CLOSES = frozenset("{["), frozenset("}]")
_AFTER_THESE = frozenset("{[,")


def laid_out(json: str, most: int) -> str:
    """A line for each member; ``json`` is JSON. What a parser would change stays: a member that stands twice, a number
    of many digits. Letters that were written as their numbers stand as letters. It ends after ``most`` characters.
    """
    pieces, size, depth, before = list[str](), 0, 0, ""
    for found in _TOKEN.finditer(json):
        token = found[0]
        depth -= token in _CLOSES
        piece = _gap(before, token, depth) + _legible(token)
        depth += token in _OPENS
        pieces.append(piece)
        size += len(piece)
        if size >= most:
            break
        before = token
    return "".join(pieces)[:most]


def _gap(before: str, token: str, depth: int) -> str:
    if before == ":":
        return " "
    is_empty = before in _OPENS and token in _CLOSES
    begins_a_line = before in _AFTER_THESE or token in _CLOSES
    return "\n" + "  " * depth if begins_a_line and not is_empty else ""


def _legible(token: str) -> str:
    return orjson.dumps(orjson.loads(token)).decode() if "\\u" in token else token
