"""A load test: many simultaneous uploads to a stage on the local emulator.

python -m bench.load [--files 2000] [--concurrency 4]

For a tenth of the files every event is delivered twice, a tenth are overwritten at once, and one in
fifty is not text. The exit status is 1 if any file ends with a wrong record or PDF.
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
from tests import faults
from tests import stack as stacks
from tests.faults import Proxy
from tests.stack import Stack

NOT_TEXT = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))
DUPLICATED_PREFIX = "load/twice/"
UPLOAD_THREADS = 8
TIMEOUT_SECONDS = 1800


@dataclass(frozen=True)
class File:
    """A key and its successive uploads."""

    key: str
    texts: tuple[bytes, ...]

    @property
    def is_rejected(self) -> bool:
        return self.texts[-1] == NOT_TEXT

    @property
    def events(self) -> int:
        return len(self.texts) * (2 if self.key.startswith(DUPLICATED_PREFIX) else 1)


def files(count: int) -> list[File]:
    """Return the files to upload, which are the same every time."""
    load = []
    for number in range(count):
        key = f"{DUPLICATED_PREFIX if number % 10 == 5 else 'load/once/'}{number:05}.txt"
        texts = [f"{key}, upload {turn}\n".encode() * 20 for turn in range(2)]
        if number % 50 == 7:
            texts[-1] = NOT_TEXT
        load.append(File(key, tuple(texts if number % 10 == 3 else texts[1:])))
    random.Random(2).shuffle(load)  # noqa: S311
    return load


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the load test, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=4, help="concurrent conversions")
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory() as folder,
        stacks.policy_enforcing_aws() as aws,
        faults.running(Proxy(aws.endpoint)) as proxy,
    ):

        def configure(config: dict[str, Any]) -> None:
            proxy.configure(config)
            config["lambda_functions"]["convert"]["reserved_concurrency"] = options.concurrency

        with stacks.deployed(aws, Path(folder), "load", configure) as stack:
            _deliver_twice(stack)
            return _run(stack, proxy, files(options.files))


def _deliver_twice(stack: Stack) -> None:
    """Add a second notification for a prefix, which AWS rejects, but the emulator accepts."""
    bucket = stack.settings.input_bucket
    current = stack.s3.get_bucket_notification_configuration(Bucket=bucket)
    (first,) = current["LambdaFunctionConfigurations"]
    rules: Any = {"Key": {"FilterRules": [{"Name": "prefix", "Value": DUPLICATED_PREFIX}]}}
    stack.s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [first, {**first, "Id": "again", "Filter": rules}]
        },
    )


def _run(stack: Stack, proxy: Proxy, load: list[File]) -> int:
    start = time.monotonic()
    with ThreadPoolExecutor(UPLOAD_THREADS) as pool:
        list(pool.map(lambda file: _upload(stack, file), load))
    upload_seconds = time.monotonic() - start
    errors = _wait(stack, load)
    total_seconds = time.monotonic() - start
    _report(stack, proxy, load, upload_seconds, total_seconds)
    errors |= _wrong_pdfs(stack, load)
    print(f"{len(stack.failed_events())} events in the failure queue, {len(errors)} wrong results")
    for key, reason in sorted(errors.items())[:10]:
        print(f"  {key}: {reason}")
    return 1 if errors else 0


def _upload(stack: Stack, file: File) -> None:
    for text in file.texts:
        stack.upload(file.key, text)


def _report(
    stack: Stack, proxy: Proxy, load: list[File], upload_seconds: float, total_seconds: float
) -> None:
    bucket = stack.settings.input_bucket
    calls = Counter(call for call, text in proxy.seen if "load/" in text)
    total, expected = sum(calls.values()), sum(file.events for file in load)
    print(
        f"{len(load):,} files, {sum(len(f.texts) for f in load):,} uploads, {expected:,} events, "
        f"{sum(f.is_rejected for f in load):,} files that are not text, in s3://{bucket}\n"
        f"uploaded in {upload_seconds:,.1f} s, all settled after {total_seconds:,.1f} s: "
        f"{len(load) / total_seconds:,.1f} files/s, {expected / total_seconds:,.1f} events/s\n"
        f"{total:,} AWS calls: {total / len(load):.2f} a file, {total / expected:.2f} an event ("
        + ", ".join(f"{call} {number:,}" for call, number in calls.most_common())
        + ")"
    )


def _wait(stack: Stack, load: list[File]) -> dict[str, str]:
    """Wait until all records are right, or the timeout, and return what is wrong by key."""
    errors: dict[str, str] = {}
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        records = {
            record.input_key: record for record in stack.answers.listing.all(StatusQuery("load/"))
        }
        errors = {f.key: error for f in load if (error := _error(f, records.get(f.key)))}
        if not errors:
            break
        time.sleep(1)
    return errors


def _error(file: File, record: Record | None) -> str | None:
    """Return what is wrong with the record of a file, or None."""
    if record is None:
        return "no record"
    if record.size != len(file.texts[-1]):
        return "the record is of an older upload"
    if file.is_rejected:
        return None if record.error_code == "NotText" else f"{record.status} {record.error_code}"
    return None if record.status is Status.SUCCESS else f"{record.status} {record.error}"


def _wrong_pdfs(stack: Stack, load: list[File]) -> dict[str, str]:
    stored = {o["Key"]: o["ETag"].strip('"') for o in _outputs(stack)}
    errors = {}
    for file in load:
        record = stack.records.get(stack.settings.input_bucket, file.key, consistent=True)
        if file.is_rejected or record is None or record.output_key is None:
            continue
        document = PdfDocument(io.BytesIO(stack.pdf(record.output_key)))
        text = document[0].get_textpage().get_text_bounded()
        if file.texts[-1].decode().splitlines()[0] not in text:
            errors[file.key] = "the PDF is of an older upload"
        elif stored.get(record.output_key) != record.output_etag:
            errors[file.key] = "the record is not of the stored PDF"
    return errors


def _outputs(stack: Stack) -> list[Any]:
    pages = stack.s3.get_paginator("list_objects_v2").paginate(Bucket=stack.settings.output_bucket)
    return [stored for page in pages for stored in page.get("Contents", [])]


if __name__ == "__main__":
    sys.exit(main())
