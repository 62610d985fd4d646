"""Parallel downloads of PDFs into a folder; each file appears complete or not at all."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.converter import output_file
from cli import file_names

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_THREADS = 8
CHUNK_BYTES = 1 << 16


class DownloadError(Exception):
    """A PDF could not be downloaded; the message says why."""


@dataclass
class Downloads:
    """Downloads PDFs from `bucket` into `folder`, once: an object is used for one `fetch`."""

    client: "S3Client"
    bucket: str
    folder: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_over: bool = False
    _unfinished: set[Path] = field(default_factory=set)
    _written: dict[tuple[int, int], str] = field(default_factory=dict)

    def fetch(self, keys: Sequence[str], on_done: Callable[[], None]) -> dict[str, str]:
        """Download the PDFs with these keys in parallel, and return the reasons of failures by key.

        Failures are errors of AWS, of the file system, and paths that cannot be used; any other
        error is raised. `on_done` is called after each key, also a failed one, in the caller's
        thread. When interrupted, this ends at once and removes unfinished files. The threads are
        daemons for that reason: one may hang in a network call.
        """
        pending: SimpleQueue[str] = SimpleQueue()
        finished: SimpleQueue[tuple[str, Exception | None]] = SimpleQueue()
        for key in keys:
            pending.put(key)
        failures: dict[str, str] = {}
        try:  # includes starting the threads: Ctrl-C may come before the last one has started
            for _ in range(MAX_THREADS):
                threading.Thread(target=self._work, args=(pending, finished), daemon=True).start()
            for _ in keys:
                key, error = finished.get()
                if isinstance(error, DownloadError | OSError | BotoCoreError | ClientError):
                    failures[key] = str(error)
                elif error is not None:
                    raise error
                on_done()
        finally:
            self._end()
        return failures

    def _work(
        self, pending: SimpleQueue[str], finished: SimpleQueue[tuple[str, Exception | None]]
    ) -> None:
        """Download keys from the queue until it is empty; report each with its error, if any."""
        while True:
            try:
                key = pending.get_nowait()
            except Empty:
                return
            try:
                self._fetch(key)
            except Exception as error:  # noqa: BLE001 - `fetch` raises it in the main thread
                finished.put((key, error))
            else:
                finished.put((key, None))

    def _fetch(self, key: str) -> None:
        """Download one PDF. Raises DownloadError if its path leads out of the folder."""
        target = self.folder / file_names.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(self.folder.resolve()):
            raise DownloadError(f"{target.parent} is a link that leads out of {self.folder}")
        body = self.client.get_object(Bucket=self.bucket, Key=key)["Body"]
        unfinished = output_file.unfinished(target)
        try:
            with body, self._open(unfinished) as file:
                for chunk in body.iter_chunks(CHUNK_BYTES):
                    file.write(chunk)
            self._put_in_place(key, unfinished, target)
        finally:
            unfinished.unlink(missing_ok=True)

    def _open(self, unfinished: Path) -> BinaryIO:
        """Create an unfinished file. Raises DownloadError if the downloads were interrupted."""
        with self._lock:
            if self._is_over:
                raise DownloadError("interrupted")
            self._unfinished.add(unfinished)
            return unfinished.open("xb")

    def _put_in_place(self, key: str, unfinished: Path, target: Path) -> None:
        """Rename the finished file to its final name.

        Raises DownloadError if that would replace the download of another key, as on file systems
        that do not distinguish names that differ only in case.
        """
        with self._lock:
            if self._is_over:
                raise DownloadError("interrupted")
            if target.exists():
                existing = target.stat()
                other = self._written.get((existing.st_dev, existing.st_ino))
                if other is not None:
                    raise DownloadError(f"on this file system its name is the same as {other}'s")
            unfinished.replace(target)
            self._unfinished.discard(unfinished)
            stat = target.stat()
            self._written[stat.st_dev, stat.st_ino] = key

    def _end(self) -> None:
        """Stop all downloads, and remove unfinished files."""
        with self._lock:
            self._is_over = True
            for path in self._unfinished:
                path.unlink(missing_ok=True)
