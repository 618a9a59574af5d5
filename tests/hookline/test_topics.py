from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from hookline.parts import ALERT, PARTS
from hookline.serving import running
from hookline.topics import check_topics, topics_of, wanted_topics
from runtime.errors import LogRefused
from runtime.settings import Settings, parse_settings
from schemas.topics import Cleanup, declared, is_compacted
from tests.hookline.conftest import Shell
from tests.servers.kafka import Kafka

ONE_BROKER = "[kafka]\nreplication = 1\nmin_insync = 1\npartitions = 2"
FETCHING = {"fetch-requests.idenfy", "memory.fetch.idenfy"}
MEMORIES = {"memory.idenfy", "memory.fetch.idenfy", "memory.alerts", "memory.alerts.observations"}
EVER = {"callbacks.idenfy", "verification-events", "memory.act", "memory.alert-handling", "alert-deliveries"}
FOR_A_TIME = {"alerts", "dead-letters", "observations", "audit"}
TOPICS = {*EVER, *FOR_A_TIME, *FETCHING, *MEMORIES}
PROJECTED = {"verification-events", "alerts", "memory.alert-handling", "dead-letters", "observations"}


@pytest.fixture
def url(kafka: Kafka) -> str:
    """A part of the shared cluster under a prefix of its own."""
    return f"{kafka.url}/test-{uuid4().hex[:12]}"


def write_settings(shell: Shell, url: str, kafka: str = ONE_BROKER) -> None:
    lines = [f'[log]\nurl = "{url}"', kafka, '[projections]\nurl = "sqlite:///views.db"']
    source = '[[source]]\nname = "idenfy"\nvendor = "idenfy"\nunsigned = true'
    (shell.folder / "hookline.toml").write_text("\n".join([*lines, source]))


def settings(url: str, **kafka: object) -> Settings:
    source = {"name": "idenfy", "vendor": "idenfy", "unsigned": True}
    content = {"log": {"url": url}, "kafka": kafka, "projections": {"url": "sqlite:///views.db"}, "source": [source]}
    return parse_settings(content, "here", environ={})


async def test_a_plan_changes_nothing_and_applying_it_makes_every_topic(shell: Shell, url: str) -> None:
    """The same rows twice, then one command that makes them so, then nothing to do, however often it is repeated."""
    write_settings(shell, url)
    planned = await shell.rows("topics", "plan")
    assert TOPICS == {row["topic"] for row in planned}
    assert {("create", 2, 1)} == {(row["action"], row["partitions"], row["replication"]) for row in planned}
    assert planned == await shell.rows("topics", "plan")
    assert planned == await shell.rows("topics", "apply")
    assert [] == await shell.rows("topics", "plan")
    assert (0, f"nothing to do: {len(TOPICS)} topics are as declared\n", "") == await shell.run("topics", "apply")


async def test_a_setting_that_changed_is_shown_with_what_it_was(shell: Shell, url: str) -> None:
    """A larger record must fit the topics before it can be stored."""
    write_settings(shell, url)
    await shell.run("topics", "apply")
    shell.environ["HOOKLINE_LOG__MAX_RECORD_BYTES"] = "5000000"
    status, output, _ = await shell.run("topics", "plan")
    assert (0, len(TOPICS)) == (status, output.count("max.message.bytes = 5065536 (was 4259840)"))
    assert f"to be done: {len(TOPICS)} changes; run `hookline topics apply`" in output


async def test_other_numbers_of_partitions_are_told_and_are_no_failure(shell: Shell, url: str) -> None:
    """The number is for new topics: an old one keeps its own, and so does what lies beside it."""
    write_settings(shell, url)
    await shell.run("topics", "apply")
    shell.environ["HOOKLINE_KAFKA__PARTITIONS"] = "4"
    told = await shell.rows("topics", "apply")
    assert {("leave", topic) for topic in TOPICS - MEMORIES} == {(row["action"], row["topic"]) for row in told}


async def test_more_copies_than_brokers_is_an_error_that_names_the_setting(shell: Shell, url: str) -> None:
    """On one broker with the default replication; nothing is made."""
    write_settings(shell, url, kafka="")
    for command in ("plan", "apply"):
        status, output, errors = await shell.run("topics", command)
        assert (1, "") == (status, output)
        assert "kafka.replication = 3 needs as many brokers, and 1 runs" in errors
        assert all(topic in errors for topic in TOPICS)


@pytest.mark.parametrize("command", ["plan", "apply"])
async def test_the_embedded_log_needs_no_topics_made(shell: Shell, command: str) -> None:
    """The command says so, succeeds, and makes no file."""
    shell.write_settings()
    status, output, _ = await shell.run("topics", command)
    assert 0 == status
    assert "the embedded log makes its topics itself" in output
    assert [] == await shell.rows("topics", command)
    assert ["hookline.toml"] == [path.name for path in shell.folder.iterdir()]


