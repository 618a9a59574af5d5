from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from consumers.alerts.configured import rules_of
from consumers.alerts.rule import BUILT_IN, Rule
from runtime.errors import SettingsInvalid
from runtime.sections_alerts import PARAMETERS
from runtime.settings import AlertSettings, parse_settings
from schemas.alert import Severity
from schemas.event import Outcome, WaitsFor
from tests.consumers.alerts.reading import parsed

CHANNEL = '[[alert.channel]]\nname = "desk"\nkind = "apprise"\nurl = "json://127.0.0.1"\n'


def settings(text: str) -> AlertSettings:
    return parse_settings(parsed(text), "here", environ={}).alert


def rule(text: str, name: str) -> Rule:
    return next(each for each in rules_of(settings(text)) if each.name == name)


def mistakes(text: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as caught:
        rules_of(settings(text))
    return [line.removeprefix("here: ") for line in str(caught.value).splitlines()]


def test_without_any_rule_the_built_in_ones_are_active() -> None:
    """Each with its defaults, and each condition but the one that a rule spells out is one of them."""
    assert tuple(BUILT_IN.values()) == rules_of(AlertSettings())
    assert set(PARAMETERS) == {*BUILT_IN, "event-matches"}


def test_a_rule_with_a_built_in_name_changes_what_it_says_and_nothing_else() -> None:
    """The rest stays as it was."""
    text = '[[alert.rule]]\nname = "needs-review-too-old"\nhours = 4\nseverity = "critical"'
    expected = BUILT_IN["needs-review-too-old"]
    found = rule(text, "needs-review-too-old")
    assert (4.0, Severity.CRITICAL, expected.when) == (found.hours, found.severity, found.when)
    assert len(BUILT_IN) == len(rules_of(settings(text)))


def test_lifetimes_are_added_to_those_that_are_known() -> None:
    """Whoever says how long one vendor's customers have loses nothing of the others; what is said again counts."""
    text = '[[alert.rule]]\nname = "verification-expires-soon"\nlifetimes = { credas = 720, idverse = 48 }'
    expected = {"idenfy": 24.0, "idverse": 48.0, "solaris": 336.0, "credas": 720.0}
    assert expected == rule(text, "verification-expires-soon").lifetimes


def test_a_rule_may_be_switched_off() -> None:
    """And the others go on."""
    names = [each.name for each in rules_of(settings('[[alert.rule]]\nname = "vendor-silent"\nenabled = false'))]
    assert [name for name in BUILT_IN if name != "vendor-silent"] == names


def test_a_condition_may_have_several_rules() -> None:
    """Each with a name, accounts and numbers of its own; what it does not say is the condition's default."""
    text = """
    [[alert.rule]]
    name = "eu-reviews"
    when = "needs-review-too-old"
    hours = 1
    sources = ["idenfy-eu"]
    [[alert.rule]]
    name = "silent-by-day"
    when = "vendor-silent"
    cooldown = 60
    """
    reviews, silent = rule(text, "eu-reviews"), rule(text, "silent-by-day")
    assert (1.0, ("idenfy-eu",), Severity.WARNING) == (reviews.hours, reviews.sources, reviews.severity)
    assert (10.0, timedelta(minutes=1), Severity.CRITICAL) == (silent.intervals, silent.cooldown, silent.severity)
    assert [*BUILT_IN, "eu-reviews", "silent-by-day"] == [each.name for each in rules_of(settings(text))]


def test_a_rule_of_ones_own_spells_out_an_event_and_where_its_verification_stands() -> None:
    """One word may stand for a list of one."""
    text = """
    [[alert.rule]]
    name = "hit-after-approval"
    when = "event-matches"
    severity = "critical"
    [alert.rule.event]
    kind = "AML"
    outcome = ["NEEDS_REVIEW", "REJECTED"]
    [alert.rule.status]
    outcome = "VERIFIED"
    contradictions = 1
    """
    found = rule(text, "hit-after-approval")
    assert found.event is not None
    assert found.status is not None
    assert (("AML",), ("NEEDS_REVIEW", "REJECTED")) == (found.event.wanted.kind, found.event.wanted.outcome)
    assert (("VERIFIED",), 1) == (found.status.wanted.outcome, found.status.wanted.contradictions)


def test_channels_are_those_that_the_rule_names_else_all() -> None:
    """An empty list is none."""
    text = CHANNEL + CHANNEL.replace("desk", "night")
    named = text + '[[alert.rule]]\nname = "dead-letters"\nchannels = ["night"]\n'
    quiet = named + '[[alert.rule]]\nname = "unmapped-words"\nchannels = []\n'
    assert ("desk", "night") == settings(quiet).channels_of("vendor-silent")
    assert ("night",) == settings(quiet).channels_of("dead-letters")
    assert () == settings(quiet).channels_of("unmapped-words")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'name = "mine"',
            "when: mine is no built-in rule; name its condition, one of: " + ", ".join(PARAMETERS),
        ),
        (
            'name = "mine"\nwhen = "moon-is-full"',
            "when: no such condition; write one of: " + ", ".join(PARAMETERS),
        ),
        (
            'name = "dead-letters"\nwhen = "vendor-silent"',
            "when: dead-letters is a built-in rule; give a rule with another condition another name",
        ),
        ('name = "dead-letters"\nhours = 3', "hours: dead-letters has no such parameter; remove it"),
        (
            'name = "mine"\nwhen = "event-matches"',
            "event: event-matches needs [alert.rule.event]; say there what an event must be",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_told_with_its_place(text: str, expected: str) -> None:
    """Which rule it is stands by its number and its name."""
    name = text.split('"')[1]
    assert [f"alert.rule[0] ({name}): {expected}"] == mistakes(f"[[alert.rule]]\n{text}")


def test_mistakes_are_told_together() -> None:
    """Bounds, unknown keys, and words of events that are none."""
    text = """
    [alert]
    tick = 0
    [[alert.rule]]
    name = "budget-nearly-spent"
    share = 2
    colour = "red"
    """
    assert [
        "alert.tick: Input should be greater than or equal to 0.1",
        "alert.rule[0] (budget-nearly-spent).share: Input should be less than or equal to 1",
        "alert.rule[0] (budget-nearly-spent).colour: no such setting; remove it or see docs/settings.md",
    ] == mistakes(text)


def test_words_of_events_that_are_none_are_told_with_those_that_there_are() -> None:
    """Every one of them."""
    text = """
    [[alert.rule]]
    name = "mine"
    when = "event-matches"
    [alert.rule.event]
    outcome = ["REJECTED", "DENIED"]
    subject_kind = "HUMAN"
    [alert.rule.status]
    waits_for = "GODOT"
    """
    assert [
        f"alert.rule[0] (mine).event.outcome: DENIED is no such word; write one of: {', '.join(Outcome)}",
        "alert.rule[0] (mine).event.subject_kind: HUMAN is no such word; write one of: UNKNOWN, PERSON, BUSINESS",
        f"alert.rule[0] (mine).status.waits_for: GODOT is no such word; write one of: {', '.join(WaitsFor)}",
    ] == mistakes(text)


def test_a_channel_that_is_not_there_and_names_given_twice_are_mistakes() -> None:
    """The settings name nothing that is not in them."""
    text = '[[alert.rule]]\nname = "dead-letters"\nchannels = ["desk"]\n'
    assert ["alert: rule (dead-letters).channels: no channel desk; add [[alert.channel]]"] == mistakes(text)
    twice = '[[alert.rule]]\nname = "dead-letters"\n' * 2
    assert ["alert: rule: the name dead-letters is given twice; each rule needs its own"] == mistakes(twice)


def test_accounts_and_vendors_that_are_not_there_are_mistakes() -> None:
    """A rule that can never find anything is a typing error."""
    source = '[[source]]\nname = "idenfy-eu"\nvendor = "idenfy"\nunsigned = true\n'
    text = '[[alert.rule]]\nname = "dead-letters"\nsources = ["idenfy-eu", "idenfy-us"]\n'
    assert ["alert.rule (dead-letters).sources: no source idenfy-us; see [[source]]"] == mistakes(source + text)
    text = '[[alert.rule]]\nname = "dead-letters"\nproviders = ["idenfi"]\n'
    with pytest.raises(SettingsInvalid, match="providers: no such vendor: idenfi; write some of: idenfy"):
        parse_settings(parsed(text), "here", vendors=["idenfy"], environ={})
    text = '[[alert.rule]]\nname = "verification-expires-soon"\nlifetimes = { idenfy = 2, idenfy-eu = 1, idenfi = 3 }'
    expected = r"alert.rule \(verification-expires-soon\).lifetimes: no source or vendor idenfi; see \[\[source\]\]"
    with pytest.raises(SettingsInvalid, match=expected):
        parse_settings(parsed(source + text), "here", vendors=["idenfy"], environ={})


def test_the_examples_of_the_page_are_settings_that_can_be() -> None:
    """Each block of TOML in docs/alerts.md, with the channels that it names."""
    page = Path("docs/alerts.md").read_text(encoding="utf-8")
    blocks = [block.split("```")[0] for block in page.split("```toml\n")[1:]]
    assert 3 <= len(blocks)
    for block in blocks:
        rules_of(settings(CHANNEL + block))


def test_the_page_tells_of_every_rule_with_its_defaults() -> None:
    """A row for each, with its severity, its cool-down and its numbers."""
    page = Path("docs/alerts.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    for each in BUILT_IN.values():
        row = rows[each.name]
        assert each.severity in row
        for name in ("hours", "intervals", "per_minute", "minutes", "share"):
            value = getattr(each, name)
            assert not value or f"`{name} = {value:g}`" in row, (each.name, name)
        assert not each.cooldown or f"{each.cooldown.total_seconds():g} s" in row, each.name
