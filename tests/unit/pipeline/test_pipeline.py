"""From a change to what is on record, with the real pipeline over services in memory."""

import gzip
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import json_log
from chalicelib.converter import Basis, Options, Report
from chalicelib.errors import EventFailed, Leased, NotText, TransientError
from chalicelib.pipeline.invocation import Invocation
from chalicelib.pipeline.pipeline import EMPTY_KEY_RECORD, MAX_PUT_ATTEMPTS, Outcome, Pipeline
from chalicelib.records import naming
from chalicelib.records.record import Record, Status
from chalicelib.records.s3_changes import Change, Removal, Upload, pad_sequencer
from chalicelib.settings import Settings
from chalicelib.storage.bucket import Bucket, Conflict, OpenObject
from chalicelib.storage.table import Records
from tests.protocol.memory import Cloud

START = datetime(2026, 1, 1, tzinfo=UTC)
RUN = Invocation("run", START, START + timedelta(seconds=600))
SETTINGS = Settings(
    stage="unit",
    input_bucket="input",
    output_bucket="output",
    table="records",
    token_parameter="/none",
    input_prefix="in/",
    output_prefix="pdf/",
    options=Options.parse({"pdf-font-size": "8"}),
)
REPORT = Report(pages=3, encoding="cp1252", encoding_basis=Basis.GUESSED, replaced=2, repaired=1)
UPLOAD = Upload(
    "input", "in/2026/a.txt", pad_sequencer("05"), START - timedelta(seconds=9), "event-etag"
)


class Given(Bucket):
    """An input bucket whose objects come with these headers."""

    def open(self, key: str, version_id: str | None = None) -> OpenObject:
        opened = super().open(key, version_id)
        metadata = {"pdf-page-size": "letter"}
        return replace(opened, charset="iso-8859-1", language="de", metadata=metadata)


@dataclass
class Stage:
    """Everything around a pipeline; `convert` may be replaced by something that fails."""

    convert: Callable[..., Report] | None = None
    cloud: Cloud = field(default_factory=lambda: Cloud(versioned_buckets=frozenset({"input"})))
    now: datetime = START
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def records(self) -> Records:
        return Records(self.cloud.client, "records", 16, lambda: self.now)

    def bucket(self, name: str) -> Bucket:
        return (Given if name == "input" else Bucket)(self.cloud.client, name)

    @property
    def pipeline(self) -> Pipeline:
        return Pipeline(
            self.records, self.bucket, SETTINGS, lambda: self.now, self.convert or self.converted
        )

    def converted(self, source: Any, sink: Any, text: Any, options: Any, progress: Any) -> Report:
        body = b"".join(iter(lambda: source.read(4096), b""))
        self.calls.append((body, text, options, progress))
        self.now += timedelta(seconds=2.5)
        sink.write(b"pdf of " + text.document_id.encode())
        return REPORT

    def upload(self, key: str = UPLOAD.key, body: bytes = b"text") -> None:
        self.cloud.client.put_object(Bucket="input", Key=key, Body=body)

    def process(self, change: Change = UPLOAD) -> tuple[Outcome, Record | None]:
        outcome = self.pipeline.process(change, RUN)
        return outcome, self.records.get("input", change.key, consistent=True)


def pdf(stage: Stage, key: str) -> bytes:
    body: bytes = stage.cloud.client.get_object(Bucket="output", Key=key)["Body"].read()
    return body


def test_the_record_of_a_success_has_all_attributes() -> None:
    stage = Stage()
    stage.upload()
    outcome, record = stage.process()
    assert outcome is Outcome.CONVERTED
    assert record is not None
    assert (
        pdf(stage, "pdf/2026/a.pdf")
        == b"pdf of input/in/2026/a.txt/" + pad_sequencer("05").encode()
    )
    present = stage.bucket("output").head("pdf/2026/a.pdf")
    found = stage.bucket("input").head(UPLOAD.key)
    assert present
    assert found
    assert record == Record(
        input_bucket="input",
        input_key="in/2026/a.txt",
        status=Status.SUCCESS,
        processed_at="2026-01-01T00:00:02.500Z",
        uploaded_at="2025-12-31T23:59:51.000Z",
        sequencer=pad_sequencer("05"),
        attempts=1,
        claim="run",
        lease_expires_at="2026-01-01T00:10:02.000Z",
        etag=found.etag,
        version_id="v1",
        size=4,
        output_bucket="output",
        output_key="pdf/2026/a.pdf",
        output_etag=present.etag,
        output_size=len(pdf(stage, "pdf/2026/a.pdf")),
        pages=3,
        encoding="cp1252",
        encoding_basis=Basis.GUESSED,
        replaced=2,
        repaired=1,
        duration_ms=2500,
    )


def test_the_converter_gets_the_metadata_of_the_object() -> None:
    stage = Stage()
    stage.upload()
    stage.process()
    ((body, text, options, progress),) = stage.calls
    assert body == b"text"
    assert (text.name, text.charset, text.size, text.language) == ("a.txt", "iso-8859-1", 4, "de")
    assert text.created_at == UPLOAD.uploaded_at
    assert options == Options.parse({"pdf-page-size": "letter", "pdf-font-size": "8"})
    assert callable(progress)


