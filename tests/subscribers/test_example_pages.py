"""What the pages beside the examples say is there."""

from __future__ import annotations

import re

from tests.subscribers.programs import EXAMPLES

PAGES = sorted(EXAMPLES.rglob("*.md"))


def test_links_lead_somewhere() -> None:
    """Relative ones name files that are there."""
    for path in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path}: {target}"


def test_every_program_takes_the_same_options() -> None:
    """Those of the pages, of the command line in Python, and of the one in Java."""
    named = {name for path in PAGES for name in re.findall(r"--([a-z][a-z-]+)", path.read_text())} - {"help"}
    python = set(re.findall(r'"--([a-z-]+)"', (EXAMPLES / "python" / "command_line.py").read_text()))
    java = (EXAMPLES / "java/src/main/java/hookline/example/Consumer.java").read_text()
    assert python == named
    assert python == set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', java)) & python
