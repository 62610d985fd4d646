"""query.py on a terminal: colours, progress and Ctrl-C; and neither in a pipe."""

import os
import pty
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from rich.cells import cell_len

from chalicelib.records.record import Status
from tests import seeding
from tests.stack import Stack

GREEN, RED = "\x1b[32m", "\x1b[1;31m"


@dataclass
class Terminal:
    """query.py with a pseudo-terminal as stdout and stderr; `shown` is its output so far."""

    process: subprocess.Popen[bytes]
    _master: int
    shown: str = field(default="")

    def read_until(self, pattern: str) -> None:
        """Read until the output matches the pattern; fail at the end of the output."""
        while not re.search(pattern, self.shown):
            assert self._read(), f"never showed {pattern!r}: {self.shown!r}"

    def read_all(self) -> str:
        """Read until the process ends, and return all output."""
        while self._read():
            pass
        self.process.wait()
        return self.shown

    def _read(self) -> bool:
        try:
            data = os.read(self._master, 65536)
        except OSError:  # EIO on Linux once the other end is closed
            return False
        self.shown += data.decode()
        return bool(data)


@contextmanager
def terminal(
    stack: Stack, *arguments: str, columns: int = 80, **environment: str
) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, columns))
    # pytest-xdist sets COLUMNS, which takes precedence over the terminal's width.
    inherited = {k: v for k, v in stack.environment.items() if k != "COLUMNS"}
    process = subprocess.Popen(
        [sys.executable, "query.py", *arguments],
        cwd=stack.project,
        env={**inherited, "TERM": "xterm-256color", **environment},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        process.kill()
        process.wait()
        os.close(master)


@pytest.fixture(autouse=True)
def no_colour_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def keys(stack: Stack) -> None:
    bucket = stack.settings.input_bucket
    records = [
        seeding.record(bucket, "terminal/a.txt", replaced=5),
        seeding.record(bucket, "terminal/[red]b\x1b[31m.txt", Status.FAILED),
        seeding.record(bucket, f"terminal/{'long' * 100}.txt"),
    ]
    seeding.write(stack.dynamodb, stack.settings.table, stack.settings.shards, records)


@pytest.mark.usefixtures("keys")
def test_a_terminal_gets_colours(stack: Stack) -> None:
    with terminal(stack, "terminal/") as screen:
        shown = screen.read_all()
    assert f"{GREEN}SUCCESS" in shown
    assert f"{RED}FAILED" in shown


@pytest.mark.usefixtures("keys")
def test_a_terminal_gets_neither_control_characters_nor_markup_of_keys(stack: Stack) -> None:
    with terminal(stack, "terminal/") as screen:
        shown = screen.read_all()
    assert "[red]b\\x1b[31m.txt" in shown


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_terminal_gets_one_line_a_file_that_fits_its_width(stack: Stack, columns: int) -> None:
    with terminal(stack, "terminal/", columns=columns, NO_COLOR="1") as screen:
        heading, *lines = screen.read_all().splitlines()
    lines = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in lines]
    settings = stack.settings
    assert heading.endswith(f"s3://{settings.input_bucket}\x1b[0m")
    assert lines[0] == f"PDF   s3://{settings.output_bucket}"
    assert max(map(cell_len, lines[1:])) <= columns
    files = [line for line in lines[1:] if not line.startswith(" ")]
    assert [line.split()[0] for line in files] == ["FAILED", "SUCCESS", "SUCCESS"]
    assert all(re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$", line) for line in files)
    below = " ".join(line.strip() for line in lines[2:] if line.startswith("    "))
    assert "It is a picture." in below
    assert "! 5 characters could not be read or shown." in below
    assert ("terminal/a.txt → terminal/a.pdf" in files[1]) == (columns > 40)
    assert "…" in files[2]


@pytest.mark.usefixtures("keys")
def test_a_pipe_gets_full_keys_and_one_line_a_file(stack: Stack) -> None:
    lines = stack.query("terminal/").stdout.splitlines()
    assert len(lines) == 3
    assert f"/terminal/{'long' * 100}.txt " in lines[2]


@pytest.mark.usefixtures("keys")
def test_no_color_disables_colours(stack: Stack) -> None:
    with terminal(stack, "terminal/", NO_COLOR="1") as screen:
        assert "\x1b[3" not in screen.read_all()


@pytest.mark.usefixtures("keys")
def test_a_pipe_gets_neither_colours_nor_progress(stack: Stack) -> None:
    result = stack.query("terminal/", "--wait", "60")
    assert "\x1b" not in result.stdout + result.stderr


def test_a_terminal_gets_progress_and_ctrl_c_exits_with_130(stack: Stack) -> None:
    with stack.unnoticed():
        stack.upload("terminal-wait/a.txt")
        with terminal(stack, "terminal-wait/", "--wait") as screen:
            screen.read_until(r"waiting.*0/1")
            screen.process.send_signal(signal.SIGINT)
            shown = screen.read_all()
    assert screen.process.returncode == 130
    assert "Traceback" not in shown
    assert shown.endswith("\x1b[?25h") or "\x1b[?25h" in shown.rpartition("\x1b[?25l")[2]
