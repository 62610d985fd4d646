"""S3 and DynamoDB in memory, behind the client methods that the product calls.

The state of an object key or of an item is an immutable cell, and each operation is a pure function
from a cell to a new cell and a reply. So the exhaustive check can return to any state. The clients
below, which store cells by name, pass the same contract suite as those of the emulator.
"""

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from tests.protocol import expressions

Parameters = Mapping[str, Any]
DAWN = datetime(2026, 1, 1, tzinfo=UTC)
"""Time of the first change."""


class Reply(NamedTuple):
    """The reply of a service: members of the response, or an error code with its HTTP status."""

    members: tuple[tuple[str, Any], ...] = ()
    error: str | None = None
    status: int = 200

    def result(self, operation: str) -> dict[str, Any]:
        """Return the response as a boto3 client does. Raises ClientError if it is an error."""
        members = {name: _thawed(name, value) for name, value in self.members}
        if self.error is None:
            return members
        response: Any = {
            "Error": {"Code": self.error, "Message": self.error},
            "ResponseMetadata": {"HTTPStatusCode": self.status},
        }
        raise ClientError(response | members, operation)


class Item(NamedTuple):
    """The cell of a DynamoDB item: its attributes, or None if there is no item."""

    attributes: tuple[tuple[str, str, Any], ...] | None = None

    @property
    def values(self) -> dict[str, dict[str, Any]]:
        return {name: {kind: value} for name, kind, value in self.attributes or ()}


class Version(NamedTuple):
    """One version of an object; `body` is None for a delete marker."""

    id: str | None
    body: bytes | None
    modified_at: datetime = DAWN

    @property
    def etag(self) -> str:
        return hashlib.md5(self.body or b"", usedforsecurity=False).hexdigest()


class Object(NamedTuple):
    """The cell of an object key: its versions, the newest last."""

    is_versioned: bool = False
    versions: tuple[Version, ...] = ()

    @property
    def current(self) -> Version | None:
        newest = self.versions[-1] if self.versions else None
        return newest if newest and newest.body is not None else None

    def put(self, body: bytes | None, modified_at: datetime = DAWN) -> "Object":
        """Return the cell with a new version, or a delete marker if `body` is None."""
        number = f"v{len(self.versions) + 1}" if self.is_versioned else None
        kept = self.versions if self.is_versioned else ()
        gone = body is None and not self.is_versioned
        return self._replace(versions=kept if gone else (*kept, Version(number, body, modified_at)))


Cell = Item | Object


def execute(cell: Cell, operation: str, parameters: Parameters) -> tuple[Cell, Reply]:
    """Return the cell after the operation, and the reply."""
    if isinstance(cell, Item):
        return _OF_ITEM[operation](cell, parameters)
    return _OF_OBJECT[operation](cell, parameters)


def _get_item(cell: Item, _parameters: Parameters) -> tuple[Item, Reply]:
    return cell, Reply((("Item", cell),) if cell.attributes is not None else ())


def _update_item(cell: Item, parameters: Parameters) -> tuple[Item, Reply]:
    names = parameters["ExpressionAttributeNames"]
    values = parameters["ExpressionAttributeValues"]
    before = cell.values
    if not expressions.condition(parameters["ConditionExpression"])(before, names, values):
        kept = () if cell.attributes is None else (("Item", cell),)
        return cell, Reply(kept, "ConditionalCheckFailedException", 400)
    after = expressions.updated(before, parameters["UpdateExpression"], names, values)
    after |= parameters["Key"]
    flat = tuple(sorted((name, *next(iter(value.items()))) for name, value in after.items()))
    return Item(flat), Reply((("Attributes", cell),) if cell.attributes is not None else ())


def _get_object(cell: Object, parameters: Parameters) -> tuple[Object, Reply]:
    version_id = parameters.get("VersionId")
    if version_id is None:
        version = cell.current
        if version is None:
            return cell, Reply((), "NoSuchKey", 404)
    else:
        version = next((version for version in cell.versions if version.id == version_id), None)
        if version is None:
            return cell, Reply((), "NoSuchVersion", 404)
    return cell, Reply(_members(version, version.body or b""))


