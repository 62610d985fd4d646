"""Many files at once through a deployed stage on the local emulator.

python -m bench.load [--files 2000] [--concurrency 4]

A tenth of the files have every event delivered twice, a tenth are overwritten at once, one in fifty
is no text. Every file must end with the right answer; the exit status is 1 if one does not.
"""

import argparse
import io
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdfium2 import PdfDocument

from chalicelib.records.record import Record, Status
from chalicelib.status.status_query import StatusQuery
from infra.emulator import Emulator
from tests import faults
from tests import stack as stacks
from tests.faults import Proxy
from tests.stack import Stack

POISON = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))
TWICE = "load/twice/"
UPLOADS_AT_A_TIME = 8
GIVE_UP_AFTER_SECONDS = 1800


@dataclass(frozen=True)
class File:
    """One key and its uploads in turn."""

    key: str
    texts: tuple[bytes, ...]

    @property
    def is_poison(self) -> bool:
        return self.texts[-1] == POISON

    @property
    def events(self) -> int:
        return len(self.texts) * (2 if self.key.startswith(TWICE) else 1)


def files(count: int) -> list[File]:
    """The load, the same every time."""
    made = []
    for number in range(count):
        key = f"{TWICE if number % 10 == 5 else 'load/once/'}{number:05}.txt"
        texts = [f"{key}, upload {turn}\n".encode() * 20 for turn in range(2)]
        if number % 50 == 7:
            texts[-1] = POISON
        made.append(File(key, tuple(texts if number % 10 == 3 else texts[1:])))
    random.Random(2).shuffle(made)  # noqa: S311
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the load; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=4, help="runs of the converter at once")
    told = parser.parse_args(arguments)
    with faults.running(Proxy()) as proxy, tempfile.TemporaryDirectory() as folder:

        def configure(aws: Emulator, config: dict[str, Any]) -> None:
            proxy.endpoint = aws.endpoint
            config["environment_variables"]["AWS_ENDPOINT_URL"] = proxy.url
            config["lambda_functions"]["convert"]["reserved_concurrency"] = told.concurrency

        with stacks.deployed(Path(folder), "load", None, configure) as stack:
            _deliver_twice(stack)
            return _run(stack, proxy, files(told.files))


def _deliver_twice(stack: Stack) -> None:
    """A second notification for one prefix: AWS refuses such an overlap, the emulator does not."""
    bucket = stack.settings.input_bucket
    told = stack.s3.get_bucket_notification_configuration(Bucket=bucket)
    (first,) = told["LambdaFunctionConfigurations"]
    rules: Any = {"Key": {"FilterRules": [{"Name": "prefix", "Value": TWICE}]}}
    stack.s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [first, {**first, "Id": "again", "Filter": rules}]
        },
    )


def _run(stack: Stack, proxy: Proxy, load: list[File]) -> int:
    began = time.monotonic()
    with ThreadPoolExecutor(UPLOADS_AT_A_TIME) as pool:
        list(pool.map(lambda file: _upload(stack, file), load))
    uploaded = time.monotonic() - began
    wrong = _wait(stack, load)
    took = time.monotonic() - began
    _report(stack, proxy, load, uploaded, took)
    wrong |= _wrong_pdfs(stack, load)
    print(f"{len(stack.failed_events())} events in the failure queue, {len(wrong)} wrong answers")
    for key, why in sorted(wrong.items())[:10]:
        print(f"  {key}: {why}")
    return 1 if wrong else 0


def _upload(stack: Stack, file: File) -> None:
    for text in file.texts:
        stack.upload(file.key, text)


def _report(stack: Stack, proxy: Proxy, load: list[File], uploaded: float, took: float) -> None:
    bucket = stack.settings.input_bucket
    calls = Counter(call for call, text in proxy.seen if "load/" in text)
    total, expected = sum(calls.values()), sum(file.events for file in load)
    print(
        f"{len(load):,} files, {sum(len(f.texts) for f in load):,} uploads, {expected:,} events, "
        f"{sum(f.is_poison for f in load):,} files that are no text, in s3://{bucket}\n"
        f"uploaded in {uploaded:,.1f} s, all answered after {took:,.1f} s: "
        f"{len(load) / took:,.1f} files/s, {expected / took:,.1f} events/s\n"
        f"{total:,} AWS calls: {total / len(load):.2f} a file, {total / expected:.2f} an event ("
        + ", ".join(f"{call} {number:,}" for call, number in calls.most_common())
        + ")"
    )


def _wait(stack: Stack, load: list[File]) -> dict[str, str]:
    """What is wrong, by key, once nothing is or it has lasted too long."""
    wrong: dict[str, str] = {}
    give_up = time.monotonic() + GIVE_UP_AFTER_SECONDS
    while time.monotonic() < give_up:
        records = {
            record.input_key: record for record in stack.answers.listing.all(StatusQuery("load/"))
        }
        wrong = {f.key: why for f in load if (why := _wrong(f, records.get(f.key)))}
        if not wrong:
            break
        time.sleep(1)
    return wrong


def _wrong(file: File, record: Record | None) -> str | None:
    if record is None:
        return "no record"
    if record.size != len(file.texts[-1]):
        return "the record is of an older upload"
    if file.is_poison:
        return None if record.error_code == "NotText" else f"{record.status} {record.error_code}"
    return None if record.status is Status.SUCCESS else f"{record.status} {record.error}"


def _wrong_pdfs(stack: Stack, load: list[File]) -> dict[str, str]:
    stored = {o["Key"]: o["ETag"].strip('"') for o in _outputs(stack)}
    wrong = {}
    for file in load:
        record = stack.records.get(stack.settings.input_bucket, file.key, consistent=True)
        if file.is_poison or record is None or record.output_key is None:
            continue
        document = PdfDocument(io.BytesIO(stack.pdf(record.output_key)))
        text = document[0].get_textpage().get_text_bounded()
        if file.texts[-1].decode().splitlines()[0] not in text:
            wrong[file.key] = "the PDF is of an older upload"
        elif stored.get(record.output_key) != record.output_etag:
            wrong[file.key] = "the record is not of the PDF that is stored"
    return wrong


def _outputs(stack: Stack) -> list[Any]:
    pages = stack.s3.get_paginator("list_objects_v2").paginate(Bucket=stack.settings.output_bucket)
    return [stored for page in pages for stored in page.get("Contents", [])]


if __name__ == "__main__":
    sys.exit(main())
