"""What an S3 event says."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.records.s3_changes import (
    Removal,
    Upload,
    changes,
    next_sequencer,
    pad_sequencer,
    reconcile_event,
)
from tests import events

object_keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
sequencers = st.text("0123456789ABCDEF", max_size=24)


@given(st.lists(object_keys, max_size=5))
def test_every_record_of_an_event_is_read_and_its_key_decoded_once(keys: list[str]) -> None:
    assert [upload.key for upload in changes(events.created(*keys))] == keys


def test_all_values_of_the_event_are_read() -> None:
    (upload,) = changes(events.created("a.txt", bucket="in", versionId="v1"))
    assert isinstance(upload, Upload)
    assert (upload.bucket, upload.version_id, upload.size) == ("in", "v1", 4)
    assert upload.etag == "0cc175b9c0f1b6a831c399e269772661"
    assert upload.uploaded_at == datetime(2026, 3, 1, 9, 30, 0, 123000, UTC)
    assert upload.sequencer == pad_sequencer(events.SEQUENCER)


def test_the_test_event_of_a_new_notification_is_ignored() -> None:
    assert changes({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "in"}) == []


def test_events_of_other_kinds_are_ignored() -> None:
    event = events.created("a.txt")
    event["Records"][0]["eventName"] = "ObjectTagging:Put"
    assert changes(event) == []


def test_an_unknown_major_version_is_rejected() -> None:
    event = events.created("a.txt")
    event["Records"][0]["eventVersion"] = "3.0"
    with pytest.raises(ValueError, match=r"3\.0"):
        changes(event)


@given(sequencers, sequencers)
def test_padded_sequencers_have_the_order_of_s3(one: str, other: str) -> None:
    """S3 User Guide: right pad the shorter value with zeros, then compare as text."""
    width = max(len(one), len(other))
    expected = one.ljust(width, "0") < other.ljust(width, "0")
    assert (pad_sequencer(one) < pad_sequencer(other)) == expected


@pytest.mark.parametrize("text", ["xyz", "0" * 33, "é"])
def test_an_invalid_sequencer_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="not a sequencer"):
        pad_sequencer(text)


@pytest.mark.parametrize("kind", ["Delete", "DeleteMarkerCreated"])
@pytest.mark.parametrize("cause", ["ObjectRemoved", "LifecycleExpiration", "s3:ObjectRemoved"])
def test_a_removal_is_ordered_among_the_uploads(cause: str, kind: str) -> None:
    event = events.created("a b.txt", bucket="in")
    event["Records"][0]["eventName"] = f"{cause}:{kind}"
    (removal,) = changes(event)
    assert isinstance(removal, Removal)
    assert (removal.bucket, removal.key) == ("in", "a b.txt")
    assert removal.sequencer == pad_sequencer(events.SEQUENCER)


@given(object_keys, sequencers)
def test_events_of_reconciliation_are_read_as_written(key: str, sequencer: str) -> None:
    moment = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    upload = Upload(
        "in", key, pad_sequencer(sequencer), moment, "etag", None, 7, is_reconciled=True
    )
    assert changes(reconcile_event(upload)) == [upload]


@given(st.text("0123456789ABCDEF", max_size=18), st.text("0123456789ABCDEF", max_size=18))
def test_a_following_sequencer_is_before_every_later_one_of_s3(one: str, other: str) -> None:
    assert pad_sequencer(one) < next_sequencer(pad_sequencer(one))
    if pad_sequencer(one) < pad_sequencer(other):
        assert next_sequencer(pad_sequencer(one)) < pad_sequencer(other)
