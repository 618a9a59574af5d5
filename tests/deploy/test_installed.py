"""What the image would do: the wheel in an environment of its own, run from an empty folder that cannot be written."""

from __future__ import annotations

import re
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

import pytest

from tests.deploy.conftest import Installed
from tests.deploy.reading import ROOT

STAGES = ("receive", "fetch", "reconcile", "normalize", "project", "alert", "console")


def rooms() -> list[str]:
    target = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    return list(target["packages"])


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Path]:
    """An empty folder without write permission."""
    folder = tmp_path / "here"
    folder.mkdir(mode=0o555)
    yield folder
    assert [] == list(folder.iterdir())


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """What the image sets, a /tmp of its own, and neither a home nor anything else."""
    (tmp_path / "tmp").mkdir()
    return {"PATH": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(tmp_path / "tmp")}


def contents(folder: Path) -> dict[str, int]:
    """Every file of the folder and when it was written."""
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_the_wheel_holds_every_file_of_every_room_and_nothing_else(wheel: Path) -> None:
    """The Avro schemas with their history and the database's migrations among them; no test, no setting."""
    sources = [path for room in rooms() for path in (ROOT / room).rglob("*") if path.is_file()]
    expected = {str(path.relative_to(ROOT)) for path in sources if "__pycache__" not in path.parts}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert expected == names
    assert {".py", ".avsc"} <= {Path(name).suffix for name in names}
    assert any(name.startswith("consumers/projections/migrations/versions/") for name in names)


def test_the_wheel_depends_on_what_the_lock_file_installs(wheel: Path) -> None:
    """The image installs the lock file and then the wheel without looking for anything more."""
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = Parser().parsestr(archive.read(name).decode())
    needed = [each for each in metadata.get_all("Requires-Dist", []) if "extra ==" not in each]
    names = {re.split(r"[^A-Za-z0-9._-]", each)[0] for each in needed}
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE))
    assert "aiohttp" in names
    assert names <= locked


def test_the_programs_files_are_the_wheels(installed: Installed, here: Path, environ: dict[str, str]) -> None:
    """Without this, the tests below would show the checkout."""
    code = f"import {', '.join(rooms())}; print(*[room.__file__ for room in ({', '.join(rooms())})], sep='\\n')"
    ran = installed.run(installed.python, "-c", code, here=here, environ=environ)
    assert ran.returncode == 0, ran.stderr
    assert [True] * len(rooms()) == [line.startswith(str(installed.folder)) for line in ran.stdout.splitlines()]


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], *[[stage, "--help"] for stage in STAGES]], ids=" ".join
)
def test_it_starts(installed: Installed, here: Path, environ: dict[str, str], arguments: list[str]) -> None:
    """From the entry point that the image runs."""
    ran = installed.run(installed.hookline, *arguments, here=here, environ=environ)
    assert (0, "") == (ran.returncode, ran.stderr)
    assert "hookline" in ran.stdout


def test_it_checks_its_settings_schemas_and_log(
    installed: Installed, here: Path, tmp_path: Path, environ: dict[str, str]
) -> None:
    """The schemas' history is read out of the wheel; only the folder that the settings name is written to."""
    volume = tmp_path / "volume"
    volume.mkdir()
    settings = tmp_path / "hookline.toml"
    source = '[[source]]\nname = "idenfy"\nvendor = "idenfy"\nsecrets = ["env:KEY"]\n'
    settings.write_text(f'[log]\nurl = "sqlite:///{volume}/hookline.db"\n{source}')
    environ |= {"HOOKLINE_SETTINGS": str(settings), "KEY": "a-signing-key"}
    ran = installed.run(installed.hookline, "check", here=here, environ=environ)
    assert (0, "") == (ran.returncode, ran.stderr)
    assert (volume / "hookline.db").is_file()


def test_a_whole_run_writes_to_tmp_alone_and_leaves_it_empty(
    installed: Installed, here: Path, tmp_path: Path, environ: dict[str, str]
) -> None:
    """Every stage and the sandboxes, the program's own folder unchanged to the last file: a read-only root will do."""
    before = contents(installed.folder)
    ran = installed.run(installed.hookline, "demo", here=here, environ=environ)
    assert (0, "") == (ran.returncode, ran.stderr)
    [sums] = [line for line in ran.stdout.splitlines() if line.startswith("received ")]
    assert sums in (ROOT / "README.md").read_text()
    assert before == contents(installed.folder)
    assert [] == list((tmp_path / "tmp").iterdir())


def test_a_mistake_is_said_and_ends_with_status_1(installed: Installed, here: Path, environ: dict[str, str]) -> None:
    """A container that cannot start stops, instead of seeming to run."""
    environ |= {"HOOKLINE_SETTINGS": "/etc/hookline/not-mounted.toml"}
    ran = installed.run(installed.hookline, "receive", here=here, environ=environ)
    assert (1, "") == (ran.returncode, ran.stdout)
    assert "hookline: /etc/hookline/not-mounted.toml: cannot be read" in ran.stderr
