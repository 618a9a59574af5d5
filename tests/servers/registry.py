from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime.settings import environment
from tests.servers.docker import container, engine_answers
from tests.servers.fetching import fetched, maven
from tests.servers.java import java_home
from tests.servers.missing import skipped_without
from tests.servers.ports import HOST, free_ports
from tests.servers.process import ServerProcess

_VERSION = "3.3.3"
_JAVA = 21
_ARTIFACT = f"io.apicurio:apicurio-registry-app:{_VERSION}:tar.gz:all"
_STARTED = "Listening on:"
_STORAGE = {
    "apicurio.storage.kind": "sql",
    "apicurio.storage.sql.kind": "h2",
    "apicurio.rules.global.compatibility": "BACKWARD",
}


@dataclass(frozen=True, slots=True)
class Registry:
    """A Confluent-compatible schema registry; ``url`` is the base of that API."""

    url: str


class LocalRegistry(ServerProcess):
    """A registry of a test's own; it keeps in ``folder`` what was registered."""

    def __init__(self, port: int, command: Sequence[str], folder: Path) -> None:
        super().__init__(command, folder, lambda printed: _STARTED in printed)
        self.url = _url(port)


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """The registry that all tests share, started when the first one asks; nobody may harm it."""
    with any_registry(tmp_path_factory) as shared:
        yield shared


@pytest.fixture
def own_registry(tmp_path: Path) -> Iterator[LocalRegistry]:
    """An empty registry that this test may stop, harm and start again. Skips the test where none can be run."""
    with local_registry(tmp_path / "registry") as local:
        yield local


@contextmanager
def any_registry(folders: pytest.TempPathFactory) -> Iterator[Registry]:
    """The one at HOOKLINE_TEST_REGISTRY (a URL), else one in Docker, else one of this machine's own.

    Skips the test where there is none.
    """
    given = environment().get("HOOKLINE_TEST_REGISTRY")
    if given:
        yield Registry(given.rstrip("/"))
    elif engine_answers():
        with _in_docker() as url:
            yield Registry(url)
    else:
        with local_registry(folders.mktemp("registry")) as local:
            yield Registry(local.url)


@contextmanager
def local_registry(folder: Path) -> Iterator[LocalRegistry]:
    """A started registry with its files in ``folder``; gone afterwards. Skips the test where none can be run."""
    with skipped_without("local schema registry"):
        java, program = java_home(_JAVA) / "bin/java", _program()
    folder.mkdir(parents=True, exist_ok=True)
    (port,) = free_ports(1)
    properties = {
        **_STORAGE,
        "apicurio.datasource.url": f"jdbc:h2:file:{folder}/data/registry",
        "quarkus.http.host": HOST,
        "quarkus.http.port": port,
        "quarkus.management.host": HOST,
        "quarkus.management.port": 0,
    }
    options = ["-Xms32m", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    options += [f"-D{key}={value}" for key, value in properties.items()]
    local = LocalRegistry(port, [str(java), *options, "-jar", str(program / "quarkus-run.jar")], folder)
    try:
        local.start()
        yield local
    finally:
        local.kill()


def _url(port: int) -> str:
    return f"http://{HOST}:{port}/apis/ccompat/v7"


def _program() -> Path:
    def fetch(folder: Path) -> None:
        maven("copy", [f"-Dartifact={_ARTIFACT}", f"-DoutputDirectory={folder}"], folder, java_home(_JAVA))
        for archive in folder.glob("*.tar.gz"):
            with tarfile.open(archive) as packed:
                packed.extractall(folder, filter="data")
            archive.unlink()

    return fetched(f"registry-{_VERSION}", fetch)


@contextmanager
def _in_docker() -> Iterator[str]:
    (port,) = free_ports(1)
    environ = {key.replace(".", "_").upper(): value for key, value in _STORAGE.items()}
    with container(f"apicurio/apicurio-registry:{_VERSION}", (8080, port), _STARTED, environ):
        yield _url(port)
