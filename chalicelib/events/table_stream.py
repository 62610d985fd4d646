"""Events of the table's stream → each change of a record, with both its images.

Source of the format: Lambda Developer Guide, 'Using AWS Lambda with Amazon DynamoDB'; DynamoDB
Developer Guide, 'Change data capture for DynamoDB Streams'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from chalicelib.records.record import Record, Status, record_from
from chalicelib.records.transitions import violation

Image = dict[str, Any]
"""Attributes of an item by name, as plain values."""


@dataclass(frozen=True)
class RecordChange:
    """One change of one item; an image is None where there was, or is, no item.

    The `id` is the stream's own: the same when the change is delivered again.
    """

    id: str
    old: Image | None
    new: Image | None

    @property
    def record(self) -> Record | None:
        """The record after the change; None if there is none, or only an item that is no record."""
        return _record(self.new)

    @property
    def violation(self) -> str | None:
        """What the protocol does not allow about the change, or None."""
        if self.new is not None and self.record is None:
            return "the item is no record"
        return violation(_record(self.old), self.record)

    @property
    def settled(self) -> Record | None:
        """The record if the change settled it: it is true now, and nothing is left to be done.

        None for a run that begins, and for a failure that will be tried again.
        """
        record = self.record
        if record is None or record == _record(self.old):
            return None
        return record if is_settled(record) else None


def is_settled(record: Record) -> bool:
    """Whether a record says SUCCESS, FAILED for good, or that the input was deleted."""
    return record.status is Status.SUCCESS or record.retryable is False


def record_changes(event: Mapping[str, Any]) -> list[RecordChange]:
    """Return every change of an event, in the order in which they happened to each item."""
    return [
        RecordChange(
            id=record["eventID"],
            old=_image(record["dynamodb"].get("OldImage")),
            new=_image(record["dynamodb"].get("NewImage")),
        )
        for record in event.get("Records", [])
    ]


def _image(item: Mapping[str, Any] | None) -> Image | None:
    if not item:
        return None
    read = TypeDeserializer().deserialize
    return {name: _plain(read(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    """Return the value without DynamoDB's number type; ours are whole numbers."""
    match value:
        case Decimal():
            return int(value) if value == int(value) else str(value)
        case list():
            return [_plain(one) for one in value]
        case dict():
            return {name: _plain(one) for name, one in value.items()}
    return value


def _record(image: Image | None) -> Record | None:
    if image is None:
        return None
    try:
        return record_from(image)
    except ValueError:
        return None
