"""The local AWS: ministack in a process of its own, on loopback, with nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_WITHIN_SECONDS = 60
REGION = "us-east-1"


class EmulatorError(Exception):
    """The emulator did not come up; the text says why."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator. `log` is what it and the functions print, while it runs."""

    endpoint: str
    log: Path
    pid: int

    @property
    def client_environment(self) -> dict[str, str]:
        """The variables that point any AWS client at the emulator, and at nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def environment(self) -> dict[str, str]:
        """This process's environment, without its own AWS variables, pointed at the emulator."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | self.client_environment


@contextmanager
def running(options: Mapping[str, str] | None = None) -> Iterator[Emulator]:
    """Start an emulator, with ministack settings in `options`, and stop it in the end.

    Its state lives in a folder that goes away with it. Raise EmulatorError if it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="text-to-pdf-") as name:
        folder = Path(name)
        port = _free_port()
        log = folder / "emulator.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "infra.emulator", str(os.getpid())],
                cwd=Path(__file__).parents[2],
                env=_scrubbed(folder, port) | dict(options or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C at the terminal reaches us first, and we stop it.
                start_new_session=True,
            )
        try:
            endpoint = f"http://127.0.0.1:{port}"
            _wait_until_ready(process, endpoint, log)
            yield Emulator(endpoint, log, process.pid)
        finally:
            _stop(process)


def _scrubbed(folder: Path, port: int) -> dict[str, str]:
    """Only what it needs: the functions' processes inherit it, and must see no secret of ours."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], endpoint: str, log: Path) -> None:
    give_up = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < give_up:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    tail = "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])
    raise EmulatorError(f"the local AWS emulator did not start; its last lines:\n{tail}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the emulator and its functions' processes: all are in its process group."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
