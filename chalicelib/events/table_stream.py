"""Changes of records, parsed from events of the table's DynamoDB stream.

Source of the format: Lambda Developer Guide, 'Using AWS Lambda with Amazon DynamoDB'; DynamoDB
Developer Guide, 'Change data capture for DynamoDB Streams'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from chalicelib.records.record import Record, Status, record_from
from chalicelib.records.violations import violation

Image = dict[str, Any]
"""The attributes of an item by name, as plain Python values."""


@dataclass(frozen=True)
class RecordChange:
    """A change of one item, with its attributes before and after, `old` and `new`.

    They are None if the item did not exist before, or does not exist after. `id` is the event ID of
    the stream, which is the same if the change is delivered again.
    """

    id: str
    old: Image | None
    new: Image | None

    @property
    def record(self) -> Record | None:
        """The record after the change, or None if the item was deleted or is damaged."""
        return _record(self.new)

    @property
    def violation(self) -> str | None:
        """Why the protocol does not allow the change, or None if it does.

        An item that is damaged before the change counts as none; one that is damaged after it is
        not allowed.
        """
        if self.new is not None and self.record is None:
            return "the item is no record"
        return violation(_record(self.old), self.record)

    @property
    def settled(self) -> Record | None:
        """The record after the change if it is settled and the change made it differ, or else None.

        So it is None for the start of a run and for a failure that will be retried.
        """
        record = self.record
        if record is None or record == _record(self.old):
            return None
        return record if is_settled(record) else None


def is_settled(record: Record) -> bool:
    """Return whether a record is a SUCCESS or a permanent failure.

    Records of deleted inputs are one or the other.
    """
    return record.status is Status.SUCCESS or record.retryable is False


def record_changes(event: Mapping[str, Any]) -> list[RecordChange]:
    """Return the changes in an event of the stream, in its order.

    The changes of one item are in the order in which they were made.
    """
    return [
        RecordChange(
            id=record["eventID"],
            old=_image(record["dynamodb"].get("OldImage")),
            new=_image(record["dynamodb"].get("NewImage")),
        )
        for record in event.get("Records", [])
    ]


def _image(item: Mapping[str, Any] | None) -> Image | None:
    """Return an item of the stream as plain values."""
    if not item:
        return None
    deserialize = TypeDeserializer().deserialize
    return {name: _plain(deserialize(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    """Return a value with Python integers instead of DynamoDB's decimal numbers."""
    match value:
        case Decimal():
            return int(value) if value == int(value) else str(value)
        case list():
            return [_plain(element) for element in value]
        case dict():
            return {name: _plain(element) for name, element in value.items()}
    return value


def _record(image: Image | None) -> Record | None:
    """Return the record in an image, or None if there is none or it is damaged."""
    if image is None:
        return None
    try:
        return record_from(image)
    except ValueError:
        return None
