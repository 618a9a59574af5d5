"""``hookline`` in processes that begin as copies of one that has imported everything, so that none has to start Python.

What runs is the program's own entry point, in a process of its own: with its folder, environment, arguments, outputs,
signals and exit status. As a program (``python -m tests.hookline.forked SOCKET``) this is the process that is copied:
it has no thread, and has never run a loop. Whoever connects says what to run and hands over the outputs; a guardian
tells the process's id, and its exit status once it has one.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from time import monotonic, sleep
from typing import IO, NoReturn

_LONGEST_REQUEST = 1_000_000


@dataclass(slots=True)
class Forked:
    """As much of ``asyncio.subprocess.Process`` as tests need. ``returncode``: minus the signal that ended it."""

    pid: int
    stdout: asyncio.StreamReader
    stderr: asyncio.StreamReader
    _ended: asyncio.Task[int]
    _pipes: Sequence[asyncio.BaseTransport] = field(repr=False)

    @property
    def returncode(self) -> int | None:
        return self._ended.result() if self._ended.done() else None

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    async def communicate(self) -> tuple[bytes, bytes]:
        """What it has written and nobody has read, once it has ended."""
        output, errors = await asyncio.gather(self.stdout.read(), self.stderr.read())
        await self.wait()
        for pipe in self._pipes:
            pipe.close()
        return output, errors

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


async def start(place: Path, arguments: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Forked:
    """``hookline`` with these arguments, by the process that listens there."""
    outputs = [os.pipe(), os.pipe()]
    request = {"arguments": [*arguments], "folder": str(folder), "environ": {**environ}}
    asking = socket.socket(socket.AF_UNIX)
    asking.connect(str(place))
    socket.send_fds(asking, [json.dumps(request).encode() + b"\n"], [written for _, written in outputs])
    for _, written in outputs:
        os.close(written)
    reader, writer = await asyncio.open_unix_connection(sock=asking)
    pid = int(await reader.readline())
    ended = asyncio.create_task(_status(reader, writer), name=f"hookline {pid}")
    (stdout, first), (stderr, second) = [await _read(os.fdopen(read, "rb", 0)) for read, _ in outputs]
    return Forked(pid, stdout, stderr, ended, (first, second))


async def _status(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    status = os.waitstatus_to_exitcode(int(await reader.readline()))
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return status


async def _read(pipe: IO[bytes]) -> tuple[asyncio.StreamReader, asyncio.BaseTransport]:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    return reader, transport


@contextmanager
def copied(folder: Path) -> Iterator[Path]:
    """Where the process that is copied listens, while the context is open."""
    place = folder / "hookline.socket"
    command = [sys.executable, "-m", "tests.hookline.forked", str(place)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)  # noqa: S603 - this file
    try:
        end = monotonic() + 100.0
        while not place.exists():
            assert process.poll() is None, "the process that is copied has ended"
            assert monotonic() < end, "the process that is copied did not begin"
            sleep(0.05)
        yield place
    finally:
        process.communicate()


def _serve(place: str) -> NoReturn:
    _import_all()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # guardians are nobody's children
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(f"{place}.new")
    listening.listen(100)
    Path(f"{place}.new").rename(place)
    while sys.stdin not in select([listening, sys.stdin], [], [])[0]:  # it is at its end when the tests are
        asked, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _guard(asked)
        asked.close()
    os._exit(0)


def _import_all() -> None:
    from importlib import import_module

    from hookline.app import _MODULES

    for name in dict.fromkeys(_MODULES.values()):
        import_module(f"hookline.commands.{name}")


def _guard(asked: socket.socket) -> NoReturn:
    """Begins the process, and tells who it is and how it ended."""
    told, outputs, _, _ = socket.recv_fds(asked, _LONGEST_REQUEST, 2)
    while not told.endswith(b"\n"):
        told += asked.recv(_LONGEST_REQUEST)
    child = os.fork()
    if child == 0:
        asked.close()
        _become(json.loads(told), outputs)
    for output in outputs:
        os.close(output)
    asked.sendall(b"%d\n" % child)
    _, status = os.waitpid(child, 0)
    with suppress(OSError):  # whoever asked has gone
        asked.sendall(b"%d\n" % status)
    os._exit(0)


def _become(request: dict[str, object], outputs: Sequence[int]) -> NoReturn:
    """The program's entry point, and after it what an interpreter does at its end."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, output in enumerate((nothing, *outputs)):
        os.dup2(output, number)
        os.close(output)
    status: object = 1
    try:
        os.chdir(str(request["folder"]))
        os.environ.clear()  # noqa: TID251 - a child's own
        os.environ.update(request["environ"])  # type: ignore[call-overload] # noqa: TID251 - a child's own
        sys.argv = ["hookline", *request["arguments"]]  # type: ignore[misc]
        from hookline.__main__ import main

        main()
        status = 0
    except SystemExit as error:
        status = error.code
    except BaseException:  # told as an interpreter tells it
        traceback.print_exc()
    _end(status)


def _end(status: object) -> NoReturn:
    atexit._run_exitfuncs()
    if isinstance(status, str):
        sys.stderr.write(f"{status}\n")
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status if isinstance(status, int) else 0 if status is None else 1)


if __name__ == "__main__":
    _serve(sys.argv[1])
