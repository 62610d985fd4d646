"""Pipelines with one deliberate defect each, which the exhaustive check must detect."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO

from chalicelib.errors import Leased
from chalicelib.pipeline.invocation import Invocation
from chalicelib.pipeline.pipeline import Outcome, Pipeline, _Superseded
from chalicelib.records.claim import Claim, Refusal
from chalicelib.records.record import Clock, Result
from chalicelib.records.s3_changes import Change, Removal, Upload
from chalicelib.storage.bucket import Bucket, Conflict, StoredObject
from chalicelib.storage.table import Records
from tests.protocol import replay


class WithoutReread(Pipeline):
    """Replaces the output without checking that the claim is still valid."""

    def _store(self, claim: Claim, output_key: str, pdf: BinaryIO) -> str:
        bucket = self.bucket(self.settings.output_bucket)
        expected = claim.old.output_etag if claim.old else None
        while True:
            try:
                return bucket.put(output_key, pdf, expected)
            except Conflict:
                expected = _etag(bucket.head(output_key))


class CheckBeforeHead(Pipeline):
    """Checks the claim before it reads the output's etag, and not after it."""

    def _store(self, claim: Claim, output_key: str, pdf: BinaryIO) -> str:
        bucket = self.bucket(self.settings.output_bucket)
        expected = claim.old.output_etag if claim.old else None
        while True:
            try:
                return bucket.put(output_key, pdf, expected)
            except Conflict:
                if not self.records.holds(claim):
                    raise _Superseded from None
                expected = _etag(bucket.head(output_key))


def _etag(stored: StoredObject | None) -> str | None:
    return stored.etag if stored else None


class EqualIds(Pipeline):
    """Gives uploads of equal text equal PDFs."""

    def _document_id(self, upload: Upload) -> str:
        return f"{upload.bucket}/{upload.key}"


class LeasedIsDone(Pipeline):
    """Succeeds if another run is in progress, so that Lambda does not retry."""

    def process(self, change: Change, run: Invocation) -> Outcome:
        try:
            return super().process(change, run)
        except Leased:
            return Outcome.DUPLICATE


class _UnconditionalBucket(Bucket):
    def put(self, key: str, pdf: BinaryIO, expected_etag: str | None) -> str:  # noqa: ARG002
        pdf.seek(0)
        response = self._client.put_object(Bucket=self.name, Key=key, Body=pdf)
        return response["ETag"].strip('"')


class _RecordsWithoutCheckedFinish(Records):
    def finish(self, claim: Claim, result: Result) -> bool:
        record = self.get(claim.upload.bucket, claim.upload.key, consistent=True)
        assert record is not None
        current_claim = Claim(
            replace(claim.upload, sequencer=record.sequencer), record.claim, record.attempts, None
        )
        return super().finish(current_claim, result)


class _RecordsWithoutOrder(Records):
    def claim(self, upload: Upload, claim_id: str, lease_until: datetime) -> Claim | Refusal:
        record = self.get(upload.bucket, upload.key, consistent=True)
        if record is not None and record.sequencer > upload.sequencer:
            after = replace(upload, sequencer=record.sequencer + "0")
            return super().claim(after, claim_id, lease_until)
        return super().claim(upload, claim_id, lease_until)


class _RecordsBlindToRemoval(Records):
    def remove(self, removal: Removal) -> bool:
        record = self.get(removal.bucket, removal.key, consistent=True)
        return super().remove(removal) if record else True


def _with(**parts: Callable[..., Any]) -> replay.Build:
    def build(client: Any, clock: Clock) -> Pipeline:
        pipeline = replay.build(client, clock)
        return replace(pipeline, **{name: make(client, clock) for name, make in parts.items()})

    return build


def _of(kind: type[Pipeline]) -> replay.Build:
    return lambda client, clock: replay.build(client, clock, kind)


def _records(kind: type[Records]) -> Callable[[Any, Clock], Records]:
    settings = replay.SETTINGS
    return lambda client, clock: kind(client, settings.table, settings.shards, clock)


MUTATIONS: dict[str, replay.Build] = {
    "the re-read is dropped": _of(WithoutReread),
    "HEAD and check are swapped": _of(CheckBeforeHead),
    "the /ID is dropped": _of(EqualIds),
    "a leased upload counts as done": _of(LeasedIsDone),
    "the PUT is unconditional": _with(
        bucket=lambda client, _: partial(_UnconditionalBucket, client)
    ),
    "any run may finish": _with(records=_records(_RecordsWithoutCheckedFinish)),
    "an older event may claim": _with(records=_records(_RecordsWithoutOrder)),
    "a removal writes nothing if there is no record": _with(
        records=_records(_RecordsBlindToRemoval)
    ),
}
