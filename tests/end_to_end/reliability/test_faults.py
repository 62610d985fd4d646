"""Faults of services, network and processes during a conversion, on a deployed stage."""

import io
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product

import pytest
from pypdfium2 import PdfDocument

from chalicelib.records.lease import as_seen_at
from chalicelib.records.record import Record, Status
from infra.emulator import Emulator
from tests import stack as stacks
from tests.faults import Call, Fault, Proxy, Rule
from tests.stack import Stack, wait_for

STEPS = (Call.CLAIM, Call.READ, Call.STORE, Call.FINISH)
FILES_AT_ONCE = 4
CLIENT_ATTEMPTS = 3
"""Number of attempts that the client makes for a call; with as many faults, the call fails."""
KILLED = [Fault.KILLED_BEFORE, Fault.KILLED_AFTER, Fault.SILENCE]
SEVERE = [Fault.ERROR, Fault.CUT_AFTER]
MILD = [Fault.THROTTLED, Fault.SLOW_DOWN, Fault.CUT_BEFORE]
CASES = [
    *((call, fault, 1) for fault, call in product(KILLED, STEPS)),
    *((call, fault, CLIENT_ATTEMPTS) for fault, call in product(SEVERE, STEPS)),
    (Call.READ, Fault.CUT_BODY, 1),
]
if os.environ.get("FAULTS") == "all":
    CASES += [
        *((call, fault, CLIENT_ATTEMPTS) for fault, call in product(MILD, STEPS)),
        *((call, fault, 1) for fault, call in product([*SEVERE, *MILD], STEPS)),
    ]


def key_of(call: Call, fault: Fault, times: int) -> str:
    return f"faults/{call.name}-{fault.name}-{times}.txt"


@pytest.fixture(scope="module")
def stage(aws: Emulator, tmp_path_factory: pytest.TempPathFactory, proxy: Proxy) -> Iterator[Stack]:
    """A stage whose functions call AWS through the proxy."""
    folder = tmp_path_factory.mktemp("project")
    with stacks.deployed(aws, folder, "faulty", proxy.configure) as deployed:
        yield deployed


def finished(stage: Stack, key: str) -> Record:
    """Wait until the key is neither in progress nor to be retried, and return its record."""

    def record() -> Record | None:
        latest = stage.records.get(stage.settings.input_bucket, key, consistent=True)
        is_open = latest is None or latest.status is Status.PROCESSING or latest.retryable
        return None if is_open else latest

    return wait_for(record, f"{key} to be finished")


def test_a_new_file_takes_four_calls(stage: Stack, proxy: Proxy) -> None:
    stage.upload("faults/four.txt")
    finished(stage, "faults/four.txt")
    assert proxy.calls("faults/four.") == list(STEPS)


@pytest.fixture(scope="module")
def struck(stage: Stack, proxy: Proxy) -> None:
    """Upload one file for each case, a few at a time, and wait until they are finished.

    Files whose requests get no response, which take longest, are uploaded first and wait meanwhile.
    """
    silent = [case for case in CASES if case[1] is Fault.SILENCE]
    others = [case for case in CASES if case[1] is not Fault.SILENCE]
    waiting = [strike(stage, proxy, *case) for case in silent]
    with ThreadPoolExecutor(FILES_AT_ONCE) as threads:
        list(threads.map(lambda case: await_end(stage, strike(stage, proxy, *case)), others))
    for key in waiting:
        await_end(stage, key)


def strike(stage: Stack, proxy: Proxy, call: Call, fault: Fault, times: int) -> str:
    """Upload a file whose conversion will meet the fault; return its key."""
    key = key_of(call, fault, times)
    proxy.rules.append(Rule(key.removesuffix("txt"), call, fault, times))
    stage.upload(key, f"the text of {key}".encode())
    return key


def await_end(stage: Stack, key: str) -> None:
    with suppress(AssertionError):  # the test of this case will fail
        finished(stage, key)


@pytest.mark.usefixtures("struck")
@pytest.mark.parametrize(("call", "fault", "times"), CASES)
def test_a_file_is_converted_despite_a_fault(
    stage: Stack,
    proxy: Proxy,
    call: Call,
    fault: Fault,
    times: int,
    record_outcome: Callable[[str], None],
) -> None:
    key = key_of(call, fault, times)
    [rule] = [rule for rule in proxy.rules if rule.key in key]
    # A call that was executed although its connection closed is retried after the record is final.
    wait_for(lambda: None if rule.times else True, f"{fault} to happen {times} times")
    record = finished(stage, key)
    calls = len(proxy.calls(key.removesuffix("txt")))
    record_outcome(f"{call} | {fault} | {times} | {record.status} | {record.attempts} | {calls}")
    assert record.status is Status.SUCCESS, record.error
    output = {"Bucket": stage.settings.output_bucket}
    stored = stage.s3.list_objects_v2(**output, Prefix=key.removesuffix("txt"))["Contents"]  # type: ignore[arg-type]
    assert [(o["Key"], o["ETag"].strip('"')) for o in stored] == [
        (record.output_key, record.output_etag)
    ]
    document = PdfDocument(io.BytesIO(stage.pdf(stored[0]["Key"])))
    assert f"the text of {key}" in document[0].get_textpage().get_text_bounded()


def test_denied_events_are_queued_and_later_reconciled(
    stage: Stack, proxy: Proxy, record_outcome: Callable[[str], None]
) -> None:
    keys = {call: f"denied/{call.name}.txt" for call in STEPS}
    for call, key in keys.items():
        proxy.rules.append(Rule(key.removesuffix("txt"), call, Fault.DENIED, -1))
        stage.upload(key, f"the text of {key}".encode())
    for key in keys.values():
        wait_for(partial(queued, stage, key), f"{key} in the failure queue")
    proxy.rules.clear()
    stage.functions.invoke(FunctionName=stage.function("reconcile"), Payload=b"{}")
    held = keys.pop(Call.FINISH)  # the record is still claimed, since the run could not finish it
    for call, key in keys.items():
        record = finished(stage, key)
        record_outcome(f"{call} | denied, then allowed | ∞ | {record.status} | {record.attempts} |")
        assert record.status is Status.SUCCESS
    claimed = stage.records.get(stage.settings.input_bucket, held, consistent=True)
    assert claimed is not None
    assert as_seen_at(claimed, datetime.now(UTC)).status is Status.PROCESSING
    assert as_seen_at(claimed, datetime.now(UTC) + timedelta(hours=1)).error_code == "Stopped"


def queued(stage: Stack, key: str) -> bool | None:
    return any(key in body for body in stage.failed_events()) or None
