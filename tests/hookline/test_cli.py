from __future__ import annotations

import pytest

from hookline.cli import fail, say
from runtime.errors import LogUnavailable


def test_vendors_words_do_not_move_the_terminals_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters are shown as what they are not; markup is plain text; letters of any script stay."""
    say("\x1b[31mred\x07 [bold]ŠILUVA[/] \r\n\x9b2J")
    assert "\N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER} [bold]ŠILUVA[/]" in capsys.readouterr().out


def test_an_error_out_of_a_task_is_said_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    """A group with one error in it is that error: its sentence on stderr, and status 1."""
    with pytest.raises(SystemExit) as ended:
        fail(BaseExceptionGroup("tasks", [BaseExceptionGroup("more", [LogUnavailable("the disk is full")])]))
    assert (1, "hookline: the disk is full\n") == (ended.value.code, capsys.readouterr().err)


def test_errors_of_several_tasks_are_each_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Two tasks that met the same trouble are one line."""
    with pytest.raises(SystemExit):
        fail(BaseExceptionGroup("tasks", [LogUnavailable("one"), LogUnavailable("two"), LogUnavailable("one")]))
    assert capsys.readouterr().err == "hookline: one\nhookline: two\n"


def test_a_fault_of_the_program_keeps_its_traceback() -> None:
    """It is no message for a person, and is not made to look like one."""
    with pytest.raises(ZeroDivisionError):
        fail(ZeroDivisionError())
