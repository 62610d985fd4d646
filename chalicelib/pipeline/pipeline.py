"""The conversion of an upload, from its event to its record: claim, read, convert, store, finish.

Events of one key may arrive repeatedly and in any order, and a run may be killed at any point.
`records` decides which run may claim an upload; conditional writes keep PDF and record consistent.
"""

import logging
import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

from botocore.exceptions import ClientError

from chalicelib.converter import Options, Progress, Report, convert
from chalicelib.converter import Source as Text
from chalicelib.converter.reading.compression import Readable, checked
from chalicelib.errors import (
    Contended,
    EmptyKey,
    EventFailed,
    Leased,
    NameTaken,
    OutOfTurn,
    PermanentError,
    TextToPdfError,
)
from chalicelib.metrics import record_outcome
from chalicelib.pipeline.invocation import Bounds, Invocation
from chalicelib.records import naming
from chalicelib.records.claim import Claim, Refusal
from chalicelib.records.record import Clock, Result, Status, utc_now
from chalicelib.records.s3_changes import Change, Removal, Upload
from chalicelib.settings import Settings
from chalicelib.storage.bucket import Bucket, Conflict, OpenObject
from chalicelib.storage.table import Records

log = logging.getLogger(__name__)

EMPTY_KEY_RECORD = "(empty key)/"
"""Key of the record of an event with an empty key. It ends in `/`, so no file has this record."""

MAX_PUT_ATTEMPTS = 8
"""Maximum PUT attempts while other writers keep replacing the output object."""

Converter = Callable[[Readable, BinaryIO, Text, Options, Callable[[Progress], None] | None], Report]


class Outcome(StrEnum):
    """The outcome of processing one change.

    CONVERTED and FAILED, a permanent failure, end a conversion; TO_BE_RETRIED is only logged, since
    the error is raised. SUPERSEDED, DUPLICATE and LEFT_ALONE are as in `Refusal`; SUPERSEDED also
    means that the run lost its claim. REMOVED: the deletion was recorded. IGNORED: the key is that
    of a folder, or the object still exists, or it needs no conversion.
    """

    CONVERTED = "converted"
    FAILED = "failed"
    TO_BE_RETRIED = "to be retried"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    LEFT_ALONE = "left alone"
    REMOVED = "removed"
    IGNORED = "ignored"


_OUTCOMES = {
    Refusal.SUPERSEDED: Outcome.SUPERSEDED,
    Refusal.DUPLICATE: Outcome.DUPLICATE,
    Refusal.LEFT_ALONE: Outcome.LEFT_ALONE,
}
"""Outcome of a run by the reason why its claim was refused; LEASED raises an error instead."""


class _Superseded(Exception):
    """Another run has claimed the upload or a newer one; the result of this run is discarded."""