def test_the_version_that_the_event_names_is_read() -> None:
    stage = Stage()
    stage.upload(body=b"first")
    stage.upload(body=b"second")
    stage.process(replace(UPLOAD, version_id="v1"))
    assert stage.calls[0][0] == b"first"


def test_a_folder_is_ignored() -> None:
    stage = Stage()
    assert stage.process(replace(UPLOAD, key="in/2026/")) == (Outcome.IGNORED, None)


def test_an_event_without_a_key_is_recorded_under_a_name_that_no_file_has() -> None:
    stage = Stage()
    outcome = stage.pipeline.process(replace(UPLOAD, key=""), RUN)
    record = stage.records.get("input", EMPTY_KEY_RECORD, consistent=True)
    assert outcome is Outcome.FAILED
    assert record
    assert (record.error_code, record.retryable) == ("EmptyKey", False)


def test_a_missing_object_fails_permanently() -> None:
    outcome, record = Stage().process()
    assert outcome is Outcome.FAILED
    assert record
    assert (record.error_code, record.retryable, record.attempts) == ("ObjectGone", False, 1)
    assert record.duration_ms == 0


def failing(error: Exception) -> Stage:
    def fail(*_: Any) -> Report:
        raise error

    stage = Stage(fail)
    stage.upload()
    return stage


def test_a_permanent_error_is_recorded_with_its_message() -> None:
    outcome, record = failing(NotText("It is a picture.")).process()
    assert outcome is Outcome.FAILED
    assert record
    assert (record.error_code, record.error) == ("NotText", "It is a picture.")
    assert record.retryable is False


REFUSED = ClientError({"Error": {"Code": "SlowDown", "Message": "/secret/path"}}, "PutObject")


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (REFUSED, "ClientError", "AWS refused PutObject (SlowDown); it will be tried again."),
        (
            OSError("/secret/path"),
            "OSError",
            "An unexpected OSError stopped the conversion; it will be tried again.",
        ),
        (TransientError("The disk is full."), "TransientError", "The disk is full."),
    ],
)
def test_any_other_error_is_recorded_without_its_text_and_raised(
    error: Exception, code: str, sentence: str
) -> None:
    stage = failing(error)
    with pytest.raises(type(error)):
        stage.process()
    record = stage.records.get("input", UPLOAD.key, consistent=True)
    assert record
    assert (record.status, record.error_code, record.error) == (Status.FAILED, code, sentence)
    assert record.retryable is True


def test_a_failed_upload_is_converted_by_a_retry() -> None:
    stage = failing(OSError("x"))
    with pytest.raises(OSError, match="x"):
        stage.process()
    stage.convert = None
    outcome, record = stage.process()
    assert record
    assert (outcome, record.status, record.attempts) == (Outcome.CONVERTED, Status.SUCCESS, 2)
    assert (record.error, record.error_code, record.retryable) == (None, None, None)


def test_an_event_that_is_delivered_twice_is_a_duplicate() -> None:
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


def test_an_upload_that_another_run_converts_is_retried_later() -> None:
    stage = Stage()
    stage.upload()
    stage.records.claim(UPLOAD, "other", START + timedelta(seconds=60))
    with pytest.raises(Leased, match=r"'in/2026/a\.txt'"):
        stage.process()
    stage.now += timedelta(seconds=61)
    assert stage.process()[0] is Outcome.CONVERTED


def test_a_run_that_loses_its_claim_while_converting_writes_nothing() -> None:
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


def test_a_run_that_loses_its_claim_after_storing_is_superseded() -> None:
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


def test_a_pdf_without_a_record_is_replaced() -> None:
    stage = Stage()
    stage.upload()
    stage.cloud.client.put_object(Bucket="output", Key="pdf/2026/a.pdf", Body=b"older")
    outcome, _ = stage.process()
    assert outcome is Outcome.CONVERTED
    assert pdf(stage, "pdf/2026/a.pdf").startswith(b"pdf of")


def test_storing_ends_with_a_retryable_error_after_too_many_conflicts() -> None:
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


REMOVAL = Removal("input", UPLOAD.key, pad_sequencer("06"), START)


def test_a_removal_of_an_existing_object_is_ignored() -> None:
    stage = Stage()
    stage.upload()
    _, before = stage.process()
    assert stage.process(REMOVAL) == (Outcome.IGNORED, before)


def test_a_removal_is_recorded_unless_it_is_older_than_the_record() -> None:
    stage = Stage()
    stage.upload()
    stage.process()
    stage.cloud.client.delete_object(Bucket="input", Key=UPLOAD.key)
    assert stage.process(replace(REMOVAL, sequencer=pad_sequencer("04")))[0] is Outcome.SUPERSEDED
    outcome, record = stage.process(REMOVAL)
    assert outcome is Outcome.REMOVED
    assert record
    assert (record.status, record.input_deleted_at) == (
        Status.SUCCESS,
        "2026-01-01T00:00:00.000Z",
    )


