"""A pipeline over services in memory, with one upload to process."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.converter import Basis, Options, Report
from chalicelib.pipeline.invocation import Invocation
from chalicelib.pipeline.pipeline import Outcome, Pipeline
from chalicelib.records.record import Record
from chalicelib.records.s3_changes import Change, Upload, pad_sequencer
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


def failing(error: Exception) -> Stage:
    def fail(*_: Any) -> Report:
        raise error

    stage = Stage(fail)
    stage.upload()
    return stage