@dataclass(frozen=True)
class Pipeline:
    """Converts uploads to PDFs and writes their records; `bucket` returns the bucket of a name."""

    records: Records
    bucket: Callable[[str], Bucket]
    settings: Settings
    clock: Clock = utc_now
    convert: Converter = convert

    def process_all(self, changes: Iterable[Change], run: Invocation) -> None:
        """Process all changes of an event in order, each even if others fail.

        A change is not begun, and must be retried, if those before it took more than half of the
        time for conversion. Raises EventFailed at the end if some changes must be retried.
        """
        failures: dict[str, Exception] = {}
        for number, change in enumerate(changes):
            try:
                self._check_turn(change, run, is_first=number == 0)
                self.process(change, run)
            except Exception as error:  # continue with the others
                failures[change.key] = error
                log.warning("will be retried: %r", change.key, exc_info=error)
        if failures:
            messages = (f"{key!r}: {_message(error)}" for key, error in failures.items())
            raise EventFailed(f"To be tried again: {'; '.join(messages)}") from next(
                iter(failures.values())
            )

    def _check_turn(self, change: Change, run: Invocation, *, is_first: bool) -> None:
        """Raise OutOfTurn if earlier changes used more than half of the time for conversion.

        So OutOfTime, a permanent failure, is raised only for a file that had enough time.
        """
        if not is_first and self.clock() - run.started > (run.convert_until - run.started) / 2:
            raise OutOfTurn(
                f"Other files of the event took the time of {change.key!r}; it will be tried again."
            )

    def process(self, change: Change, run: Invocation) -> Outcome:
        """Convert an upload, or record a removal; log and return the outcome.

        A PermanentError of the conversion is recorded and not raised. Any other error of it is
        recorded as retryable and raised. Errors of AWS before or after the conversion are only
        raised. Raises Leased if another run has claimed this upload: if this invocation succeeded
        and that run is dead, nothing would retry the file.
        """
        outcome, result = self._process(change, run)
        record_outcome(change, run.id, outcome, result, self.settings.stage)
        return outcome

    def _process(self, change: Change, run: Invocation) -> tuple[Outcome, Result | None]:
        """Process a change and return the outcome, with the result if there was a conversion."""
        if naming.is_folder(change.key):
            return Outcome.IGNORED, None
        if isinstance(change, Removal):
            return self._remove(change), None
        recorded_upload = change if change.key else replace(change, key=EMPTY_KEY_RECORD)
        claim = self.records.claim(recorded_upload, run.id, run.lease_until)
        if claim is Refusal.LEASED:
            raise Leased(f"Another run is converting {change.key!r}; this one will be tried again.")
        if isinstance(claim, Refusal):
            return _OUTCOMES[claim], None
        started = self.clock()
        try:
            result = self._convert(change, claim, run)
        except _Superseded:
            return Outcome.SUPERSEDED, None
        except PermanentError as error:
            result = self._with_duration(_failure(error), started)
        except Exception as error:
            result = self._with_duration(_failure(error), started)
            self.records.finish(claim, result)
            record_outcome(change, run.id, Outcome.TO_BE_RETRIED, result, self.settings.stage)
            raise
        else:
            result = self._with_duration(result, started)
        if not self.records.finish(claim, result):
            return Outcome.SUPERSEDED, None
        outcome = Outcome.CONVERTED if result.status is Status.SUCCESS else Outcome.FAILED
        return outcome, result

    def _remove(self, removal: Removal) -> Outcome:
        """Record that the input was deleted, unless only an old version of it was."""
        if self.bucket(removal.bucket).head(removal.key):
            return Outcome.IGNORED
        return Outcome.REMOVED if self.records.remove(removal) else Outcome.SUPERSEDED

    def _convert(self, upload: Upload, claim: Claim, run: Invocation) -> Result:
        """Read, convert and store an upload, and return its result."""
        if not upload.key:
            raise EmptyKey("The event names no file: upload the file again under a name.")
        output_key = naming.output_key(upload.key, **self.settings.names)
        bounds = Bounds(run, self.clock, self.settings.max_bytes, self.settings.max_pages)
        bounds.check_size(upload.size)
        source = self.bucket(upload.bucket).open(upload.key, upload.version_id)
        with tempfile.TemporaryFile() as pdf:
            with closing(source.body):
                bounds.check_size(source.size)
                report = self._render(upload, source, pdf, bounds)
            output_size = pdf.seek(0, os.SEEK_END)
            output_etag = self._store(claim, output_key, pdf)
        return Result(
            status=Status.SUCCESS,
            etag=source.etag,
            version_id=source.version_id,
            size=source.size,
            output_bucket=self.settings.output_bucket,
            output_key=output_key,
            output_etag=output_etag,
            text_size=report.text_size,
            output_size=output_size,
            pages=report.pages,
            encoding=report.encoding,
            encoding_basis=report.encoding_basis,
            encoding_step=report.encoding_step,
            page_format=report.page_format,
            replaced=report.replaced,
            repaired=report.repaired,
            warnings=[{"code": w.code, "message": w.message} for w in report.warnings] or None,
        )

    def _render(self, upload: Upload, source: OpenObject, pdf: BinaryIO, bounds: Bounds) -> Report:
        """Convert the text to the PDF file, and return the converter's report."""
        text = Text(
            name=upload.key.rpartition("/")[2],
            created_at=upload.uploaded_at,
            document_id=self._document_id(upload),
            charset=source.charset,
            size=source.size,
            language=source.language,
        )
        options = Options.parse(source.metadata, self.settings.options)
        with checked(
            source.body, source.content_encoding, text.name, bounds.check_text_size
        ) as readable:
            report = self.convert(readable, pdf, text, options, bounds.check)
        bounds.check_pages(report.pages)
        return report

    def _document_id(self, upload: Upload) -> str:
        """Return the text that the PDF's /ID is derived from.

        It differs between uploads of equal text, so that their PDFs never have the same etag (no
        ABA problem), and is the same for each attempt at one upload.
        """
        return f"{upload.bucket}/{upload.key}/{upload.sequencer}"

    def _store(self, claim: Claim, output_key: str, pdf: BinaryIO) -> str:
        """Store the PDF if the output object has the etag on record; return its new etag.

        If the object has another etag, another run has written it. The order HEAD, check, PUT makes
        a further attempt safe: a run that claims after the check also writes after it, which
        changes the etag that this PUT requires. Raises _Superseded if the claim was lost.
        """
        bucket = self.bucket(self.settings.output_bucket)
        expected = claim.old.output_etag if claim.old else None
        for _ in range(MAX_PUT_ATTEMPTS):
            try:
                return bucket.put(output_key, pdf, expected)
            except Conflict:
                present = bucket.head(output_key)
                expected = present.etag if present else None
                if present:
                    self._check_owner(output_key)
                if not self.records.holds(claim):
                    raise _Superseded from None
        raise Contended(f"Other writers keep changing {output_key!r}; it will be tried again.")

    def _check_owner(self, output_key: str) -> None:
        """Raise NameTaken if the stored PDF is on the record of another file.

        That file was converted by an earlier version, or under another list of suffixes.
        """
        other = naming.other_input_key(output_key, **self.settings.names)
        if other is None:
            return
        record = self.records.get(self.settings.input_bucket, other, consistent=True)
        if record and record.status is Status.SUCCESS and record.output_key == output_key:
            raise NameTaken(
                f"The PDF of {other!r} is stored as {output_key!r}, where this file's PDF belongs "
                "now: upload that file again, whose PDF then moves, or delete that PDF; "
                "then upload this file again."
            )

    def _with_duration(self, result: Result, started: datetime) -> Result:
        """Return the result with the time since `started` as its duration."""
        elapsed = self.clock() - started
        return replace(result, duration_ms=round(elapsed.total_seconds() * 1000))


def _failure(error: Exception) -> Result:
    """Return the result of a run that failed with this error."""
    return Result(
        status=Status.FAILED,
        error_code=error.code if isinstance(error, TextToPdfError) else type(error).__name__,
        error=_message(error),
        retryable=not isinstance(error, PermanentError),
    )


def _message(error: Exception) -> str:
    """Return the message of an error for users.

    The text of a foreign exception is never shown, since it may contain paths.
    """
    if isinstance(error, TextToPdfError):
        return str(error)
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        return f"AWS refused {error.operation_name} ({code}); it will be tried again."
    return f"An unexpected {type(error).__name__} stopped the conversion; it will be tried again."
