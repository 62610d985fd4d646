"""The local AWS: what it starts, and that it ends with the process that started it."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import boto3
import pytest

from chalicelib.records.record import Status
from infra import emulator
from infra.deploy import PROJECT
from tests.stack import Stack, wait_for

START = """
import signal
from infra import emulator
with emulator.running() as aws:
    print(aws.pid, flush=True)
    signal.pause()
"""


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_the_emulator_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", START], cwd=PROJECT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout as output:
        pid = int(output.readline())
        assert is_alive(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    wait_for(lambda: not is_alive(pid) or None, "the emulator to end")


def test_the_emulator_listens_on_loopback_and_gets_no_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "ours")
    monkeypatch.setenv("MY_SECRET", "ours")
    with emulator.running() as aws:
        assert aws.endpoint.startswith("http://127.0.0.1:")
        environment = Path(f"/proc/{aws.pid}/environ").read_bytes()
        assert b"ours" not in environment
        s3 = boto3.client(
            "s3",
            endpoint_url=aws.endpoint,
            region_name=emulator.REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            aws_session_token="",
        )
        assert s3.list_buckets()["Buckets"] == []
        pid = aws.pid
    assert not is_alive(pid)
    assert "MY_SECRET" in os.environ


def test_a_burst_of_uploads_runs_in_few_environments_that_share_a_package(stack: Stack) -> None:
    keys = [f"burst/{number}.txt" for number in range(3 * emulator.MAX_ASYNCHRONOUS)]
    for key in keys:
        stack.upload(key)
    assert {stack.settled(key).status for key in keys} == {Status.SUCCESS}
    name = f"ministack-lambda-{stack.function('convert')}-*"
    environments = list(stack.aws.log.parent.glob(name))
    assert 1 < len(environments) <= emulator.MAX_ASYNCHRONOUS
    for unpacked in ("code", "layer_0"):
        assert len({(folder / unpacked).resolve(strict=True) for folder in environments}) == 1


def environments_of(function: str) -> set[int]:
    """Return the ids of the processes that run a deployed function."""
    mark = f"/ministack-lambda-{function}-".encode()
    found: set[int] = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # the process has ended meanwhile
            found |= {int(path.parent.name)} if mark in path.read_bytes() else set()
    return found


def test_an_environment_is_used_again_after_an_exception(stack: Stack) -> None:
    function = stack.function("convert")
    outcomes: list[str | None] = []
    processes: list[set[int]] = []
    for payload in (b'{"Records": []}', b'{"Records": 1}', b'{"Records": []}'):
        response = stack.functions.invoke(FunctionName=function, Payload=payload)
        outcomes.append(response.get("FunctionError"))
        processes.append(environments_of(function))
    assert outcomes == [None, "Unhandled", None]
    assert processes[0] == processes[1] == processes[2] != set()
