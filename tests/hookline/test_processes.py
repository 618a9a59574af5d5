"""The program as its users run it: processes, signals, kill -9, exit statuses, and what it prints."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession, encode_basic_auth
from aiokafka.admin import AIOKafkaAdminClient

from runtime.eventlog import open_log
from schemas.message import Message
from tests.hookline.conftest import KEY, Process, Shell, headers, result
from tests.servers.commands import run
from tests.servers.kafka import Kafka
from tests.waiting import until

ROOT = Path(__file__).parents[2]


async def post(client: ClientSession, url: str, body: bytes) -> int:
    async with client.post(f"{url}/callbacks/idenfy", data=body, headers=headers(body)) as answer:
        return answer.status


async def burst(url: str, prefix: str, acknowledged: list[str], stop: asyncio.Event) -> None:
    """Posts verification after verification, 16 at a time, and notes each one that was answered with 200."""

    async def one_connection(client: ClientSession, number: int) -> None:
        count = 0
        while not stop.is_set():
            scan_ref = f"{prefix}-{number}-{count}"
            count += 1
            if await post(client, url, result(scan_ref)) == 200:
                acknowledged.append(scan_ref)

    async with ClientSession() as client:
        done = await asyncio.gather(*[one_connection(client, each) for each in range(16)], return_exceptions=True)
    assert all(error is None or isinstance(error, ClientError | OSError) for error in done), done


async def test_kill_9_in_a_burst_loses_nothing_that_was_acknowledged(shell: Shell) -> None:
    """After a restart everything that was answered 200 is an event, once, and is in its timeline."""
    shell.write_settings()
    acknowledged: list[str] = []
    for number in range(3):
        async with shell.serve("dev", "--no-sandbox") as process:
            stop = asyncio.Event()
            already = len(acknowledged)
            posting = asyncio.create_task(burst(process.url, f"round-{number}", acknowledged, stop))
            await until(lambda already=already: len(acknowledged) > already + 200)  # type: ignore[misc]
            assert await process.end(signal.SIGKILL) == -signal.SIGKILL
            stop.set()
            await posting
    async with shell.serve("dev", "--no-sandbox") as process:
        callbacks = await shell.rows("callbacks")
        await until(lambda: settled(shell, len({row["verification_id"] for row in callbacks})))
        last = await shell.rows("timeline", f"idenfy:{acknowledged[-1]}")
        assert await process.end(signal.SIGTERM) == 0
    events = [row["verification_id"] for row in await shell.rows("events")]
    assert set(acknowledged) <= set(events)
    assert len(events) == len(set(events))
    assert set(events) == {row["verification_id"] for row in callbacks}
    assert [acknowledged[-1]] == [row["verification_id"] for row in last]


async def settled(shell: Shell, events: int) -> bool:
    """Whether so many events are there and the last of them can be asked for."""
    rows = await shell.rows("events")
    if len(rows) != events:
        return False
    status, _, _ = await shell.run("status", f"idenfy:{rows[-1]['verification_id']}")
    return status == 0


async def test_every_stage_runs_as_a_process_of_its_own(shell: Shell) -> None:
    """Receiver, normalizer, projector and alerter share one log file; SIGTERM ends each with status 0."""
    shell.write_settings()
    body = result("scan-1", "DENIED", status={"overall": "DENIED", "fraudTags": ["FAKE_PHOTO"]})
    async with (
        shell.serve("receive") as receive,
        shell.serve("normalize") as normalize,
        shell.serve("project") as project,
        shell.serve("alert") as alert,
        ClientSession() as client,
    ):
        assert [200, 200] == [await post(client, receive.url, body), await post(client, receive.url, body)]
        assert await post(client, receive.url, b"signed, but not JSON") == 200
        await until(lambda: answers_status(shell, "scan-1"))
        await until(lambda: has_rows(shell, "alerts", least=2))
        ends = [await each.end(signal.SIGTERM) for each in (receive, normalize, project, alert)]
    assert ends == [0, 0, 0, 0]
    [status] = await shell.rows("status", "idenfy:scan-1")
    [event] = await shell.rows("events")
    alerts = {row["rule"]: row["event_ids"] for row in await shell.rows("alerts")}
    [letter] = await shell.rows("dead-letters", "list")
    callbacks = await shell.rows("callbacks")
    assert (status["verification_id"], status["outcome"], status["final"]) == ("scan-1", "REJECTED", True)
    assert status["event_id"] == event["event_id"]
    assert {"rejected-for-fraud": [event["event_id"]], "dead-letters": []} == alerts
    assert [sha256(body).hexdigest()] * 2 == [row["sha256"] for row in callbacks[:2]]
    assert {"id", "source", "kind", "received_at", "sha256", "size"} <= set(callbacks[0])
    assert (letter["callback_id"], letter["sha256"]) == (callbacks[2]["id"], callbacks[2]["sha256"])
    assert (letter["stage"], letter["reason"]) == ("normalize", "NOT_JSON")
    assert [letter] == await shell.rows("dead-letters", "show", letter["callback_id"])


async def test_lost_projections_are_filled_from_the_log(shell: Shell) -> None:
    """Deleting their file is repaired by the next start, without a new callback."""
    shell.write_settings()
    async with shell.serve("dev", "--no-sandbox") as process, ClientSession() as client:
        assert await post(client, process.url, result("scan-1")) == 200
        await until(lambda: answers_status(shell, "scan-1"))
        assert await process.end(signal.SIGTERM) == 0
    for path in shell.folder.glob("hookline-views.db*"):
        path.unlink()
    async with shell.serve("project"):
        await until(lambda: answers_status(shell, "scan-1"))


async def answers_status(shell: Shell, scan_ref: str) -> bool:
    return (await shell.run("status", f"idenfy:{scan_ref}"))[0] == 0


async def has_rows(shell: Shell, *command: str, least: int = 1) -> bool:
    return len((await shell.run(*command, "--json"))[1].splitlines()) >= least


async def test_dev_outlives_a_foreign_event_and_a_log_that_is_away(shell: Shell) -> None:
    """Printing what comes out is a convenience: whatever it cannot read stops neither itself nor the stages."""
    shell.write_settings()
    log_file, away = shell.folder / "hookline.db", shell.folder / "away.db"
    async with shell.serve("dev", "--no-sandbox") as process, ClientSession() as client:
        log = await open_log(f"sqlite:///{log_file}")
        await log.append("verification-events", Message("idenfy:x", "idenfy:x", (), b"no event"))
        await log.close()
        await until(lambda: has_rows(shell, "dead-letters", "list"))
        log_file.rename(away)
        await until(lambda: says_not_ready(process))
        await asyncio.wait([asyncio.create_task(process.process.wait())], timeout=2)
        away.rename(log_file)
        await until(lambda: answers_200(client, process))
        await until(lambda: answers_status(shell, "after"))
        assert process.process.returncode is None
    stages = {row["stage"] for row in await shell.rows("dead-letters", "list")}
    assert {"project", "alert"} == stages


async def says_not_ready(process: Process) -> bool:
    async with ClientSession() as client, client.get(f"{process.operations}/ready") as answer:
        return answer.status == 503


async def answers_200(client: ClientSession, process: Process) -> bool:
    return await post(client, process.url, result("after")) == 200


async def test_sigterm_finishes_what_is_in_flight(shell: Shell) -> None:
    """A callback whose body is half sent when SIGTERM comes is stored and answered, and the process ends with 0."""
    shell.write_settings()
    body = result("scan-1")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers(body).items())
    head = f"POST /callbacks/idenfy HTTP/1.1\r\nHost: h\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode()
    async with shell.serve("receive") as process:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(process))
        writer.write(head + body[:10])
        await until(lambda: in_flight(process))
        process.process.send_signal(signal.SIGTERM)
        await until(lambda: refuses(process))
        writer.write(body[10:])
        async with asyncio.timeout(30):
            answer = await reader.read()
            assert await process.process.wait() == 0
        writer.close()
    assert answer.startswith(b"HTTP/1.1 200")
    assert ["scan-1"] == [row["verification_id"] for row in await shell.rows("callbacks")]


def port_of(process: Process) -> int:
    return int(process.url.rpartition(":")[2])


async def in_flight(process: Process) -> bool:
    async with ClientSession() as client, client.get(f"{process.operations}/metrics") as answer:
        return "hookline_receiver_in_flight 1.0" in await answer.text()


async def refuses(process: Process) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port_of(process))
    except ConnectionError:
        return True
    writer.close()
    return False


async def test_wrong_settings_stop_the_start_with_every_mistake(shell: Shell) -> None:
    """On stderr, for people, with status 1."""
    (shell.folder / "hookline.toml").write_text('[log]\nurl = 5\n[[source]]\nname = "a"\nvendor = "idenfy"\n')
    status, output, errors = await shell.run("receive")
    assert (status, output) == (1, "")
    assert errors.splitlines()[0] == "hookline: hookline.toml: log.url: Input should be a valid string"
    assert "source[0] (a): secrets: none given" in errors.splitlines()[1]


async def test_a_missing_key_stops_the_receiver_and_not_the_onlookers(shell: Shell) -> None:
    """Whoever only looks needs no key."""
    shell.write_settings()
    shell.environ["IDENFY_SIGNING_KEY"] = ""
    status, _, errors = await shell.run("receive")
    assert (status, "the environment variable IDENFY_SIGNING_KEY is not set" in errors) == (1, True)
    async with shell.serve("normalize"):
        assert (await shell.run("events"))[0] == 0


async def test_looking_where_nothing_is_makes_nothing(shell: Shell) -> None:
    """A mistyped folder does not leave a new, empty log behind."""
    for arguments in (("events",), ("callbacks",), ("dead-letters", "list"), ("alerts",), ("status", "idenfy:x")):
        status, output, errors = await shell.run(*arguments)
        assert (status, output, errors.startswith("hookline: hookline")) == (1, "", True)
    assert list(shell.folder.iterdir()) == []


async def test_a_log_that_is_none_is_refused_in_words(shell: Shell) -> None:
    """The message names the file."""
    (shell.folder / "hookline.db").write_text("a shopping list, not a database\n" * 200)
    status, _, errors = await shell.run("dev", "--no-sandbox")
    assert (status, "hookline.db" in errors, "Traceback" in errors) == (1, True, False)


async def test_events_can_be_followed(shell: Shell) -> None:
    """``--follow`` prints what comes in while it runs, a line each, at once."""
    shell.write_settings()
    async with shell.serve("dev", "--no-sandbox") as process, ClientSession() as client:
        following = await shell._start("events", "--follow", "--json")
        assert following.stdout is not None
        assert await post(client, process.url, result("scan-1")) == 200
        async with asyncio.timeout(30):
            line = await following.stdout.readline()
        following.send_signal(signal.SIGINT)
        await following.communicate()
    assert b'"verification_id":"scan-1"' in line


async def test_the_printed_example_works(shell: Shell) -> None:
    """What ``hookline dev`` prints can be pasted: 200 and a status; again, and nothing changes; a flipped byte, 401."""
    shell.write_settings()
    async with shell.serve("dev", "--port", "0") as process:
        assert process.process.stdout is not None
        lines = [(await process.process.stdout.readline()).decode().strip() for _ in range(4)]
        curl = lines[1].replace("curl -i", "curl -s -o /dev/null -w %{http_code}")
        scan_ref = lines[2].rpartition(":")[2]
        assert [await sh(curl), await sh(curl)] == ["200", "200"]
        await until(lambda: answers_status(shell, scan_ref))
        assert await sh(curl.replace("APPROVED", "APPROVEE")) == "401"
        timeline = await shell.rows("timeline", f"idenfy:{scan_ref}")
    assert ["VERIFIED"] == [row["outcome"] for row in timeline]


async def sh(line: str) -> str:
    process = await asyncio.create_subprocess_shell(line, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(30):
        output, _ = await process.communicate()
    return output.decode()


async def test_dummy_results_of_the_sandbox_are_events_marked_as_tests(shell: Shell) -> None:
    """The sandbox runs alone; its development account's dummy results arrive, and nobody may act on them."""
    shell.write_settings()
    shell.environ["HOOKLINE_SOURCE__IDENFY__ENVIRONMENT"] = "test"
    async with shell.serve("dev", "--no-sandbox") as process:
        to = f"{process.url}/callbacks/idenfy"
        arguments = ("sandbox", "--port", "0", "--send-to", to, "--signing-key", KEY, "--time-scale", "0.01")
        async with shell.serve(*arguments) as sandbox, partner() as client:
            url = sandbox.ready.split(" on ")[1].split(",")[0]
            token = {"clientId": "customer", "firstName": "Ada", "lastName": "Example", "dummyStatus": "APPROVED"}
            async with client.post(f"{url}/api/v2/token", json=token) as answer:
                scan_ref = (await answer.json())["scanRef"]
            await until(lambda: answers_status(shell, scan_ref))
            review = {
                "scanRef": scan_ref,
                "manualFaceMatchResult": "FAKE_FACE",
                "manualDocumentValidity": "DOC_VALIDATED",
            }
            async with client.post(f"{url}/api/v2/add-dummy-status", json=review) as answer:
                assert answer.status == 200
            await until(lambda: has_rows(shell, "alerts"))
            assert await sandbox.end(signal.SIGTERM) == 0
        events = await shell.rows("events")
    assert [("VERIFIED", True), ("REJECTED", True)] == [(event["outcome"], event["test"]) for event in events]
    assert {scan_ref} == {event["verification_id"] for event in events}


