"""What is planned for topics as they may be found, and what is said of them at a start; no broker is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from runtime.eventlog.kafka.topics.planning import plan
from runtime.eventlog.kafka.topics.safety import faults_in, weaknesses_in
from runtime.eventlog.kafka.topics.words import Action, Change, Found, FoundTopic, WantedTopic

SOURCE = WantedTopic("callbacks.v", 6, 3, {"cleanup.policy": "compact,delete", "min.insync.replicas": "2"})
MEMORY = WantedTopic("memory.v", 6, 3, {"cleanup.policy": "compact"}, beside="callbacks.v")
GOOD = FoundTopic(6, 3, {"cleanup.policy": "compact,delete", "min.insync.replicas": "2"})
GOOD_MEMORY = FoundTopic(6, 3, {"cleanup.policy": "compact", "min.insync.replicas": "2"})

_settings = st.fixed_dictionaries(
    {},
    optional={"cleanup.policy": st.sampled_from(["delete", "compact"]), "min.insync.replicas": st.sampled_from("12")},
)
_wanted_settings = st.fixed_dictionaries(
    {"cleanup.policy": st.sampled_from(["delete", "compact,delete"]), "min.insync.replicas": st.sampled_from("123")}
)
_copies, _counts = st.integers(1, 4), st.integers(1, 12)
_found_topic = st.builds(FoundTopic, _counts, _copies, _settings | st.none())


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[WantedTopic], Found]:
    """Some wanted topics, two of them beside another, and a cluster that has some of them somehow."""
    names = ["a", "b", "beside-a", "beside-b"]
    partitions, copies = draw(_counts), draw(_copies)
    wanted = [
        WantedTopic(
            name, partitions, copies, draw(_wanted_settings), name.removeprefix("beside-") if "-" in name else None
        )
        for name in names
    ]
    there = draw(st.dictionaries(st.sampled_from(names), _found_topic))
    return wanted, Found(draw(_copies), there)


def done(found: Found, changes: Sequence[Change]) -> Found:
    """The cluster after the changes that are work."""
    topics = dict(found.topics)
    for change in changes:
        if change.action is Action.CREATE:
            topics[change.topic] = FoundTopic(change.partitions or 0, change.replication or 0, change.config)
        elif change.action is Action.ADD_PARTITIONS:
            topics[change.topic] = replace(topics[change.topic], partitions=change.partitions or 0)
        elif change.action is Action.CONFIGURE:
            before = topics[change.topic]
            topics[change.topic] = replace(before, config={**(before.config or {}), **change.config})
    return Found(found.brokers, topics)


@given(situations())
def test_after_a_plan_is_done_nothing_is_left_to_do(situation: tuple[list[WantedTopic], Found]) -> None:
    """What is still other than wanted was said to be so before, too."""
    wanted, found = situation
    first = plan(wanted, found)
    again = plan(wanted, done(found, first))
    assert [] == [change for change in again if change.is_work]
    assert {(each.topic, each.action) for each in again} <= {(each.topic, each.action) for each in first}


@given(situations())
def test_no_plan_takes_anything_away(situation: tuple[list[WantedTopic], Found]) -> None:
    """Partitions and copies never become fewer, and only a topic beside another one gains partitions."""
    wanted, found = situation
    after = done(found, plan(wanted, found)).topics
    for name, before in found.topics.items():
        assert before.replication == after[name].replication
        assert before.partitions <= after[name].partitions
        assert before.partitions == after[name].partitions or name.startswith("beside-")


@given(situations())
def test_no_plan_asks_for_more_copies_in_sync_than_there_are(situation: tuple[list[WantedTopic], Found]) -> None:
    """Such a topic would take no write any more."""
    wanted, found = situation
    for change in plan(wanted, found):
        if change.action is Action.CONFIGURE:
            copies = found.topics[change.topic].replication
            assert int(change.config.get("min.insync.replicas", "1")) <= copies


def test_nothing_is_planned_for_topics_as_they_should_be() -> None:
    """The order of the words of a cleanup policy says nothing."""
    swapped = replace(GOOD, config={**(GOOD.config or {}), "cleanup.policy": "delete,compact"})
    assert [] == plan([SOURCE, MEMORY], Found(3, {"callbacks.v": swapped, "memory.v": GOOD_MEMORY}))


def test_memory_is_made_with_as_many_partitions_as_its_source_has() -> None:
    """The source may have been made with another number than is wanted today."""
    changes = plan([SOURCE, MEMORY], Found(3, {"callbacks.v": replace(GOOD, partitions=12)}))
    assert [(Action.LEAVE, "callbacks.v", 12), (Action.CREATE, "memory.v", 12)] == [
        (change.action, change.topic, change.partitions) for change in changes
    ]


def test_memory_with_more_partitions_than_its_source_is_said_and_left() -> None:
    """No topic can lose partitions, and to add them to the source would take keys from their memory."""
    wide = replace(GOOD_MEMORY, partitions=9)
    (change,) = plan([SOURCE, MEMORY], Found(3, {"callbacks.v": GOOD, "memory.v": wide}))
    assert (Action.CANNOT, "memory.v") == (change.action, change.topic)
    assert "it has 9 partitions, callbacks.v has 6" in change.reason


def test_more_copies_than_brokers_cannot_be_made() -> None:
    """The reason says how many brokers run, and which settings to change."""
    (change,) = plan([SOURCE], Found(2, {}))
    assert Action.CANNOT is change.action
    assert "kafka.replication = 3 needs as many brokers, and 2 run" in change.reason
    assert "kafka.min_insync" in change.reason


def test_too_few_copies_are_said_and_the_rest_is_set_all_the_same() -> None:
    """Copies are for an operator to add; until they are there, so few in sync are not asked for."""
    single = FoundTopic(6, 1, {"cleanup.policy": "delete", "min.insync.replicas": "1"})
    cannot, configure = plan([SOURCE], Found(3, {"callbacks.v": single}))
    assert (Action.CANNOT, Action.CONFIGURE) == (cannot.action, configure.action)
    assert "kafka-reassign-partitions" in cannot.reason
    assert ({"cleanup.policy": "compact,delete"}, {"cleanup.policy": "delete"}) == (configure.config, configure.before)


def weak(brokers: int, replication: int, **config: str) -> list[str]:
    topics = {"callbacks.v": FoundTopic(6, replication, {key.replace("_", "."): text for key, text in config.items()})}
    return weaknesses_in([SOURCE], Found(brokers, topics))


def test_topics_that_survive_a_brokers_loss_have_no_weakness() -> None:
    """Three copies, of which two must be there: one broker may go, and nothing is lost or stops."""
    assert [] == weak(3, 3, min_insync_replicas="2", unclean_leader_election_enable="false")


def test_each_way_to_lose_or_stop_a_topic_with_one_broker_is_said() -> None:
    """One copy; a write that counts on one broker; writes that need every copy; a leader that lags."""
    assert "one copy" in weak(3, 1, min_insync_replicas="1")[0]
    assert "a write counts on one broker alone" in weak(3, 3, min_insync_replicas="1")[0]
    assert "one broker's loss stops its writes" in weak(3, 2, min_insync_replicas="2")[0]
    unclean = weak(3, 3, min_insync_replicas="2", unclean_leader_election_enable="true")
    assert ["unclean.leader.election.enable" in text for text in unclean] == [True]


def test_a_single_broker_is_one_weakness_and_said_once() -> None:
    """Whatever the topics' settings: nothing that is said of each of them could be mended."""
    topics: Mapping[str, FoundTopic] = {
        "callbacks.v": FoundTopic(6, 1, {"min.insync.replicas": "1"}),
        "memory.v": FoundTopic(6, 1, {"min.insync.replicas": "1"}),
    }
    (weakness,) = weaknesses_in([SOURCE, MEMORY], Found(1, topics))
    assert "one broker" in weakness


def test_the_last_broker_that_runs_of_several_is_not_a_single_broker() -> None:
    """Topics with copies elsewhere are as safe as they were; that the others are away is said by those who write."""
    assert [] == weak(1, 3, min_insync_replicas="2")


def test_settings_that_may_not_be_seen_are_a_weakness() -> None:
    """Nobody can say whether such a topic would survive."""
    (weakness,) = weaknesses_in([SOURCE], Found(3, {"callbacks.v": FoundTopic(6, 3, None)}))
    assert "DescribeConfigs" in weakness


def test_topics_that_are_missing_or_not_beside_their_source_are_faults() -> None:
    """The stages cannot work on them, so these are no warnings."""
    assert ["topic callbacks.v: it is not there; run `hookline topics apply`"] == faults_in([SOURCE], Found(1, {}))
    narrow = {"callbacks.v": GOOD, "memory.v": replace(GOOD_MEMORY, partitions=3)}
    (fault,) = faults_in([SOURCE, MEMORY], Found(3, narrow))
    assert "topic memory.v: 3 partitions, but callbacks.v has 6" in fault
    assert [] == faults_in([SOURCE, MEMORY], Found(3, {"callbacks.v": GOOD, "memory.v": GOOD_MEMORY}))
