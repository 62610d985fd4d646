"""What the services and the machine can do to a conversion, on a deployed stage."""

import io
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from chalicelib.records.record import Record, Status
from infra.emulator import Emulator
from tests import faults
from tests import stack as stacks
from tests.faults import Call, Fault, Proxy, Rule
from tests.stack import Stack, wait_for

STEPS = (Call.CLAIM, Call.READ, Call.STORE, Call.FINISH)
AT_A_TIME = 4
OUTLASTING = 3
"""As often as the client tries a call: one more time than it can bear."""
KILLED = [Fault.KILLED_BEFORE, Fault.KILLED_AFTER, Fault.SILENCE]
HARSH = [Fault.ERROR, Fault.CUT_AFTER]
MILD = [Fault.THROTTLED, Fault.SLOW_DOWN, Fault.CUT_BEFORE]
CASES = [
    *((call, fault, 1) for fault, call in product(KILLED, STEPS)),
    *((call, fault, OUTLASTING) for fault, call in product(HARSH, STEPS)),
    (Call.READ, Fault.CUT_BODY, 1),
]
if os.environ.get("FAULTS") == "all":
    CASES += [
        *((call, fault, OUTLASTING) for fault, call in product(MILD, STEPS)),
        *((call, fault, 1) for fault, call in product([*HARSH, *MILD], STEPS)),
    ]


def key_of(call: Call, fault: Fault, times: int) -> str:
    return f"faults/{call.name}-{fault.name}-{times}.txt"


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    with faults.running(Proxy()) as served:
        yield served


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, proxy: Proxy) -> Iterator[Stack]:
    """A stage whose functions reach AWS through the proxy only."""

    def configure(aws: Emulator, config: dict[str, Any]) -> None:
        proxy.endpoint = aws.endpoint
        config["environment_variables"]["AWS_ENDPOINT_URL"] = proxy.url

    with stacks.deployed(tmp_path_factory.mktemp("project"), "faulty", None, configure) as deployed:
        yield deployed


def finished(stage: Stack, key: str) -> Record:
    """The record once no run is at work on the key, nor comes again."""

    def record() -> Record | None:
        found = stage.records.get(stage.settings.input_bucket, key, consistent=True)
        is_open = found is None or found.status is Status.PROCESSING or found.retryable
        return None if is_open else found

    return wait_for(record, f"{key} to be finished")


def test_a_new_file_takes_four_calls(stage: Stack, proxy: Proxy) -> None:
    stage.upload("faults/four.txt")
    finished(stage, "faults/four.txt")
    assert proxy.calls("faults/four.") == list(STEPS)


@pytest.fixture(scope="module")
def struck(stage: Stack, proxy: Proxy) -> None:
    """One file for each case, a few at a time."""
    for first in range(0, len(CASES), AT_A_TIME):
        keys = []
        for call, fault, times in CASES[first : first + AT_A_TIME]:
            key = key_of(call, fault, times)
            proxy.rules.append(Rule(key.removesuffix("txt"), call, fault, times))
            stage.upload(key, f"the text of {key}".encode())
            keys.append(key)
        for key in keys:
            with suppress(AssertionError):  # its own test will find the same
                finished(stage, key)


@pytest.mark.usefixtures("struck")
@pytest.mark.parametrize(("call", "fault", "times"), CASES)
def test_a_file_is_converted_despite_a_fault(
    stage: Stack, proxy: Proxy, call: Call, fault: Fault, times: int, fates: list[str]
) -> None:
    key = key_of(call, fault, times)
    assert not [rule for rule in proxy.rules if rule.key in key and rule.times], "it never struck"
    record = finished(stage, key)
    calls = len(proxy.calls(key.removesuffix("txt")))
    fates.append(f"{call} | {fault} | {times} | {record.status} | {record.attempts} | {calls}")
    assert record.status is Status.SUCCESS, record.error
    output = {"Bucket": stage.settings.output_bucket}
    stored = stage.s3.list_objects_v2(**output, Prefix=key.removesuffix("txt"))["Contents"]  # type: ignore[arg-type]
    assert [(o["Key"], o["ETag"].strip('"')) for o in stored] == [
        (record.output_key, record.output_etag)
    ]
    document = PdfDocument(io.BytesIO(stage.pdf(stored[0]["Key"])))
    assert f"the text of {key}" in document[0].get_textpage().get_text_bounded()


def test_denied_events_are_queued_and_later_reconciled(
    stage: Stack, proxy: Proxy, fates: list[str]
) -> None:
    keys = {call: f"denied/{call.name}.txt" for call in STEPS}
    for call, key in keys.items():
        proxy.rules.append(Rule(key.removesuffix("txt"), call, Fault.DENIED, -1))
        stage.upload(key, f"the text of {key}".encode())
    for key in keys.values():
        wait_for(partial(queued, stage, key), f"{key} in the failure queue")
    proxy.rules.clear()
    stage.functions.invoke(FunctionName=stage.function("reconcile"), Payload=b"{}")
    held = keys.pop(Call.FINISH)  # nobody could tell the record that its run is over
    for call, key in keys.items():
        record = finished(stage, key)
        fates.append(f"{call} | denied, then allowed | ∞ | {record.status} | {record.attempts} |")
        assert record.status is Status.SUCCESS
    left = stage.records.get(stage.settings.input_bucket, held, consistent=True)
    assert left is not None
    assert left.as_seen_at(datetime.now(UTC)).status is Status.PROCESSING
    assert left.as_seen_at(datetime.now(UTC) + timedelta(hours=1)).error_code == "Stopped"


def queued(stage: Stack, key: str) -> bool | None:
    return any(key in body for body in stage.failed_events()) or None