def partner() -> ClientSession:
    """A client with the keys of the sandbox's account."""
    keys = encode_basic_auth("sandbox-api-key", "sandbox-api-secret")
    return ClientSession(headers={"Authorization": keys})


@dataclass(frozen=True, slots=True)
class Demonstration:
    folder: Path
    output: str


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """``make demo``'s command, which has ended with status 0; all that it wrote, on stderr too, is its output."""
    folder = tmp_path_factory.mktemp("demonstration")
    done = run([sys.executable, "-m", "hookline", "demo"], 110, folder=folder)
    assert 0 == done.returncode, done.stdout
    return Demonstration(folder, done.stdout)


async def test_the_demonstration_is_the_same_on_kafka(demonstration: Demonstration, shell: Shell, kafka: Kafka) -> None:
    """The same table and the same sums, and its topics are gone afterwards."""
    status, output, errors = await shell.run("demo", "--log", kafka.url)
    assert 0 == status, errors
    assert demonstration.output.splitlines()[2:-1] == output.splitlines()[2:-1]
    assert f"log {kafka.url}/hookline-demo-" in output
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    assert [] == [topic for topic in await admin.list_topics() if topic.startswith("hookline-demo-")]
    await admin.close()


def test_the_demonstration_adds_up(demonstration: Demonstration) -> None:
    """The README's sums, whose sides are equal, every vendor's stories, no complaint, and nothing left behind."""
    output = demonstration.output
    [sums] = [line for line in output.splitlines() if line.startswith("received ")]
    left, _, right = sums.partition("   (")[0].partition(" = ")
    assert sum(map(int, re.findall(r"\d+", left))) == sum(map(int, re.findall(r"\d+", right))) > 0
    assert sums in (ROOT / "README.md").read_text()
    for words in (
        ("IDVerse", "expired in silence", "PENDING… → EXPIRED"),
        ("Solaris", "fraud"),
        ("iDenfy", "cancelled"),
    ):
        assert [line for line in output.splitlines() if all(word in line for word in words)], words
    assert [] == list(demonstration.folder.iterdir())


async def test_check_says_what_is_in_order(shell: Shell) -> None:
    """Settings, alerts, schemas and log, each on its line, and that nothing is fetched; a missing key is status 1."""
    shell.write_settings()
    status, output, _ = await shell.run("check")
    expected = ["settings", "warning", "alerts", "schemas", "log"]
    assert (status, [line.split(":")[0] for line in output.splitlines()]) == (0, expected)
    shell.environ["IDENFY_SIGNING_KEY"] = ""
    assert (await shell.run("check"))[0] == 1
