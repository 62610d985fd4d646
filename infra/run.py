"""`make run`: deploy the product to a local AWS on this machine, and convert every file in data/.

Runs until Ctrl-C. Without a terminal, or with ONCE=1, it exits when all files are converted, with
status 0 if each has the expected status: FAILED for those under data/rejected/, otherwise SUCCESS.
"""

import fcntl
import json
import os
import shlex
import signal
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from chalicelib import clients
from chalicelib.records.record import Record, Status
from chalicelib.services import Services
from chalicelib.settings import Settings
from chalicelib.status.listing import Listing
from chalicelib.status.status_query import StatusQuery
from infra import emulator
from infra.command import exit_status
from infra.deploy import LOCAL_STAGE, PROJECT, chalice, token
from infra.deployed_resources import api_url
from infra.explanation import StageError
from infra.provision import provision

DATA = PROJECT / "data"
LOCAL = PROJECT / ".local"
CONVERSION_TIMEOUT_SECONDS = 120
INSTRUCTIONS = """
Drop your own files on the web page (this link signs you in; do not share it):

  {link}

The local AWS runs until you press Ctrl-C. In another terminal, in this folder:

  . .local/env
  aws s3 cp data/prose.txt "s3://$INPUT_BUCKET/my notes.txt"
  curl -H "Authorization: Bearer $TOKEN" "$API/status?prefix=my"
  python query.py "my notes.txt"
  aws s3 cp "s3://$OUTPUT_BUCKET/my notes.pdf" .

(`aws` is the AWS command line interface; `pip install awscli` installs it.)"""


class RunError(StageError):
    """`make run` cannot continue; the message says why."""


def main() -> int:
    """Run the product until Ctrl-C or SIGTERM, or once, as the module says; return the status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return exit_status("make run", _run)


def _run() -> int:
    """Start the emulator, run the product until the end or Ctrl-C, and return the exit status."""
    console = Console(soft_wrap=True, highlight=False)
    try:
        with _exclusive(), emulator.running() as aws:
            _connect(aws)
            try:
                return _deploy_and_convert(console)
            finally:
                _remove_local_state()
    except KeyboardInterrupt:
        console.print("\nStopped; nothing is left running.")
        return 0


def _deploy_and_convert(console: Console) -> int:
    """Deploy the stage, convert the files in data/, and return the exit status or wait."""
    with console.status("Provisioning: buckets, table, roles, token …"):
        provision(LOCAL_STAGE, PROJECT)
    console.print("✓ provisioned")
    with console.status("chalice deploy --stage local (takes half a minute the first time) …"):
        chalice("deploy", LOCAL_STAGE)
    console.print("✓ deployed")
    settings = Settings.from_chalice_config(PROJECT / ".chalice", LOCAL_STAGE)
    paths = sorted(path for path in DATA.rglob("*") if path.is_file())
    records = _upload_and_wait(console, settings, paths)
    console.print()
    subprocess.run([sys.executable, "query.py", ""], cwd=PROJECT)
    unexpected = [key for key, record in records.items() if not _is_as_expected(key, record)]
    for key in unexpected:
        console.print(f"✗ {key} has an unexpected status", style="red", markup=False)
    is_once = bool(os.environ.get("ONCE"))
    if is_once or not sys.stdout.isatty():
        if not is_once:
            console.print("The output is no terminal, so this ends here, as with ONCE=1.")
        return 1 if unexpected else 0
    _write_environment(settings)
    link = f"{api_url(LOCAL_STAGE)}/#token={token(LOCAL_STAGE)}"
    console.print(INSTRUCTIONS.format(link=link), markup=False)
    if _has_desktop():
        webbrowser.open(link)
    while True:
        time.sleep(1)  # signal.pause() would miss a Ctrl-C that arrives just before it


def _upload_and_wait(
    console: Console, settings: Settings, paths: list[Path]
) -> dict[str, Record | None]:
    """Upload the files, wait until each is settled, and return the record of each key."""
    settled: dict[str, Record | None] = {}
    for path in paths:
        key = path.relative_to(DATA).as_posix()
        with path.open("rb") as body:
            clients.s3().put_object(
                Bucket=settings.input_bucket, Key=key, Body=body, ContentType="text/plain"
            )
        settled[key] = None
    listing = Services(settings).answers.listing
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("converting", total=len(settled))
        for records in _poll(listing):
            latest = {r.input_key: r for r in records if r.status is not Status.PROCESSING}
            settled |= {key: latest.get(key) for key in settled}
            completed = sum(record is not None for record in settled.values())
            progress.update(task, completed=completed)
            if completed == len(settled):
                return settled
    missing = ", ".join(key for key, record in settled.items() if record is None)
    raise RunError(f"not converted within {CONVERSION_TIMEOUT_SECONDS} s: {missing}")


def _poll(listing: Listing) -> Iterator[list[Record]]:
    """Yield all records again and again until the timeout."""
    deadline = time.monotonic() + CONVERSION_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        yield list(listing.all(StatusQuery("")))
        time.sleep(0.2)


def _is_as_expected(key: str, record: Record | None) -> bool:
    """Return whether the record has the status that a file in this folder should have."""
    expected = Status.FAILED if key.startswith("rejected/") else Status.SUCCESS
    return record is not None and record.status is expected


def _has_desktop() -> bool:
    """Return whether a browser can open a window here; over SSH it usually cannot."""
    return sys.platform in {"darwin", "win32"} or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def _write_environment(settings: Settings) -> None:
    """Write .local/env, which sets up another terminal: PATH, AWS endpoint, API and its token."""
    variables = json.loads((LOCAL / "connection.json").read_text("utf-8")) | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "API": api_url(LOCAL_STAGE),
        "TOKEN": token(LOCAL_STAGE),
        "INPUT_BUCKET": settings.input_bucket,
        "OUTPUT_BUCKET": settings.output_bucket,
    }
    path = LOCAL / "env"
    path.touch(mode=0o600)
    lines = (f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
    path.write_text("".join(lines), "utf-8")


@contextmanager
def _exclusive() -> Iterator[None]:
    """Hold this folder's lock, and remove what is left of a run before.

    Raises RunError at once if another `make run` holds the lock.
    """
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError("already running in this folder: stop that one first") from None
        _remove_local_state()
        yield


def _connect(aws: emulator.Emulator) -> None:
    """Point AWS clients of this process, and `query.py` in other terminals, at the emulator."""
    environment = aws.environment()
    os.environ.clear()
    os.environ.update(environment)
    (LOCAL / "connection.json").write_text(json.dumps(aws.client_environment), "utf-8")


def _remove_local_state() -> None:
    """Remove the records of what was deployed to an emulator, which end with it."""
    (PROJECT / ".chalice/deployed" / f"{LOCAL_STAGE}.json").unlink(missing_ok=True)
    for name in ("connection.json", "env"):
        (LOCAL / name).unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
