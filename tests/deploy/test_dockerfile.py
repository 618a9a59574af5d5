"""deploy/Dockerfile, read: no engine runs here. What the image then does, test_installed.py tries on the wheel."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.reading import DEPLOY, ROOT, dockerfile, final, is_sent

BUILD_LOCK = DEPLOY / "requirements-build.lock"


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins(text: str) -> dict[str, str]:
    """Each pinned package with its version and hashes."""
    found = re.findall(r"^([A-Za-z0-9._-]+)(==(?:.*\\\n)*.*)$", text, flags=re.MULTILINE)
    return {canonicalize_name(name): pin for name, pin in found}


def test_the_image_is_the_last_of_two_stages_and_the_first_is_left_behind() -> None:
    """Compilers, pip's leftovers and sources stay in the first; only the environment is taken over."""
    assert 2 == len([each for each in dockerfile() if each.keyword == "FROM"])
    assert ["--from=build /opt/hookline /opt/hookline"] == [each.text for each in final("COPY")]


def test_base_images_are_pinned_by_a_tag_of_a_python_that_the_project_supports() -> None:
    """And slim, and by a short name."""
    least = Requirement(f"python{project()['project']['requires-python']}").specifier
    for each in dockerfile():
        if each.keyword == "FROM":
            image = each.words[0]
            found = re.fullmatch(r"python:(\d+\.\d+)-slim", image)
            assert found is not None, image
            assert found[1] in least


def test_it_runs_as_a_numeric_user_that_is_not_root() -> None:
    """A number, since Kubernetes cannot tell from a name that it is not root."""
    [user] = final("USER")
    number, _, group = user.text.partition(":")
    assert (number.isdigit(), group.isdigit()) == (True, True)
    assert int(number) > 0 < int(group)


def test_the_user_comes_last_of_all_that_writes() -> None:
    """What is made by root cannot be changed by the program."""
    keywords = [each.keyword for each in dockerfile() if each.stage == final("USER")[0].stage]
    after = keywords[keywords.index("USER") :]
    assert {"RUN", "COPY", "ADD"}.isdisjoint(after)


def test_its_entry_point_and_its_health_check_are_a_command_that_the_wheel_brings() -> None:
    """In exec form: no shell between the engine's signals and the program."""
    scripts = project()["project"]["scripts"]
    [entry], [check], [signal] = final("ENTRYPOINT"), final("HEALTHCHECK"), final("STOPSIGNAL")
    assert ["hookline"] == entry.words
    assert ["hookline", "health"] == check.words[:2]
    assert {entry.words[0], check.words[0]} <= scripts.keys()
    assert " CMD [" in check.text
    assert signal.text == "SIGTERM"


def test_the_health_check_gives_up_before_the_engine_does() -> None:
    """So that the engine's record says why, and not only that it took too long."""
    [check] = final("HEALTHCHECK")
    engine = re.search(r"--timeout=(\d+)s", check.text)
    assert engine is not None
    assert float(check.words[check.words.index("--timeout") + 1]) < float(engine[1])


def test_nothing_is_written_when_it_runs() -> None:
    """Bytecode is compiled when the image is built."""
    installs = [each.text for each in dockerfile() if each.keyword == "RUN" and "/opt/hookline/bin/python" in each.text]
    assert any("PYTHONDONTWRITEBYTECODE=1" in each.text for each in final("ENV"))
    assert [True, True] == ["--compile" in text for text in installs]


def test_its_home_is_the_users_own_folder() -> None:
    """The user has no entry in /etc/passwd, and PostgreSQL's driver looks for certificates at home."""
    home = final("WORKDIR")[0].text
    [user] = final("USER")
    [made] = [each.words for each in final("RUN")]
    assert any(f"HOME={home} " in each.text for each in final("ENV"))
    assert (user.text, home) == (f"{made[made.index('-o') + 1]}:{made[made.index('-g') + 1]}", made[-1])


def test_it_says_what_it_is() -> None:
    """OCI's labels, the version that of the project."""
    [label] = final("LABEL")
    said = dict(re.findall(r'org\.opencontainers\.image\.([a-z]+)="([^"]*)"', label.text))
    assert (said["title"], said["version"]) == (project()["project"]["name"], project()["project"]["version"])
    assert said["description"] == project()["project"]["description"]
    assert {"revision", "licenses"} <= said.keys()


def test_what_is_copied_is_there_and_reaches_the_build() -> None:
    """Each source exists, and .dockerignore lets it through."""
    sources = [word for each in dockerfile() if each.keyword == "COPY" and each.stage == 0 for word in each.words[:-1]]
    assert {"requirements.lock", "deploy/requirements-build.lock", "."} == set(sources)
    assert [] == [source for source in sources if not (ROOT / source).exists()]
    assert [] == [source for source in sources if source != "." and not is_sent(source)]


def test_the_build_is_sent_the_packages_and_their_description() -> None:
    """Whatever hatchling reads; a new room that is not named in .dockerignore would be missing in the image."""
    packages = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    needed = ["pyproject.toml", project()["project"]["readme"]]
    needed += [str(path.relative_to(ROOT)) for name in packages for path in (ROOT / name).rglob("*") if path.is_file()]
    kept_back = [path for path in needed if not is_sent(path) and "__pycache__" not in path]
    assert len(needed) > 100
    assert [] == kept_back


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".venv/bin/python",
        "tests/waiting.py",
        "deploy/compose/dev-only-signing-key",
        "deploy/full.toml",
        "hookline.db",
        "schemas/hookline.db-wal",
        "schemas/__pycache__/event.cpython-311.pyc",
        "requirements-dev.lock",
    ],
)
def test_the_build_is_sent_nothing_else(path: str) -> None:
    """No history, no secret, no data, nothing that changes the image without changing the program."""
    assert not is_sent(path)


def test_everything_that_is_installed_is_named_by_its_hash() -> None:
    """From lock files, wheels only; the wheel of the project itself without asking any index."""
    runs = [
        each.text for each in dockerfile() if each.keyword == "RUN" and re.search(r"\bpip\b.*\binstall\b", each.text)
    ]
    by_hash = [text for text in runs if '"--require-hashes", "--no-deps", "--only-binary=:all:"' in text]
    own = [text for text in runs if "--no-index --no-deps" in text]
    assert (2, 1) == (len(by_hash), len(own))
    assert sorted(runs) == sorted(by_hash + own)


def test_the_builders_packages_are_those_that_the_tests_use() -> None:
    """The same versions and hashes as in requirements-dev.lock."""
    assert pins(BUILD_LOCK.read_text()).items() <= pins((ROOT / "requirements-dev.lock").read_text()).items()


def test_the_builders_packages_are_all_that_the_build_needs() -> None:
    """The build backend of pyproject.toml and whatever that needs, and nothing more."""
    waiting = list(project()["build-system"]["requires"])
    needed: set[str] = set()
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        if name not in needed and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            needed.add(name)
            waiting += requires(name) or []
    assert needed == pins(BUILD_LOCK.read_text()).keys()


def test_no_file_names_an_index_or_another_host_to_load_from() -> None:
    """Where packages and images come from is the machine's business."""
    for path in (DEPLOY / "Dockerfile", BUILD_LOCK):
        assert ("://" in path.read_text(), "index-url" in path.read_text()) == (False, False), path.name
