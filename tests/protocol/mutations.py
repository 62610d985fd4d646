"""The pipeline, broken on purpose in one place each. The exhaustive check must catch every one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO

from chalicelib.errors import Leased
from chalicelib.pipeline.invocation import Invocation
from chalicelib.pipeline.pipeline import Outcome, Pipeline, _Superseded
from chalicelib.records.record import Claim, Clock, Refusal, Result
from chalicelib.records.s3_changes import Change, Removal, Upload
from chalicelib.storage.bucket import Bucket, Conflict, StoredObject
from chalicelib.storage.table import Records
from tests.protocol import replay


class WithoutReread(Pipeline):
    """Writes over whatever is there without asking whether the claim still stands."""

    def _store(self, claim: Claim, output_key: str, pdf: BinaryIO) -> str:
        bucket = self.bucket(self.settings.output_bucket)
        expected = claim.old.output_etag if claim.old else None
        while True:
            try:
                return bucket.put(output_key, pdf, expected)
            except Conflict:
                expected = _etag(bucket.head(output_key))


class CheckBeforeHead(Pipeline):
    """Asks whether the claim stands before it looks at what is there."""

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


def _etag(found: StoredObject | None) -> str | None:
    return found.etag if found else None


class EqualIds(Pipeline):
    """Gives uploads of equal text equal PDFs."""

    def _document_id(self, upload: Upload) -> str:
        return f"{upload.bucket}/{upload.key}"


class LeasedIsDone(Pipeline):
    """Returns when another run is at work, so that Lambda does not ask again."""

    def process(self, change: Change, run: Invocation) -> Outcome:
        try:
            return super().process(change, run)
        except Leased:
            return Outcome.DUPLICATE


class _UnconditionalBucket(Bucket):
    def put(self, key: str, pdf: BinaryIO, expected_etag: str | None) -> str:  # noqa: ARG002
        pdf.seek(0)
        answer = self._client.put_object(Bucket=self.name, Key=key, Body=pdf)
        return answer["ETag"].strip('"')


class _RecordsWithoutCheckedFinish(Records):
    def finish(self, claim: Claim, result: Result) -> bool:
        found = self.get(claim.upload.bucket, claim.upload.key, consistent=True)
        assert found is not None
        now_held = Claim(
            replace(claim.upload, sequencer=found.sequencer), found.claim, found.attempts, None
        )
        return super().finish(now_held, result)


class _RecordsWithoutOrder(Records):
    def claim(self, upload: Upload, claim_id: str, lease_until: datetime) -> Claim | Refusal:
        found = self.get(upload.bucket, upload.key, consistent=True)
        if found is not None and found.sequencer > upload.sequencer:
            after = replace(upload, sequencer=found.sequencer + "0")
            return super().claim(after, claim_id, lease_until)
        return super().claim(upload, claim_id, lease_until)


class _RecordsBlindToRemoval(Records):
    def remove(self, removal: Removal) -> bool:
        found = self.get(removal.bucket, removal.key, consistent=True)
        return super().remove(removal) if found else True


def _with(**parts: Callable[..., Any]) -> replay.Build:
    def build(client: Any, clock: Clock) -> Pipeline:
        whole = replay.build(client, clock)
        return replace(whole, **{name: make(client, clock) for name, make in parts.items()})

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
    "a removal leaves no trace if nothing is there yet": _with(
        records=_records(_RecordsBlindToRemoval)
    ),
}
