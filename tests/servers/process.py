"""A server as a process of the tests' own: started, waited for, harmed, and ended whatever becomes of the tests."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, sleep

# Outlives the tests' process when that is killed, sees its end of the pipe closed, and ends the server.
_GUARD = 'read -r _; kill -9 "$1"'


class ServerProcess:
    """``command`` run in ``folder``, as ``user`` where one is given; ``ready`` is asked with what it has printed.

    Every method blocks until it is done: on an event loop's thread, call it by ``asyncio.to_thread``.
    """

    stop_signal = signal.SIGTERM

    def __init__(
        self, command: Sequence[str], folder: Path, ready: Callable[[str], bool], user: str | None = None
    ) -> None:
        self._command = command
        self._folder = folder
        self._ready = ready
        self._user = user
        self._output = folder / "output.log"
        self._output_before = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, deadline: float = 60.0) -> None:
        """Serves afterwards, where it served before and with its data.

        Raises ``RuntimeError`` with the end of its output if it does not serve within ``deadline`` seconds.
        """
        self.launch()
        self.wait_until_ready(deadline)

    def launch(self) -> None:
        """Started, but perhaps not serving yet."""
        assert self._process is None, f"{self._command[0]} is running"
        with self._output.open("ab") as output:
            self._output_before = output.tell()
            self._process = subprocess.Popen(  # noqa: S603 - a command of these tests
                self._command,
                cwd=self._folder,
                user=self._user,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        guard = ["/bin/sh", "-c", _GUARD, "guard", str(self._process.pid)]
        self._guard = subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - the same

    def wait_until_ready(self, deadline: float = 60.0) -> None:
        end = monotonic() + deadline
        while not self._ready(self._printed()):
            if not self.running or monotonic() > end:
                self.kill()
                raise RuntimeError(f"{self._command[0]} does not serve; its last words:\n{self._printed()[-3000:]}")
            sleep(0.02)

    def stop(self, deadline: float = 45.0) -> None:
        """Ended in order, as an operator would end it. Raises ``RuntimeError`` if it had to be killed."""
        process = self._running()
        self.resume()
        process.send_signal(self.stop_signal)
        try:
            process.wait(deadline)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{self._command[0]} did not end within {deadline} s of being told to") from None
        finally:
            self.kill()

    def kill(self) -> None:
        """Gone by SIGKILL, with nothing tidied up. Nothing happens if it is not running."""
        for process in (self._guard, self._process):
            if process is not None:
                process.kill()
                process.wait()
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
        self._process = self._guard = None

    def pause(self) -> None:
        """Frozen by SIGSTOP: its connections stay open, and nobody answers."""
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._running().send_signal(signal.SIGCONT)

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, f"{self._command[0]} is not running"
        return self._process

    def _printed(self) -> str:
        """What it has printed since it was last started."""
        with self._output.open("rb") as output:
            output.seek(self._output_before)
            return output.read().decode(errors="replace")
