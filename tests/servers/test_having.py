"""How a server is had: fetched once, started, skipped aloud or failed where that cannot be, and never left behind."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import pytest

from tests.servers.fetching import fetched
from tests.servers.kafka import any_kafka
from tests.servers.missing import Missing, skipped_without
from tests.servers.postgres import any_postgres
from tests.servers.process import ServerProcess
from tests.servers.registry import any_registry
from tests.waiting import until

SLEEPER = [sys.executable, "-uc", "import os, time; print('ready', os.getpid()); time.sleep(600)"]


def pid_in(folder: Path) -> int:
    return int((folder / "output.log").read_text().split()[-1])


def is_running(pid: int) -> bool:
    """A process that ended and was not waited for is not running either."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextmanager
def sleeper(folder: Path) -> Iterator[ServerProcess]:
    process = ServerProcess(SLEEPER, folder, lambda printed: "ready" in printed)
    process.start()
    try:
        yield process
    finally:
        process.kill()


def test_a_server_that_cannot_be_had_skips_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason."""
    monkeypatch.delenv("CI", raising=False)
    with (
        pytest.raises(pytest.skip.Exception, match="no broker for the tests: there is no Java"),
        skipped_without("broker"),
    ):
        raise Missing("there is no Java")


def test_a_server_that_cannot_be_had_fails_the_test_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where CI is set nobody reads what was skipped."""
    monkeypatch.setenv("CI", "true")
    with (
        pytest.raises(pytest.fail.Exception, match="no broker for the tests: there is no Java"),
        skipped_without("broker"),
    ):
        raise Missing("there is no Java")


def test_what_two_runs_fetch_at_once_is_there_whole_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both get the same folder, and nothing half done stays beside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    both = Barrier(2, timeout=20)

    def fetch(folder: Path) -> None:
        both.wait()
        (folder / "file").write_text("content")

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda name: fetched(name, fetch), ["thing", "thing"])
    assert first == second
    assert "content" == (first / "file").read_text()
    assert [first] == list((tmp_path / "hookline-tests").iterdir())


def test_what_was_fetched_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache outlives the run."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    asked: list[Path] = []
    assert fetched("thing", asked.append) == fetched("thing", asked.append)
    assert 1 == len(asked)


def test_what_could_not_be_fetched_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next run tries again."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def fetch(folder: Path) -> None:
        (folder / "half").touch()
        raise Missing("the network is away")

    with pytest.raises(Missing):
        fetched("thing", fetch)
    assert [] == list((tmp_path / "hookline-tests").iterdir())


@pytest.mark.parametrize("given", ["broker.test:9092", "kafka://broker.test:9092"])
def test_a_broker_that_is_given_is_the_one_that_is_used(
    given: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any that could be started; its address may be written as the log's URL too."""
    monkeypatch.setenv("HOOKLINE_TEST_KAFKA", given)
    with any_kafka(tmp_path_factory) as broker:
        assert "kafka://broker.test:9092" == broker.url


def test_a_registry_that_is_given_is_the_one_that_is_used(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths are put behind its URL, so a slash at its end is dropped."""
    monkeypatch.setenv("HOOKLINE_TEST_REGISTRY", "http://registry.test:8081/")
    with any_registry(tmp_path_factory) as given:
        assert "http://registry.test:8081" == given.url


def test_a_postgresql_that_is_given_is_the_one_that_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its user must be one who may create databases."""
    monkeypatch.setenv("HOOKLINE_TEST_POSTGRES", "postgresql://user@postgres.test/db")
    with any_postgres() as given:
        assert "postgresql://user@postgres.test/db" == given.url


def test_a_server_that_ends_before_it_serves_shows_its_last_words(tmp_path: Path) -> None:
    """Whoever reads the failure need not look for its log."""
    process = ServerProcess(["/bin/sh", "-c", "echo port is taken; exit 1"], tmp_path, lambda _: False)
    with pytest.raises(RuntimeError, match="/bin/sh does not serve; its last words:\nport is taken"):
        process.start()


def test_a_server_that_was_stopped_is_gone_and_can_be_started_again(tmp_path: Path) -> None:
    """As another process, told the same."""
    with sleeper(tmp_path) as process:
        first = pid_in(tmp_path)
        process.stop()
        assert not is_running(first)
        process.start()
        assert is_running(pid_in(tmp_path))
        assert first != pid_in(tmp_path)


async def test_a_server_does_not_outlive_tests_that_were_killed(tmp_path: Path) -> None:
    """SIGKILL leaves no time for tidying up; the guard does it."""
    program = f"""
import sys, time
from pathlib import Path
from tests.servers.process import ServerProcess
ServerProcess({SLEEPER!r}, Path({str(tmp_path)!r}), lambda printed: "ready" in printed).start()
print("started", flush=True)
time.sleep(600)
"""
    command = [sys.executable, "-c", program]
    root = Path(__file__).parents[2]
    tests = await asyncio.create_subprocess_exec(*command, cwd=root, stdout=asyncio.subprocess.PIPE)
    assert tests.stdout is not None
    async with asyncio.timeout(20):
        assert b"started\n" == await tests.stdout.readline()
    pid = pid_in(tmp_path)
    assert is_running(pid)
    tests.kill()
    await tests.wait()
    await until(lambda: not is_running(pid))
