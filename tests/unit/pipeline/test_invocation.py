"""The bounds of a run, with the real pipeline over services in memory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.converter import Basis, Progress, Report
from chalicelib.errors import EventFailed
from chalicelib.pipeline.invocation import Invocation
from chalicelib.pipeline.pipeline import Outcome, Pipeline
from chalicelib.records.lease import as_seen_at
from chalicelib.records.record import Record, Status
from chalicelib.records.s3_changes import Upload, pad_sequencer
from chalicelib.settings import Settings
from chalicelib.storage.bucket import Bucket, OpenObject
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
    max_bytes=10,
)


class Machine:
    """A converter that makes a page a second, and the clock that shows it."""

    def __init__(self, pages: int, max_pages: int = 100) -> None:
        self.pages, self.now = pages, START
        self.cloud = Cloud()
        self.records = Records(self.cloud.client, "records", 16, lambda: self.now)
        self.pipeline = Pipeline(
            self.records,
            partial(Bucket, self.cloud.client),
            replace(SETTINGS, max_pages=max_pages),
            lambda: self.now,
            self.convert,
        )

    def convert(self, _source: Any, sink: Any, _about: Any, _options: Any, progress: Any) -> Report:
        for page in range(1, self.pages + 1):
            self.now += timedelta(seconds=1)
            if page % 64 == 0:
                progress(Progress(page, None, page))
        sink.write(b"pdf")
        return Report(pages=self.pages, encoding="utf-8", encoding_basis=Basis.CERTAIN, replaced=0)

    def run(self, body: bytes, told_size: int | None = None) -> tuple[Outcome, Record]:
        self.cloud.client.put_object(Bucket="input", Key="a.txt", Body=body)
        upload = Upload("input", "a.txt", pad_sequencer("01"), START, size=told_size)
        outcome = self.pipeline.process(upload, RUN)
        record = self.records.get("input", "a.txt", consistent=True)
        assert record is not None
        return outcome, record


def test_file_within_the_limits_is_converted() -> None:
    outcome, record = Machine(pages=100).run(b"0123456789")
    assert (outcome, record.status, record.pages) == (Outcome.CONVERTED, Status.SUCCESS, 100)
    assert record.duration_ms == 100_000


@pytest.mark.parametrize("told_size", [11, None, 5])
def test_file_beyond_the_size_limit_is_a_permanent_failure(told_size: int | None) -> None:
    """The event's size is believed when it is too much, and the object's in any case."""
    outcome, record = Machine(pages=1).run(b"01234567890", told_size)
    assert (outcome, record.error_code, record.retryable) == (Outcome.FAILED, "TooLarge", False)
    assert "MAX_BYTES" in (record.error or "")


@pytest.mark.parametrize("pages", [101, 128, 500])
def test_pdf_beyond_the_page_limit_is_a_permanent_failure(pages: int) -> None:
    machine = Machine(pages)
    outcome, record = machine.run(b"text")
    assert (outcome, record.error_code) == (Outcome.FAILED, "TooManyPages")
    assert "100 pages" in (record.error or "")
    assert machine.now <= START + timedelta(seconds=128)


def test_timeout_is_a_permanent_failure_that_names_the_limit() -> None:
    machine = Machine(pages=10_000, max_pages=10**6)
    outcome, record = machine.run(b"text")
    assert (outcome, record.error_code, record.retryable) == (Outcome.FAILED, "OutOfTime", False)
    assert "600 s" in (record.error or "")
    assert START + timedelta(seconds=540) <= machine.now < RUN.deadline


class Late(Machine):
    """Goes on after its deadline, and looks at its own record as a reader would."""

    def __init__(self, seconds: float) -> None:
        super().__init__(pages=1)
        self.seconds = seconds
        self.seen: list[Record] = []

    def convert(self, _source: Any, sink: Any, _about: Any, _options: Any, progress: Any) -> Report:
        report = super().convert(_source, sink, _about, _options, progress)
        self.now = RUN.deadline + timedelta(seconds=self.seconds)
        record = self.records.get("input", "a.txt", consistent=True)
        assert record is not None
        self.seen.append(as_seen_at(record, self.now))
        return report


def test_run_is_seen_as_processing_until_its_lease_ends() -> None:
    """Lambda was seen to kill a run 0.7 s after its deadline, in which it may still finish."""
    machine = Late(seconds=1.9)
    outcome, _ = machine.run(b"text")
    assert [record.status for record in machine.seen] == [Status.PROCESSING]
    assert outcome is Outcome.CONVERTED


def test_run_is_seen_as_failed_after_its_lease_ended() -> None:
    machine = Late(seconds=2.1)
    machine.run(b"text")
    assert [(r.status, r.error_code) for r in machine.seen] == [(Status.FAILED, "Stopped")]


class Recorder(Bucket):
    """The input bucket, which remembers what it opened."""

    def __init__(self, client: Any) -> None:
        super().__init__(client, "input")
        self.opened: list[OpenObject] = []

    def open(self, key: str, version_id: str | None = None) -> OpenObject:
        self.opened.append(super().open(key, version_id))
        return self.opened[-1]


@pytest.mark.parametrize("fails", [False, True])
def test_object_body_is_closed_after_success_and_failure(fails: bool) -> None:
    machine = Machine(pages=10_000 if fails else 1)
    source = Recorder(machine.cloud.client)
    buckets = {"input": source, "output": Bucket(machine.cloud.client, "output")}
    machine.pipeline = replace(machine.pipeline, bucket=buckets.__getitem__)
    machine.run(b"text")
    assert [opened.body.closed for opened in source.opened] == [True]


def test_file_without_enough_time_left_is_retried() -> None:
    machine = Machine(pages=300, max_pages=1000)
    uploads = [Upload("input", f"{name}.txt", pad_sequencer("01"), START) for name in "ab"]
    for upload in uploads:
        machine.cloud.client.put_object(Bucket="input", Key=upload.key, Body=b"text")
    with pytest.raises(EventFailed, match=r"Other files of the event took the time of 'b\.txt'"):
        machine.pipeline.process_all(uploads, RUN)
    first = machine.records.get("input", "a.txt", consistent=True)
    assert first is not None
    assert first.status is Status.SUCCESS
    assert machine.records.get("input", "b.txt", consistent=True) is None
