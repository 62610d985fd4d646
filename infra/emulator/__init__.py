"""The local AWS: ministack in a separate process on loopback, which leaves no state behind."""

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
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import trustme

from infra.explanation import StageError

STARTUP_TIMEOUT_SECONDS = 60
REGION = "us-east-1"

# On AWS a burst of events runs in as many environments. Here they share the cores of one machine,
# and starting each takes longer than a conversion.
MAX_ASYNCHRONOUS = max(6, 2 * (os.cpu_count() or 1))
"""Maximum number of asynchronous invocations that run at once; the others wait."""


class EmulatorError(StageError):
    """The emulator did not start; the message has its last output."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator.

    `endpoint` is its URL, and `pid` the id of its process and its process group.
    `log` holds the output of the emulator and of the functions, and exists while it runs.
    `authority` is the certificate of the authority that issued its certificate, if it uses TLS.
    """

    endpoint: str
    log: Path
    pid: int
    authority: Path | None = None

    @property
    def client_environment(self) -> dict[str, str]:
        """The environment variables that make any AWS client use the emulator, and only that."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        } | _trust(self.authority)

    def environment(self) -> dict[str, str]:
        """Return this process's environment, with its AWS variables replaced by the emulator's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | self.client_environment


@contextmanager
def running(
    options: Mapping[str, str] | None = None, *, enforces_policies: bool = False
) -> Iterator[Emulator]:
    """Start an emulator on a free port of loopback, and stop it when the block ends.

    `options` are environment variables for ministack, which override those set here. With
    `enforces_policies` it uses TLS, and enforces the policies of roles, users and buckets as AWS
    does. Its state is in a temporary folder that is removed with it. Raises EmulatorError if it
    does not start.
    """
    with tempfile.TemporaryDirectory(prefix="text-to-pdf-") as name:
        folder = Path(name)
        port = _free_port()
        log = folder / "emulator.log"
        authority = folder / "authority.pem" if enforces_policies else None
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "infra.emulator", str(os.getpid())],
                cwd=Path(__file__).parents[2],
                env=_base_environment(folder, port)
                | _policy_environment(authority)
                | dict(options or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A separate process group: Ctrl-C at the terminal must not reach the emulator.
                start_new_session=True,
            )
        try:
            endpoint = f"{'https' if enforces_policies else 'http'}://127.0.0.1:{port}"
            aws = Emulator(endpoint, log, process.pid, authority)
            _wait_until_ready(process, aws)
            yield aws
        finally:
            _stop(process)


def _base_environment(folder: Path, port: int) -> dict[str, str]:
    """Return a minimal environment: the functions inherit it, and must not see our secrets."""
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
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.2",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _policy_environment(authority: Path | None) -> dict[str, str]:
    """Return settings to enforce policies and use TLS, with a certificate created for this run.

    The authority's certificate is written to `authority`; if that is None, there are no settings.
    """
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
        "IOT_MTLS_ENABLED": "0",  # with TLS, ministack would open another port for IoT
        "MINISTACK_SSL_CERT": str(certificate),
        "MINISTACK_SSL_KEY": str(key),
    } | _trust(authority)


def _trust(authority: Path | None) -> dict[str, str]:
    """Return variables that make AWS clients and Python trust this authority, and no other."""
    if authority is None:
        return {}
    return {"AWS_CA_BUNDLE": str(authority), "SSL_CERT_FILE": str(authority)}


def _free_port() -> int:
    """Return a port on loopback that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], aws: Emulator) -> None:
    """Wait for the emulator's health check. Raises EmulatorError on exit or timeout."""
    deadline = time.monotonic() + STARTUP_TIMEOUT_SECONDS
    trust = ssl.create_default_context(cafile=aws.authority)
    while time.monotonic() < deadline:
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
    """Kill the emulator and the processes of its functions, which share its process group.

    They need not shut down cleanly, since their state is discarded.
    """
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
