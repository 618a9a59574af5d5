from __future__ import annotations

import asyncio
import subprocess
import sys
import sysconfig
import venv
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.reading import ROOT

_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Installed:
    """The wheel in an environment of its own: what the image's /opt/hookline is."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def hookline(self) -> Path:
        return self.folder / "bin" / "hookline"

    def run(self, *arguments: str | Path, here: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself, with this folder and this environment and no other variable."""
        return subprocess.run(  # noqa: S603 - the tests' own commands
            arguments, cwd=here, env=dict(environ), capture_output=True, text=True, check=False, timeout=_PATIENCE
        )

    @asynccontextmanager
    async def serving(self, *arguments: str, here: Path, environ: Mapping[str, str]) -> AsyncIterator[Started]:
        """A command that stays, once it has said that it is ready; killed at the end if it is still there."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            self.hookline, *arguments, cwd=here, env=dict(environ), stdout=pipe, stderr=pipe
        )
        try:
            assert process.stdout is not None
            async with asyncio.timeout(_PATIENCE):
                ready = (await process.stdout.readline()).decode()
            if not ready.startswith("ready"):
                raise AssertionError((await process.communicate())[1].decode())
            yield Started(process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()


@dataclass(frozen=True, slots=True)
class Started:
    process: asyncio.subprocess.Process

    async def terminated(self) -> int:
        """Told to stop as an engine does it; its exit status."""
        self.process.terminate()
        async with asyncio.timeout(_PATIENCE):
            return await self.process.wait()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built as the Dockerfile builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=_PATIENCE)  # noqa: S603 - the same
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel installed without an index, beside the packages that it depends on but not beside the sources.

    Those packages are the ones of this test run: a path in a .pth file is searched, but the .pth files of that folder,
    of which one leads to the sources, are not read.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "--no-deps", "--no-index", "--compile", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=_PATIENCE)  # noqa: S603 - the same
    [packages] = folder.glob("lib/python*/site-packages")
    theirs = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "dependencies.pth").write_text("\n".join(sorted(theirs)))
    return Installed(folder)
