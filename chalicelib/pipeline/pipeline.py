"""One upload from its event to its record: claim, read, convert, store, finish.

Events of one key come more than once and in any order, and a run may be killed at any
instruction. `records` says who may claim; conditional writes keep PDF and record true.
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
from chalicelib.errors import (
    Contended,
    EmptyKey,
    EventFailed,
    Leased,
    OutOfTurn,
    PermanentError,
    TextToPdfError,
)
from chalicelib.metrics import record_outcome
from chalicelib.pipeline.invocation import Bounds, Invocation
from chalicelib.records import naming
from chalicelib.records.record import Claim, Clock, Refusal, Result, Status, utc_now
from chalicelib.records.s3_changes import Change, Removal, Upload
from chalicelib.settings import Settings
from chalicelib.storage.bucket import Bucket, Conflict, OpenObject
from chalicelib.storage.table import Records

log = logging.getLogger(__name__)

NAMELESS = "(empty key)/"
"""Where an event without a key is recorded; no file's record can be there: it ends in `/`."""

ROUNDS = 8
"""How often storing is tried against other writers; each that we lose to has claimed the key."""

Converter = Callable[[BinaryIO, BinaryIO, Text, Options, Callable[[Progress], None] | None], Report]


class Outcome(StrEnum):
    """How a run ended."""

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
"""How a run ends whose claim is refused; of one that is leased, Lambda asks again."""


class _Superseded(Exception):
    """Another run has claimed the key: what this one does no longer matters."""


