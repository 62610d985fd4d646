"""From a change to what is on record, with the real pipeline over services in memory."""

import logging
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import json_log
from chalicelib.converter import Basis, Options, Report
from chalicelib.errors import EventFailed, NotText, TransientError
from chalicelib.pipeline.pipeline import EMPTY_KEY_RECORD, Outcome
from chalicelib.records.record import Record, Status
from chalicelib.records.s3_changes import Removal, pad_sequencer
from chalicelib.storage.bucket import Bucket, Conflict
from tests.unit.pipeline.stage import RUN, START, UPLOAD, Given, Stage, failing, pdf


def test_success_record_has_all_attributes() -> None:
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
    input_object = stage.bucket("input").head(UPLOAD.key)
    assert present
    assert input_object
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
        etag=input_object.etag,
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


def test_converter_gets_the_metadata_of_the_object() -> None:
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


def test_event_with_an_empty_key_is_recorded_under_a_reserved_key() -> None:
    stage = Stage()
    outcome = stage.pipeline.process(replace(UPLOAD, key=""), RUN)
    record = stage.records.get("input", EMPTY_KEY_RECORD, consistent=True)
    assert outcome is Outcome.FAILED
    assert record
    assert (record.error_code, record.retryable) == ("EmptyKey", False)


def test_deleted_object_is_a_permanent_failure() -> None:
    outcome, record = Stage().process()
    assert outcome is Outcome.FAILED
    assert record
    assert (record.error_code, record.retryable, record.attempts) == ("ObjectGone", False, 1)
    assert record.duration_ms == 0


def test_permanent_error_is_recorded_with_its_message() -> None:
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
def test_other_errors_are_recorded_without_their_text_and_raised(
    error: Exception, code: str, sentence: str
) -> None:
    stage = failing(error)
    with pytest.raises(type(error)):
        stage.process()
    record = stage.records.get("input", UPLOAD.key, consistent=True)
    assert record
    assert (record.status, record.error_code, record.error) == (Status.FAILED, code, sentence)
    assert record.retryable is True


REMOVAL = Removal("input", UPLOAD.key, pad_sequencer("06"), START)


def test_removal_of_an_existing_object_is_ignored() -> None:
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


def test_failed_change_does_not_stop_the_others() -> None:
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


def test_event_without_failures_raises_nothing() -> None:
    stage = Stage()
    stage.upload()
    stage.pipeline.process_all([UPLOAD, UPLOAD], RUN)
    assert len(stage.calls) == 1


def test_each_change_is_logged_as_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
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
