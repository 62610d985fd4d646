"""The local AWS: ministack in a process of its own, on loopback, with nothing left behind."""

import os
import signal
import socket
import ssl
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

import trustme

from infra.explanation import StageError

READY_WITHIN_SECONDS = 60
REGION = "us-east-1"


class EmulatorError(StageError):
    """The emulator did not come up; the text says why."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator. `log` is what it and the functions print, while it runs.

    `authority` is the certificate authority that vouches for it, if it speaks TLS.
    """

    endpoint: str
    log: Path
    pid: int
    authority: Path | None = None

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
        } | _trusting(self.authority)

    def environment(self) -> dict[str, str]:
        """This process's environment, without its own AWS variables, pointed at the emulator."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | self.client_environment


@contextmanager
def running(
    options: Mapping[str, str] | None = None, *, guarded: bool = False
) -> Iterator[Emulator]:
    """Start an emulator, with ministack settings in `options`, and stop it in the end.

    A guarded one speaks TLS and enforces the policies of roles, users and buckets, as AWS does.
    Its state lives in a folder that goes away with it. Raise EmulatorError if it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="text-to-pdf-") as name:
        folder = Path(name)
        port = _free_port()
        log = folder / "emulator.log"
        authority = folder / "authority.pem" if guarded else None
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "infra.emulator", str(os.getpid())],
                cwd=Path(__file__).parents[2],
                env=_scrubbed(folder, port) | _guards(authority) | dict(options or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C at the terminal reaches us first, and we stop it.
                start_new_session=True,
            )
        try:
            endpoint = f"{'https' if guarded else 'http'}://127.0.0.1:{port}"
            aws = Emulator(endpoint, log, process.pid, authority)
            _wait_until_ready(process, aws)
            yield aws
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


def _guards(authority: Path | None) -> dict[str, str]:
    """What makes it enforce policies, over TLS with a certificate made for this run."""
    if authority is None:
        return {}
    certificate, key = (authority.with_name(name) for name in ("server.pem", "server.key"))
    issuer = trustme.CA()
    issuer.cert_pem.write_to_path(str(authority))
    server = issuer.issue_cert("127.0.0.1", "localhost")
    server.cert_chain_pems[0].write_to_path(str(certificate))
    server.private_key_pem.write_to_path(str(key))
    return {
        "AUTH": "true",
        "USE_SSL": "1",
        "IOT_MTLS_ENABLED": "0",  # TLS would otherwise open a port for it
        "MINISTACK_SSL_CERT": str(certificate),
        "MINISTACK_SSL_KEY": str(key),
    } | _trusting(authority)


def _trusting(authority: Path | None) -> dict[str, str]:
    """What makes AWS clients and Python's own HTTPS trust the authority, and no other."""
    if authority is None:
        return {}
    return {"AWS_CA_BUNDLE": str(authority), "SSL_CERT_FILE": str(authority)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], aws: Emulator) -> None:
    give_up = time.monotonic() + READY_WITHIN_SECONDS
    trust = ssl.create_default_context(cafile=aws.authority)
    while time.monotonic() < give_up:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(
                f"{aws.endpoint}/_ministack/health", timeout=2, context=trust
            ):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    tail = "\n".join(aws.log.read_text("utf-8", "replace").splitlines()[-15:])
    raise EmulatorError(f"the local AWS emulator did not start; its last lines:\n{tail}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the emulator and its functions' processes: all are in its process group."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=2)  # its state goes away with it
        except subprocess.TimeoutExpired:
            continue
    process.wait()