def test_a_failed_change_does_not_stop_the_others() -> None:
    stage = Stage()

    def some_fail(source: Any, sink: Any, text: Any, *more: Any) -> Report:
        if text.name.startswith("bad"):
            raise OSError("/secret/path")
        return stage.converted(source, sink, text, *more)

    stage.convert = some_fail
    keys = ["in/bad1.txt", "in/good.txt", "in/bad2.txt"]
    for key in keys:
        stage.upload(key)
    with pytest.raises(EventFailed) as raised:
        stage.pipeline.process_all([replace(UPLOAD, key=key) for key in keys], RUN)
    assert str(raised.value) == (
        "To be tried again: 'in/bad1.txt': An unexpected OSError stopped the conversion; it will "
        "be tried again.; 'in/bad2.txt': An unexpected OSError stopped the conversion; it will be "
        "tried again."
    )
    assert isinstance(raised.value.__cause__, OSError)
    record = stage.records.get("input", "in/good.txt", consistent=True)
    assert record
    assert record.status is Status.SUCCESS


def test_an_event_without_failures_raises_nothing() -> None:
    stage = Stage()
    stage.upload()
    stage.pipeline.process_all([UPLOAD, UPLOAD], RUN)
    assert len(stage.calls) == 1


def test_each_change_logs_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[dict[str, Any]] = []

    def entry(_log: logging.Logger, event: str, facts: Any, *metrics: Any) -> None:
        lines.append({"event": event, **facts, "metrics": metrics})

    monkeypatch.setattr(json_log, "event", entry)
    stage = failing(OSError("x"))
    with pytest.raises(OSError, match="x"):
        stage.process()
    stage.convert = None
    stage.process()
    stage.process()
    assert [line["event"] for line in lines] == ["to be retried", "converted", "duplicate"]
    assert {line["request_id"] for line in lines} == {"run"}
    assert {line["key"] for line in lines} == {UPLOAD.key}
    (measures, dimensions) = lines[1]["metrics"]
    assert dimensions == {"Stage": "unit"}
    assert measures["Converted"] == (1, "Count")
    assert measures["Pages"] == (3, "Count")
    assert lines[0]["metrics"][1] == {"Stage": "unit", "ErrorCode": "OSError"}


def test_the_body_of_the_pdf_is_read_from_its_start() -> None:
    """A converter leaves the file at its end, and every try to store it begins again."""
    stage = Stage()
    stage.upload()
    bodies: list[bytes] = []

    class Once(Bucket):
        def put(self, key: str, pdf: Any, expected_etag: str | None) -> str:
            if not bodies:
                bodies.append(pdf.read())
                raise Conflict
            return super().put(key, pdf, expected_etag)

    pipeline = replace(
        stage.pipeline,
        bucket=lambda name: (Given if name == "input" else Once)(stage.cloud.client, name),
    )
    assert pipeline.process(UPLOAD, RUN) is Outcome.CONVERTED
    assert pdf(stage, "pdf/2026/a.pdf").startswith(b"pdf of")


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


class Compressed(Bucket):
    """A bucket whose objects have this Content-Encoding."""

    encoding: str | None = "gzip"

    def open(self, key: str, version_id: str | None = None) -> OpenObject:
        return replace(super().open(key, version_id), content_encoding=self.encoding)


def process_compressed(
    body: bytes, encoding: str | None, key: str = "in/2026/a.txt", max_bytes: int = 1 << 20
) -> tuple[Stage, Record]:
    stage = Stage()
    stage.upload(key, body)

    def bucket(name: str) -> Bucket:
        made = Compressed(stage.cloud.client, name)
        made.encoding = encoding
        return made

    limited = replace(SETTINGS, max_bytes=max_bytes)
    pipeline = replace(stage.pipeline, bucket=bucket, settings=limited)
    pipeline.process(replace(UPLOAD, key=key), RUN)
    record = stage.records.get("input", key, consistent=True)
    assert record
    return stage, record


def test_compressed_text_is_converted_by_its_encoding_and_by_its_name() -> None:
    body = gzip.compress(b"the text")
    for encoding, key in (("gzip", "in/a.txt"), (None, "in/a.log.gz"), ("gzip", "in/a.log.gz")):
        stage, record = process_compressed(body, encoding, key)
        assert record.status is Status.SUCCESS
        assert record.size == len(body)
        assert stage.calls[0][0] == b"the text"


def test_a_compressed_text_that_is_too_large_is_not_even_begun() -> None:
    stage, record = process_compressed(gzip.compress(bytes(2 << 20)), "gzip")
    assert (record.error_code, record.retryable) == ("TooLarge", False)
    assert "decompressed" in str(record.error)
    assert stage.calls == []


def test_compressed_text_that_is_cut_off_fails_for_good_and_names_the_place() -> None:
    stage, record = process_compressed(gzip.compress(b"the text")[:-9], None, "in/a.csv.gz")
    assert (record.error_code, record.retryable) == ("Damaged", False)
    assert "cut off at byte 19" in str(record.error)
    assert stage.calls == []


def test_another_content_encoding_fails_for_good() -> None:
    _, record = process_compressed(b"?", "br")
    assert (record.error_code, record.retryable) == ("UnsupportedCoding", False)