@dataclass(frozen=True)
class Pipeline:
    """What turns uploads into PDFs and records; `bucket` gives the bucket of a name."""

    records: Records
    bucket: Callable[[str], Bucket]
    settings: Settings
    clock: Clock = utc_now
    convert: Converter = convert

    def process_all(self, changes: Iterable[Change], run: Invocation) -> None:
        """Process every change of an event, each on its own.

        Raise EventFailed, after all, if some must be tried again; what is finished stays finished.
        """
        failures: dict[str, Exception] = {}
        for number, change in enumerate(changes):
            try:
                self._await_turn(change, run, is_first=number == 0)
                self.process(change, run)
            except Exception as error:  # one must not stop the others
                failures[change.key] = error
                log.warning("will be tried again: %r", change.key, exc_info=error)
        if failures:
            told = "; ".join(f"{key!r}: {_sentence(error)}" for key, error in failures.items())
            raise EventFailed(f"To be tried again: {told}") from next(iter(failures.values()))

    def _await_turn(self, change: Change, run: Invocation, *, is_first: bool) -> None:
        """Raise OutOfTurn if those before have taken over half of the time that is for converting.

        A file is told that it takes too long only if it had the time to itself.
        """
        if not is_first and self.clock() - run.started > (run.convert_until - run.started) / 2:
            raise OutOfTurn(f"The turn of {change.key!r} did not come; it will be tried again.")

    def process(self, change: Change, run: Invocation) -> Outcome:
        """Convert one upload, or note that one was removed, and record what came of it.

        A PermanentError is recorded and ends the matter. Any other error is recorded as
        retryable and raised. Raise Leased if another run is at work on this very upload:
        returning would lose the file if that run is already dead.
        """
        outcome, result = self._process(change, run)
        record_outcome(change, run.id, outcome, result, self.settings.stage)
        return outcome

    def _process(self, change: Change, run: Invocation) -> tuple[Outcome, Result | None]:
        if naming.is_folder(change.key):
            return Outcome.IGNORED, None
        if isinstance(change, Removal):
            return self._remove(change), None
        recorded = change if change.key else replace(change, key=NAMELESS)
        claim = self.records.claim(recorded, run.id, run.lease_until)
        if claim is Refusal.LEASED:
            raise Leased(f"Another run is converting {change.key!r}; this one will come again.")
        if isinstance(claim, Refusal):
            return _OUTCOMES[claim], None
        started = self.clock()
        try:
            result = self._convert(change, claim, run)
        except _Superseded:
            return Outcome.SUPERSEDED, None
        except PermanentError as error:
            result = self._timed(_failure(error), started)
        except Exception as error:
            result = self._timed(_failure(error), started)
            self.records.finish(claim, result)
            record_outcome(change, run.id, Outcome.TO_BE_RETRIED, result, self.settings.stage)
            raise
        else:
            result = self._timed(result, started)
        if not self.records.finish(claim, result):
            return Outcome.SUPERSEDED, None
        outcome = Outcome.CONVERTED if result.status is Status.SUCCESS else Outcome.FAILED
        return outcome, result

    def _remove(self, removal: Removal) -> Outcome:
        """Note that the input is gone, if it is: what was removed may be an old version."""
        if self.bucket(removal.bucket).head(removal.key):
            return Outcome.IGNORED
        return Outcome.REMOVED if self.records.remove(removal) else Outcome.SUPERSEDED

    def _convert(self, upload: Upload, claim: Claim, run: Invocation) -> Result:
        if not upload.key:
            raise EmptyKey("The event names no file: upload the file again under a name.")
        output_key = naming.output_key(
            upload.key,
            input_prefix=self.settings.input_prefix,
            output_prefix=self.settings.output_prefix,
        )
        bounds = Bounds(run, self.clock, self.settings.max_bytes, self.settings.max_pages)
        bounds.check_size(upload.size)
        opened = self.bucket(upload.bucket).open(upload.key, upload.version_id)
        with tempfile.TemporaryFile() as pdf:
            with closing(opened.body):
                bounds.check_size(opened.size)
                report = self._render(upload, opened, pdf, bounds)
            output_size = pdf.seek(0, os.SEEK_END)
            output_etag = self._store(claim, output_key, pdf)
        return Result(
            status=Status.SUCCESS,
            etag=opened.etag,
            version_id=opened.version_id,
            size=opened.size,
            output_bucket=self.settings.output_bucket,
            output_key=output_key,
            output_etag=output_etag,
            output_size=output_size,
            pages=report.pages,
            encoding=report.encoding,
            encoding_basis=report.encoding_basis,
            encoding_step=report.encoding_step,
            replaced=report.replaced,
            repaired=report.repaired,
            warnings=[{"code": one.code, "message": one.message} for one in report.warnings]
            or None,
        )

    def _render(self, upload: Upload, opened: OpenObject, pdf: BinaryIO, bounds: Bounds) -> Report:
        text = Text(
            name=upload.key.rpartition("/")[2],
            created_at=upload.uploaded_at,
            document_id=self._document_id(upload),
            charset=opened.charset,
            size=opened.size,
            language=opened.language,
        )
        options = Options.parse(opened.metadata, self.settings.options)
        report = self.convert(opened.body, pdf, text, options, bounds.check)
        bounds.check_pages(report.pages)
        return report

    def _document_id(self, upload: Upload) -> str:
        """What the PDF's /ID is made of.

        Two uploads of equal text get different PDFs, so an etag never comes back (no ABA); one
        upload always gets the same.
        """
        return f"{upload.bucket}/{upload.key}/{upload.sequencer}"

    def _store(self, claim: Claim, output_key: str, pdf: BinaryIO) -> str:
        """Store the PDF over what the claimed record says is there; its etag.

        If something else is there, another run has written. The order HEAD, check, PUT is what
        makes the second try safe: whoever claims after our check also writes after it, and that
        changes the etag that our PUT is conditional on.
        """
        bucket = self.bucket(self.settings.output_bucket)
        expected = claim.old.output_etag if claim.old else None
        for _ in range(ROUNDS):
            try:
                return bucket.put(output_key, pdf, expected)
            except Conflict:
                present = bucket.head(output_key)
                expected = present.etag if present else None
                if not self.records.holds(claim):
                    raise _Superseded from None
        raise Contended(f"Other writers keep changing {output_key!r}; it will be tried again.")

    def _timed(self, result: Result, started: datetime) -> Result:
        elapsed = self.clock() - started
        return replace(result, duration_ms=round(elapsed.total_seconds() * 1000))


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