async def test_a_start_without_topics_is_refused(url: str) -> None:
    """It names them, and the command that makes them."""
    with pytest.raises(LogRefused, match=r"topic callbacks\.idenfy: it is not there; run `hookline topics apply`"):
        await check_topics(settings(url), PARTS)


async def test_a_start_on_one_broker_is_warned_of_and_refused_when_strict(shell: Shell, url: str) -> None:
    """One line in the log, one of `check`, or an error that says which setting makes it one."""
    write_settings(shell, url)
    await shell.run("topics", "apply")
    with capture_logs() as lines:
        async with running(settings(url), {ALERT}):
            pass
    said = [line["weakness"] for line in lines if line["log_level"] == "warning"]
    assert [f"{url}: one broker: whatever happens to it happens to the log"] == said
    assert f"warning: {said[0]}" in (await shell.run("check"))[1]
    with pytest.raises(LogRefused, match=r"one broker(.|\n)*kafka\.strict is true"):
        await check_topics(settings(url, strict=True), PARTS)


async def test_a_start_on_the_embedded_log_asks_for_no_topics(tmp_path: Path) -> None:
    """Not even when strict."""
    assert [] == await check_topics(settings(f"sqlite:///{tmp_path}/log.db", strict=True), PARTS)


HANDLED = {*PROJECTED, "alert-deliveries", "audit"}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"receive"}, {"callbacks.idenfy", "observations"}),
        ({"fetch"}, {"callbacks.idenfy", "dead-letters", "observations", *FETCHING}),
        ({"reconcile"}, {"fetch-requests.idenfy"}),
        ({"project"}, PROJECTED),
        ({"alert"}, {"memory.alerts", "memory.alerts.observations", "alert-deliveries", *PROJECTED}),
        ({"console"}, {"callbacks.idenfy", "fetch-requests.idenfy", "memory.act", *HANDLED}),
        ({*PARTS, "console"}, TOPICS),
    ],
)
def test_a_part_is_asked_for_the_topics_that_it_uses(parts: Collection[str], expected: set[str]) -> None:
    """A user of the brokers who may see no others is enough for it."""
    assert expected == {topic.name for topic in topics_of(parts, settings("kafka://b:9092"))}


def test_what_the_log_calls_compacted_is_compacted_and_no_more() -> None:
    """The embedded log and Kafka keep the same records: compaction with deletion is for tombstones alone, and so is
    that of requests, each of which has a key of its own.
    """
    specs = declared(["a", "b"])
    kept = {spec.name for spec in specs if spec.cleanup is Cleanup.COMPACT}
    assert kept - {"fetch-requests.a", "fetch-requests.b", "alert-deliveries"} == {
        spec.name for spec in specs if is_compacted(spec.name)
    }


def test_memory_stands_after_the_topic_that_it_lies_beside() -> None:
    """So a list of topics in this order can be made one after the other."""
    names = [spec.name for spec in declared(["a", "b"])]
    beside = [(names.index(spec.name), spec.partitioned_like) for spec in declared(["a", "b"]) if spec.partitioned_like]
    of_vendors = {f"{topic}.{vendor}" for topic in ("callbacks", "fetch-requests") for vendor in ("a", "b")}
    assert {*of_vendors, "verification-events", "observations"} == {name for _, name in beside}
    assert all(names.index(name) < place for place, name in beside)


def test_what_may_hold_personal_data_is_erased_within_a_day_of_its_tombstone() -> None:
    """A file of a topic is compacted once it is closed, so it is closed in time, and no default may delay it."""
    wanted = {topic.name: topic.config for topic in wanted_topics(settings("kafka://b:9092"))}
    for name in ("callbacks.idenfy", "dead-letters"):
        config = wanted[name]
        day = 24 * 3600 * 1000
        assert ("compact,delete", 0) == (config["cleanup.policy"], int(config["min.compaction.lag.ms"]))
        assert int(config["segment.ms"]) <= int(config["max.compaction.lag.ms"]) <= day


def test_what_cannot_be_made_again_is_never_deleted_by_time() -> None:
    """Callbacks are the truth, projections are built from the first event on, memory is what a stage knows, and a
    request ends when it was worked off.
    """
    wanted = {topic.name: topic.config for topic in wanted_topics(settings("kafka://b:9092"))}
    kept = {name for name, config in wanted.items() if config["retention.ms"] == "-1"}
    assert {*EVER, *FETCHING, *MEMORIES} == kept
    assert {"-1"} == {config["retention.bytes"] for config in wanted.values()}
