"""PDFs fetched into a folder, many at a time; a file is there whole or not at all."""

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

AT_ONCE = 8
CHUNK_BYTES = 1 << 16


class DownloadError(Exception):
    """A PDF could not be fetched; the text says why."""


@dataclass
class Downloads:
    """Fetches PDFs of `bucket` into `folder`."""

    client: "S3Client"
    bucket: str
    folder: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_over: bool = False
    _unfinished: set[Path] = field(default_factory=set)
    _written: dict[tuple[int, int], str] = field(default_factory=dict)

    def fetch(self, keys: Sequence[str], on_done: Callable[[], None]) -> dict[str, str]:
        """Fetch all of them, and call `on_done` after each; why it failed, by key.

        Interrupted, it ends at once and leaves nothing half-written behind. That is why the
        threads are daemons: one may be waiting for a network that is not coming back.
        """
        todo: SimpleQueue[str] = SimpleQueue()
        done: SimpleQueue[tuple[str, Exception | None]] = SimpleQueue()
        for key in keys:
            todo.put(key)
        failures: dict[str, str] = {}
        try:  # from the first thread on: Ctrl-C may come before the last one has started
            for _ in range(AT_ONCE):
                threading.Thread(target=self._work, args=(todo, done), daemon=True).start()
            for _ in keys:
                key, error = done.get()
                if isinstance(error, DownloadError | OSError | BotoCoreError | ClientError):
                    failures[key] = str(error)
                elif error is not None:
                    raise error
                on_done()
        finally:
            self._end()
        return failures

    def _work(
        self, todo: SimpleQueue[str], done: SimpleQueue[tuple[str, Exception | None]]
    ) -> None:
        while True:
            try:
                key = todo.get_nowait()
            except Empty:
                return
            try:
                self._fetch(key)
            except Exception as error:  # noqa: BLE001 - raised again where all of them are awaited
                done.put((key, error))
            else:
                done.put((key, None))

    def _fetch(self, key: str) -> None:
        target = self.folder / file_names.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(self.folder.resolve()):
            raise DownloadError(f"{target.parent} leads out of {self.folder}: it is a link")
        body = self.client.get_object(Bucket=self.bucket, Key=key)["Body"]
        unfinished = output_file.unfinished(target)
        try:
            with body, self._begin(unfinished) as file:
                for chunk in body.iter_chunks(CHUNK_BYTES):
                    file.write(chunk)
            self._put_in_place(key, unfinished, target)
        finally:
            unfinished.unlink(missing_ok=True)

    def _begin(self, unfinished: Path) -> BinaryIO:
        with self._lock:
            if self._is_over:
                raise DownloadError("interrupted")
            self._unfinished.add(unfinished)
            return unfinished.open("xb")

    def _put_in_place(self, key: str, unfinished: Path, target: Path) -> None:
        """Where names are alike that differ in case only, the second must not replace the first."""
        with self._lock:
            if self._is_over:
                raise DownloadError("interrupted")
            if target.exists():
                there = target.stat()
                other = self._written.get((there.st_dev, there.st_ino))
                if other is not None:
                    raise DownloadError(f"this file system takes its name for that of {other}")
            unfinished.replace(target)
            self._unfinished.discard(unfinished)
            here = target.stat()
            self._written[here.st_dev, here.st_ino] = key

    def _end(self) -> None:
        with self._lock:
            self._is_over = True
            for path in self._unfinished:
                path.unlink(missing_ok=True)
