"""What a page about a verification offers to do at the vendor."""

from __future__ import annotations

import pytest

from tests.consumers.pages.conftest import Site
from tests.consumers.pages.test_pages import thing

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_verifications_actions_are_those_about_it_with_its_id_filled_in(site: Site) -> None:
    """In the field that names it, and in no other action's."""
    await site.told(thing(1))
    html = (await site.get("/verifications/counter/thing-1", "ann")).html
    expected = {"set-state": True, "touch": True, "look": True, "report": True, "rename": False, "create": False}
    assert expected == {name: f"/actions/counter/{name}?" in html for name in expected}
    for name in ("set-state", "rename", "create"):
        seen = await site.get(f"/actions/counter/{name}?verification=thing-1", "ann")
        assert (name == "set-state") == ('value="thing-1"' in seen.html), name
