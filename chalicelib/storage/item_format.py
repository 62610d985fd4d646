"""Items of the DynamoDB table: records as attribute values, and conditions on their state."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from chalicelib.records.claim import Claim
from chalicelib.records.record import Record, Status, record_from

log = logging.getLogger(__name__)

Item = dict[str, Any]
"""Typed attribute values by attribute name, as DynamoDB's low-level API has them."""

Condition = tuple[str, dict[str, Any]]
"""A ConditionExpression, and the values of its placeholders without their colons."""


def serialize(values: Mapping[str, Any]) -> Item:
    """Return plain Python values as typed attribute values. Raises TypeError for a float."""
    serializer = TypeSerializer()
    return {name: serializer.serialize(value) for name, value in values.items()}


def record_of(item: Item) -> Record | None:
    """Return the record that an item holds, or None if it is empty or damaged.

    A damaged item is logged, and must not keep the records beside it from being returned. Only
    something other than this product can have written it. Its file is converted again by the next
    reconciliation or upload.
    """
    if not item:
        return None
    try:
        return record_from({name: _deserialize(value) for name, value in item.items()})
    except ValueError as error:
        log.warning("item is no record: %r: %s", item.get("input_key"), error)
        return None


def records_of(items: Iterable[Item]) -> Iterator[Record]:
    """Yield the records that items hold; `record_of` says which have none."""
    return (record for record in map(record_of, items) if record is not None)


def newer_than_record(sequencer: str) -> Condition:
    """Return the condition that there is no item, or one with a lesser sequencer."""
    return "attribute_not_exists(#pk) OR #sequencer < :sequencer", {"sequencer": sequencer}


def newer_than_idle_record(sequencer: str, now: str) -> Condition:
    """Return the condition that there is no item, or one of a lesser sequencer and no run at work.

    No run is at work if the status is not PROCESSING or the lease expired before `now`, a timestamp
    as of `record.timestamp`.
    """
    idle = "#status <> :processing OR #lease_expires_at < :now"
    return (
        f"attribute_not_exists(#pk) OR #sequencer < :sequencer AND ({idle})",
        {"sequencer": sequencer, "processing": Status.PROCESSING, "now": now},
    )


def still_claimed(claim: Claim) -> Condition:
    """Return the condition that the record is as the claim wrote it.

    It compares sequencer, claim, attempts and status: no two states of a record agree in all four.
    """
    terms = (
        "#sequencer = :sequencer",
        "#claim = :old_claim",
        "#attempts = :old_attempts",
        "#status = :old_status",
    )
    return " AND ".join(terms), {
        "sequencer": claim.upload.sequencer,
        "old_claim": claim.id,
        "old_attempts": claim.attempts,
        "old_status": Status.PROCESSING,
    }


def unchanged(item: Item) -> Condition:
    """Return the condition that an item, damaged or not, is still in this state.

    It compares sequencer, claim, attempts and status. Those that a damaged item lacks must still be
    missing.
    """
    names = ("sequencer", "claim", "attempts", "status")
    present = [name for name in names if name in item]
    terms = [f"#{name} = :old_{name}" for name in present]
    terms += [f"attribute_not_exists(#{name})" for name in names if name not in item]
    return " AND ".join(terms), {f"old_{name}": _deserialize(item[name]) for name in present}


def stale_attributes(values: Mapping[str, Any]) -> set[str]:
    """Return the names of the attributes to remove when these values replace a record.

    They are all that a record may have and `values` does not, except `output_etag`, which stays: it
    tells a run whether the PDF in the output bucket is the recorded one.
    """
    return {field.name for field in fields(Record)} - values.keys() - {"output_etag"}


def _deserialize(value: Any) -> Any:
    """Return the plain value of an attribute; all numbers in records are whole."""
    plain = TypeDeserializer().deserialize(value)
    return int(plain) if isinstance(plain, Decimal) else plain
