"""One upload from its event to its record: claim, read, convert, store, finish.

Events of one key come more than once and in any order, and a run may be killed at any
instruction. `records` says who may claim; conditional writes keep PDF and record true.
"""

import logging
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, BinaryIO, Protocol

from botocore.exceptions import ClientError

from chalicelib import naming
from chalicelib.account import tell
from chalicelib.converter import Options, Report, convert
from chalicelib.converter import Source as Text
from chalicelib.errors import EmptyKey, EventFailed, Leased, PermanentError, TextToPdfError
from chalicelib.notification import Upload
from chalicelib.records import Claim, Refusal, Result, Status
from chalicelib.settings import Settings
from chalicelib.storage import Conflict, Opened

log = logging.getLogger(__name__)

NAMELESS = "(empty key)/"
"""Where an event without a key is recorded; no file's record can be there: it ends in `/`."""


class Outcome(StrEnum):
    """How a run ended."""

    CONVERTED = "converted"
    FAILED = "failed"
    TO_BE_RETRIED = "to be retried"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"


class RecordsPort(Protocol):
    """The records, as the pipeline needs them."""

    def claim(self, upload: Upload, claim_id: str, lease_until: datetime) -> Claim | Refusal: ...
    def holds(self, claim: Claim) -> bool: ...
    def finish(self, claim: Claim, result: Result) -> bool: ...


class SourcePort(Protocol):
    """The input bucket, as the pipeline needs it."""

    def open(self, upload: Upload) -> Opened: ...


class SinkPort(Protocol):
    """The output bucket, as the pipeline needs it."""

    @property
    def bucket(self) -> str: ...
    def put(self, key: str, pdf: BinaryIO, expected_etag: str | None) -> str: ...
    def etag(self, key: str) -> str | None: ...


@dataclass(frozen=True)
class Run:
    """One invocation: its request id and the moment at which Lambda would kill it."""

    id: str
    deadline: datetime

    @classmethod
    def of(cls, context: Any) -> "Run":
        """The run that this Lambda context belongs to."""
        left = timedelta(milliseconds=context.get_remaining_time_in_millis())
        return cls(context.aws_request_id, datetime.now(UTC) + left)


class _Superseded(Exception):
    """Another run has claimed the key: what this one does no longer matters."""


@dataclass(frozen=True)
class Pipeline:
    """What turns uploads into PDFs and records, over three ports."""

    records: RecordsPort
    source: SourcePort
    sink: SinkPort
    settings: Settings

    def process_all(self, uploads: Iterable[Upload], run: Run) -> None:
        """Process every upload of an event, each on its own.

        Raise EventFailed, after all, if some must be tried again; what is finished stays finished.
        """
        failures: dict[str, Exception] = {}
        for upload in uploads:
            try:
                self.process(upload, run)
            except Exception as error:  # one must not stop the others
                failures[upload.key] = error
                log.warning("will be tried again: %r", upload.key, exc_info=error)
        if failures:
            told = "; ".join(f"{key!r}: {_sentence(error)}" for key, error in failures.items())
            raise EventFailed(f"To be tried again: {told}") from next(iter(failures.values()))

    def process(self, upload: Upload, run: Run) -> Outcome:
        """Convert one upload and record what came of it.

        A PermanentError is recorded and ends the matter. Any other error is recorded as
        retryable and raised. Raise Leased if another run is at work on this very upload:
        returning would lose the file if that run is already dead.
        """
        outcome, result = self._process(upload, run)
        tell(upload, run.id, outcome, result, self.settings.stage)
        return outcome

    def _process(self, upload: Upload, run: Run) -> tuple[Outcome, Result | None]:
        if naming.is_folder(upload.key):
            return Outcome.IGNORED, None
        recorded = upload if upload.key else replace(upload, key=NAMELESS)
        claim = self.records.claim(recorded, run.id, run.deadline)
        if claim is Refusal.LEASED:
            raise Leased(f"Another run is converting {upload.key!r}; this one will come again.")
        if isinstance(claim, Refusal):
            return Outcome(claim.value), None
        started = time.monotonic()
        try:
            result = self._convert(upload, claim)
        except _Superseded:
            return Outcome.SUPERSEDED, None
        except PermanentError as error:
            result = _timed(_failure(error), started)
        except Exception as error:
            result = _timed(_failure(error), started)
            self.records.finish(claim, result)
            tell(upload, run.id, Outcome.TO_BE_RETRIED, result, self.settings.stage)
            raise
        else:
            result = _timed(result, started)
        if not self.records.finish(claim, result):
            return Outcome.SUPERSEDED, None
        outcome = Outcome.CONVERTED if result.status is Status.SUCCESS else Outcome.FAILED
        return outcome, result

    def _convert(self, upload: Upload, claim: Claim) -> Result:
        if not upload.key:
            raise EmptyKey("The event names no file: upload the file again under a name.")
        output_key = naming.output_key(
            upload.key,
            input_prefix=self.settings.input_prefix,
            output_prefix=self.settings.output_prefix,
        )
        opened = self.source.open(upload)
        with tempfile.TemporaryFile() as pdf:
            report = _render(upload, opened, pdf)
            output_size = pdf.tell()
            output_etag = self._store(claim, output_key, pdf)
        return Result(
            status=Status.SUCCESS,
            etag=opened.etag,
            version_id=opened.version_id,
            size=opened.size,
            output_bucket=self.sink.bucket,
            output_key=output_key,
            output_etag=output_etag,
            output_size=output_size,
            pages=report.pages,
            encoding=report.encoding,
            encoding_basis=report.encoding_basis,
            replaced=report.replaced,
        )

    def _store(self, claim: Claim, output_key: str, pdf: BinaryIO) -> str:
        """Store the PDF over what the claimed record says is there; its etag.

        If something else is there, another run has written. The order HEAD, check, PUT is what
        makes the second try safe: whoever claims after our check also writes after it, and that
        changes the etag that our PUT is conditional on.
        """
        expected = claim.old.output_etag if claim.old else None
        while True:
            try:
                return self.sink.put(output_key, pdf, expected)
            except Conflict:
                expected = self.sink.etag(output_key)
                if not self.records.holds(claim):
                    raise _Superseded from None


def _render(upload: Upload, opened: Opened, pdf: BinaryIO) -> Report:
    text = Text(
        name=upload.key.rpartition("/")[2],
        created_at=upload.uploaded_at,
        # Two uploads of equal text get different PDFs, so an etag never comes back (no ABA);
        # one upload always gets the same.
        document_id=f"{upload.bucket}/{upload.key}/{upload.sequencer}",
        charset=opened.charset,
        size=opened.size,
    )
    return convert(opened.body, pdf, text, Options.parse(opened.metadata))


def _failure(error: Exception) -> Result:
    return Result(
        status=Status.FAILED,
        error_code=error.code if isinstance(error, TextToPdfError) else type(error).__name__,
        error=_sentence(error),
        retryable=not isinstance(error, PermanentError),
    )


def _sentence(error: Exception) -> str:
    """What a user may read of an error: of a foreign one never its text, which may hold paths."""
    if isinstance(error, TextToPdfError):
        return str(error)
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        return f"AWS refused {error.operation_name} ({code}); it will be tried again."
    return f"An unexpected {type(error).__name__} stopped the conversion; it will be tried again."


def _timed(result: Result, started: float) -> Result:
    return replace(result, duration_ms=round((time.monotonic() - started) * 1000))
