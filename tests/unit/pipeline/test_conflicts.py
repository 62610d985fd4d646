"""Uploads of the same text or PDF, processed by several runs or in the wrong order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.converter import Report
from chalicelib.errors import Leased, TransientError
from chalicelib.pipeline.pipeline import MAX_PUT_ATTEMPTS, Outcome
from chalicelib.records import naming
from chalicelib.records.record import Record, Status
from chalicelib.records.s3_changes import pad_sequencer
from chalicelib.storage.bucket import Bucket, Conflict
from tests.unit.pipeline.stage import RUN, START, UPLOAD, Given, Stage, failing, pdf


def test_retry_converts_a_file_that_failed() -> None:
    stage = failing(OSError("x"))
    with pytest.raises(OSError, match="x"):
        stage.process()
    stage.convert = None
    outcome, record = stage.process()
    assert record
    assert (outcome, record.status, record.attempts) == (Outcome.CONVERTED, Status.SUCCESS, 2)
    assert (record.error, record.error_code, record.retryable) == (None, None, None)


def test_repeated_event_is_a_duplicate() -> None:
    stage = Stage()
    stage.upload()
    _, first = stage.process()
    assert stage.process() == (Outcome.DUPLICATE, first)
    assert len(stage.calls) == 1


def test_an_event_older_than_the_record_is_superseded() -> None:
    stage = Stage()
    stage.upload()
    stage.process()
    outcome, record = stage.process(replace(UPLOAD, sequencer=pad_sequencer("04")))
    assert outcome is Outcome.SUPERSEDED
    assert record
    assert record.sequencer == pad_sequencer("05")


def test_upload_leased_by_another_run_is_retried() -> None:
    stage = Stage()
    stage.upload()
    stage.records.claim(UPLOAD, "other", START + timedelta(seconds=60))
    with pytest.raises(Leased, match=r"'in/2026/a\.txt'"):
        stage.process()
    stage.now += timedelta(seconds=61)
    assert stage.process()[0] is Outcome.CONVERTED


def test_run_that_loses_its_claim_while_converting_writes_nothing() -> None:
    stage = Stage()
    stage.upload()
    newer = replace(UPLOAD, sequencer=pad_sequencer("06"))

    def overtaken(*given: Any) -> Report:
        stage.records.claim(newer, "newer", START + timedelta(seconds=900))
        stage.cloud.client.put_object(Bucket="output", Key="pdf/2026/a.pdf", Body=b"newer")
        return stage.converted(*given)

    stage.convert = overtaken
    outcome, record = stage.process()
    assert outcome is Outcome.SUPERSEDED
    assert record
    assert (record.claim, record.status) == ("newer", Status.PROCESSING)
    assert pdf(stage, "pdf/2026/a.pdf") == b"newer"


def test_run_that_loses_its_claim_after_storing_is_superseded() -> None:
    stage = Stage()
    stage.upload()

    class Overtaken(Bucket):
        def put(self, key: str, pdf: Any, expected_etag: str | None) -> str:
            stored = super().put(key, pdf, expected_etag)
            newer = replace(UPLOAD, sequencer=pad_sequencer("06"))
            stage.records.claim(newer, "newer", START + timedelta(seconds=900))
            return stored

    buckets: dict[str, Bucket] = {
        "input": Given(stage.cloud.client, "input"),
        "output": Overtaken(stage.cloud.client, "output"),
    }
    pipeline = replace(stage.pipeline, bucket=buckets.__getitem__)
    assert pipeline.process(UPLOAD, RUN) is Outcome.SUPERSEDED


def test_output_object_without_a_record_is_replaced() -> None:
    stage = Stage()
    stage.upload()
    stage.cloud.client.put_object(Bucket="output", Key="pdf/2026/a.pdf", Body=b"older")
    outcome, _ = stage.process()
    assert outcome is Outcome.CONVERTED
    assert pdf(stage, "pdf/2026/a.pdf").startswith(b"pdf of")


def test_storing_fails_after_the_maximum_of_attempts_and_is_retried() -> None:
    stage = Stage()
    stage.upload()
    tries = []

    class Contested(Bucket):
        def put(self, key: str, _pdf: Any, expected_etag: str | None) -> str:
            tries.append(expected_etag)
            self._client.put_object(Bucket=self.name, Key=key, Body=b"%d" % len(tries))
            raise Conflict

    pipeline = replace(
        stage.pipeline,
        bucket=lambda name: (Given if name == "input" else Contested)(stage.cloud.client, name),
    )
    with pytest.raises(TransientError, match=r"'pdf/2026/a\.pdf'"):
        pipeline.process(UPLOAD, RUN)
    assert len(tries) == len(set(tries)) == MAX_PUT_ATTEMPTS
    record = stage.records.get("input", UPLOAD.key, consistent=True)
    assert record
    assert (record.error_code, record.retryable) == ("Contended", True)


def earlier(stage: Stage) -> Record:
    """A stage of an earlier version, in which `in/app.log.txt` has the PDF `pdf/app.log.pdf`."""
    key = "in/app.log.txt"
    stage.upload(key)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(naming, "output_key", lambda *_, **__: "pdf/app.log.pdf")
        _, record = stage.process(replace(UPLOAD, key=key))
    assert record
    assert record.output_key == "pdf/app.log.pdf"
    return record


def test_the_pdf_of_an_earlier_version_is_not_replaced_by_that_of_another_text() -> None:
    stage = Stage()
    before = earlier(stage)
    stage.upload("in/app.log")
    log = replace(UPLOAD, key="in/app.log")
    outcome, record = stage.process(log)
    assert outcome is Outcome.FAILED
    assert record
    assert (record.error_code, record.retryable) == ("NameTaken", False)
    assert "'in/app.log.txt'" in str(record.error)
    assert b"app.log.txt" in pdf(stage, "pdf/app.log.pdf")
    assert stage.records.get("input", "in/app.log.txt", consistent=True) == before


def test_once_the_other_text_has_moved_its_pdf_the_name_is_free() -> None:
    stage = Stage()
    earlier(stage)
    again = replace(UPLOAD, key="in/app.log.txt", sequencer=pad_sequencer("06"))
    outcome, record = stage.process(again)
    assert outcome is Outcome.CONVERTED
    assert record
    assert record.output_key == "pdf/app.log.txt.pdf"
    stage.upload("in/app.log")
    outcome, record = stage.process(replace(UPLOAD, key="in/app.log"))
    assert outcome is Outcome.CONVERTED
    assert record
    assert record.output_key == "pdf/app.log.pdf"
