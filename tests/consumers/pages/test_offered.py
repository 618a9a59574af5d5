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


async def test_whoever_has_no_right_to_an_action_is_told_so_before_filling_in_its_form(site: Site) -> None:
    """Among the actions it stands without a link."""
    listed = await site.get("/actions", "len")
    assert ["/actions/counter/look"] == [link for link in listed.page.links if link.startswith("/actions/counter/")]
    assert "You have no right to this one." in listed.text
    seen = await site.get("/actions/counter/touch", "len")
    assert (403, True) == (seen.status, "len has no right to counter.touch" in seen.text)
    assert 200 == (await site.get("/actions/counter/look", "len")).status
