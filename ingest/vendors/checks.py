"""What values in a request must be, at any vendor. A check raises ``InvalidArgument`` with the name that it is given.

Names in a path that a request's author chose are shown only where they look like a name: a person's data may stand
where they do not belong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from ingest.action import InvalidArgument

Check = Callable[[str, object], None]

_SHOWN = re.compile(r"[A-Za-z][\w-]{0,63}", re.ASCII)


def written_as(pattern: str, fault: str) -> Check:
    """A check of a text that the pattern matches whole."""
    form = re.compile(pattern, re.ASCII)

    def check(name: str, value: object) -> None:
        if not isinstance(value, str) or form.fullmatch(value) is None:
            raise InvalidArgument(name, fault)

    return check


def day(name: str, value: object) -> None:
    """A day of the calendar, as ``YYYY-MM-DD``."""
    try:
        written = date.fromisoformat(str(value)).isoformat()
    except ValueError:
        written = None
    if value != written:
        raise InvalidArgument(name, "give a date as YYYY-MM-DD")


def below(path: str, member: str) -> str:
    return f"{path}.{member if _SHOWN.fullmatch(member) else '?'}"
