"""Who may act, and what."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.act.errors import UnknownOperator
from ingest.act.operators import Operator, is_same, operators_of
from runtime.errors import SettingsInvalid
from runtime.settings import OperatorSettings, parse_settings

ANNS, BOBS = "a" * 32, "b" * 32


def settings(name: str, token: str, *may: str) -> OperatorSettings:
    return OperatorSettings(name=name, token=token, may=may)


def test_a_viewer_may_do_nothing() -> None:
    """Whatever rights the settings give besides: those of an operator begin with the role."""
    known = operators_of([OperatorSettings(name="ann", token=ANNS, role="viewer", may=("*.*",))])
    assert Operator("ann", ()) == known.holding(ANNS)


def test_a_token_says_who_holds_it(tmp_path: Path) -> None:
    """It may lie in a file; the operator has its rights."""
    (tmp_path / "bob").write_text(BOBS + "\n")
    known = operators_of([settings("ann", ANNS, "credas.*"), settings("bob", f"file:{tmp_path}/bob")])
    assert Operator("ann", ("credas.*",)) == known.holding(ANNS)
    assert Operator("bob", ()) == known.holding(BOBS)


@pytest.mark.parametrize("token", [None, "", "c" * 32, ANNS + "a", ANNS[:-1], "ü" * 32, "\udc80"])
def test_any_other_token_is_nobodys(token: str | None) -> None:
    """Without operators every token is."""
    for known in (operators_of([settings("ann", ANNS)]), operators_of([])):
        with pytest.raises(UnknownOperator):
            known.holding(token)


@pytest.mark.parametrize(
    ("may", "vendor", "action", "allowed"),
    [
        ((), "credas", "process", False),
        (("credas.process",), "credas", "process", True),
        (("credas.process",), "idenfy", "process", False),
        (("credas.*",), "credas", "override-liveness", True),
        (("*.status", "credas.entries"), "idenfy", "status", True),
        (("credas.override-*",), "credas", "override-document", True),
        (("credas.override-*",), "credas", "create-process", False),
        (("*",), "any", "thing", True),
    ],
)
def test_a_right_is_a_pattern_of_vendor_and_action(
    may: tuple[str, ...], vendor: str, action: str, *, allowed: bool
) -> None:
    """The last is whoever works where the settings know no operators."""
    assert allowed is Operator("ann", may).is_allowed(vendor, action)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ann@bank.example", "Ann@Bank.example", True),
        ("ann", " ann ", True),
        ("Jürgen", "Ju\u0308rgen", True),
        ("\uff41nn", "ann", True),
        ("STRASSE", "straße", True),
        ("ann", "bob", False),
        ("ann", "ann2", False),
        ("ann b", "annb", False),
    ],
)
def test_another_way_of_writing_a_name_makes_no_second_person(one: str, other: str, *, same: bool) -> None:
    """Issuers differ in what they make of a name, and let people change how theirs is written."""
    assert (same, same) == (is_same(one, other), is_same(other, one))


def test_tokens_that_guard_nothing_are_refused_together() -> None:
    """Short ones, ones that two share, ones that are not there; no message shows one."""
    entries = [settings("ann", "short-canary"), settings("bob", BOBS), settings("eve", BOBS), settings("joe", "env:NO")]
    with pytest.raises(SettingsInvalid) as raised:
        operators_of(entries)
    said = str(raised.value)
    assert "operator (ann).token: 12 bytes; give 32 random ones at least" in said
    assert "operator (eve).token: is bob's too; give each its own" in said
    assert "operator (joe).token: the environment variable NO is not set" in said
    assert not {"short-canary", BOBS} & set(said.split())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"operator": [{"name": "ann", "token": "t", "may": ["everything"]}]}, "operator[0] (ann).may[0]"),
        ({"operator": [{"name": "ann", "token": "t"}] * 2}, "operator: the name ann is given twice"),
        ({"operator": [{"name": "<b>", "token": "t"}]}, "operator[0] (<b>).name"),
        ({"act": {"two_persons": ["credas.*"]}}, "act.two_persons: needs two operators at least; add [[operator]]"),
        ({"act": {"confirm_within": 0}}, "act.confirm_within"),
    ],
)
def test_settings_that_would_guard_nothing_are_mistakes(content: dict[str, object], said: str) -> None:
    """Each with its place."""
    with pytest.raises(SettingsInvalid) as raised:
        parse_settings(content, "hookline.toml", environ={})
    assert said in str(raised.value)