def _head_object(cell: Object, _parameters: Parameters) -> tuple[Object, Reply]:
    version = cell.current
    return cell, Reply((), "404", 404) if version is None else Reply(_members(version, None))


def _members(version: Version, body: bytes | None) -> tuple[tuple[str, Any], ...]:
    members: list[tuple[str, Any]] = [
        ("ETag", f'"{version.etag}"'),
        ("ContentLength", len(version.body or b"")),
        ("Metadata", ()),
    ]
    if version.id:
        members.append(("VersionId", version.id))
    if body is not None:
        members.append(("Body", body))
    else:
        members.append(("LastModified", version.modified_at))
    return tuple(members)


def _put_object(cell: Object, parameters: Parameters) -> tuple[Object, Reply]:
    current = cell.current
    if "IfNoneMatch" in parameters and current is not None:
        return cell, Reply((), "PreconditionFailed", 412)
    if "IfMatch" in parameters:
        if current is None:
            return cell, Reply((), "NoSuchKey", 404)
        if parameters["IfMatch"].strip('"') != current.etag:
            return cell, Reply((), "PreconditionFailed", 412)
    after = cell.put(parameters["Body"])
    return after, Reply((("ETag", f'"{after.versions[-1].etag}"'),))


def _delete_object(cell: Object, _parameters: Parameters) -> tuple[Object, Reply]:
    return cell.put(None), Reply()


def _thawed(name: str, value: Any) -> Any:
    match name, value:
        case "Body", bytes():
            return io.BytesIO(value)
        case "Metadata", _:
            return dict(value)
        case _, Item():
            return value.values
    return value


_OF_ITEM: dict[str, Callable[[Item, Parameters], tuple[Item, Reply]]] = {
    "get_item": _get_item,
    "update_item": _update_item,
}
_OF_OBJECT: dict[str, Callable[[Object, Parameters], tuple[Object, Reply]]] = {
    "get_object": _get_object,
    "head_object": _head_object,
    "put_object": _put_object,
    "delete_object": _delete_object,
}

Executor = Callable[[str, str, dict[str, Any]], Reply]
"""Name of a cell, operation and parameters → reply."""


@dataclass(frozen=True)
class Client:
    """The methods of boto3's S3 and DynamoDB clients that the product calls."""

    execute_call: Executor

    def get_item(self, **parameters: Any) -> dict[str, Any]:
        return self._item("get_item", parameters)

    def update_item(self, **parameters: Any) -> dict[str, Any]:
        return self._item("update_item", parameters)

    def get_object(self, **parameters: Any) -> dict[str, Any]:
        return self._object("get_object", parameters)

    def head_object(self, **parameters: Any) -> dict[str, Any]:
        return self._object("head_object", parameters)

    def put_object(self, **parameters: Any) -> dict[str, Any]:
        body = parameters["Body"]
        body = body if isinstance(body, bytes) else body.read()
        return self._object("put_object", parameters | {"Body": body})

    def delete_object(self, **parameters: Any) -> dict[str, Any]:
        return self._object("delete_object", parameters)

    def _item(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        key = parameters["Key"]
        name = f"{parameters['TableName']}/{key['pk']['S']}/{key['input_key']['S']}"
        return self.execute_call(name, operation, parameters).result(operation)

    def _object(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        name = f"{parameters['Bucket']}/{parameters['Key']}"
        return self.execute_call(name, operation, parameters).result(operation)


@dataclass
class Cloud:
    """All cells by name, and clients that work on them."""

    cells: dict[str, Cell] = field(default_factory=dict)
    versioned_buckets: frozenset[str] = frozenset()

    @property
    def client(self) -> Any:
        """A stand-in for a boto3 client of either service."""
        return Client(self.execute_call)

    def execute_call(self, name: str, operation: str, parameters: dict[str, Any]) -> Reply:
        cell = self.cells.get(name)
        if cell is None:
            is_versioned = parameters.get("Bucket") in self.versioned_buckets
            cell = Item() if operation in _OF_ITEM else Object(is_versioned)
        self.cells[name], reply = execute(cell, operation, parameters)
        return reply
