"""`make run` in a separate folder."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.deploy import PROJECT
from tests.stack import copy_project, wait_for

COMMAND = [sys.executable, "-m", "infra.run"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = copy_project(tmp_path)
    shutil.copytree(PROJECT / "data", folder / "data")
    return folder


@pytest.fixture
def environment(project: Path) -> dict[str, str]:
    """An environment whose temporary files, the emulator's too, are in the project's folder."""
    (project / "tmp").mkdir()
    kept = {name: value for name, value in os.environ.items() if name != "ONCE"}
    return kept | {"TMPDIR": str(project / "tmp")}


def processes_of(folder: Path) -> Iterator[str]:
    """Yield the command line of every process whose working directory or arguments are there."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text("utf-8", "replace").replace("\0", " ")
            if str(folder) in f"{(process / 'cwd').readlink()} {command}":
                yield command
        except OSError:
            continue


def test_without_a_terminal_make_run_shows_every_file_and_exits(
    project: Path, environment: dict[str, str]
) -> None:
    result = subprocess.run(COMMAND, cwd=project, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    files = [path.relative_to(project / "data") for path in (project / "data").rglob("*.*")]
    assert all(f"/{path}" in result.stdout for path in files)
    assert list(processes_of(project)) == []


def test_make_run_fails_if_a_file_has_an_unexpected_status(
    project: Path, environment: dict[str, str]
) -> None:
    shutil.rmtree(project / "data")
    (project / "data").mkdir()
    (project / "data/spreadsheet.xlsx").write_bytes(b"PK")
    result = subprocess.run(COMMAND, cwd=project, env=environment, capture_output=True, text=True)
    assert result.returncode == 1
    assert "spreadsheet.xlsx has an unexpected status" in result.stdout


def test_ctrl_c_leaves_no_process_behind(project: Path, environment: dict[str, str]) -> None:
    shutil.rmtree(project / "data")
    (project / "data").mkdir()
    (project / "data/a.txt").write_text("a")
    opened = project / "opened"
    browser = project / "browser"
    browser.write_text(
        f"#!/bin/sh\nprintf %s \"$1\" > '{opened}.part' && mv '{opened}.part' '{opened}'\n"
    )
    browser.chmod(0o755)
    desktop = {"BROWSER": str(browser), "DISPLAY": ":0"}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        COMMAND, cwd=project, env=environment | desktop, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = ""

    def is_running() -> bool | None:
        nonlocal shown
        shown += os.read(ours, 4096).decode("utf-8", "replace")
        return "Ctrl-C" in shown or None

    try:
        wait_for(is_running, "the instructions")
        assert (project / ".local/env").exists()
        wait_for(lambda: opened.exists() or None, "the browser to be opened")
        assert re.fullmatch(
            r"http://127\.0\.0\.1:\d+/\S+/api/#token=[\w-]{20,}", opened.read_text()
        )
        assert opened.read_text() in shown
        assert any("ministack-lambda" in command for command in processes_of(project))
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        os.close(ours)
    assert list(processes_of(project)) == []
    assert list((project / "tmp").iterdir()) == []
    assert not (project / ".local/env").exists()
