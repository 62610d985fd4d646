"""The DynamoDB table of records. Every change is one conditional UpdateItem; nothing ever scans."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from chalicelib.records.record import (
    Claim,
    Clock,
    Record,
    Refusal,
    Result,
    Status,
    attributes,
    claim_record,
    partition,
    record_from,
    refusal,
    removed_record,
    shard_partition,
    timestamp,
    utc_now,
)
from chalicelib.records.s3_changes import Change, Removal, Upload

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

log = logging.getLogger(__name__)

Item = dict[str, Any]

_NEEDED = tuple(field.name for field in fields(Record) if field.default is MISSING)

_NEW = "attribute_not_exists(#pk) OR #sequencer < :sequencer"
_NOT_AT_WORK = "#status <> :processing OR #lease_expires_at < :now"
_UNCHANGED = (
    "#sequencer = :sequencer AND #claim = :old_claim"
    " AND #attempts = :old_attempts AND #status = :old_status"
)


class Records:
    """All records of a stage, in `shards` partitions a bucket."""

    def __init__(
        self, client: "DynamoDBClient", table: str, shards: int, clock: Clock = utc_now
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self.shards = shards

    def claim(self, upload: Upload, claim_id: str, lease_until: datetime) -> Claim | Refusal:
        """Take the upload for this run until `lease_until`, unless an equal or newer one stands.

        A new upload costs one request. A retry or a takeover costs a second one: the refusal of
        the first returns the record, and the second replaces exactly that record.
        """
        now = self._clock()
        standing: Item = {}
        while True:
            outcome = self._write_claim(upload, claim_id, now, lease_until, standing)
            if isinstance(outcome, Claim):
                return outcome
            standing = outcome.item
            record = _record(standing)
            reason = refusal(record, upload, claim_id, now) if record else None
            if reason is not None:
                return reason

    def holds(self, claim: Claim) -> bool:
        """Whether the claim still stands, read consistently."""
        record = self.get(claim.upload.bucket, claim.upload.key, consistent=True)
        return claim.is_held_by(record)

    def finish(self, claim: Claim, result: Result) -> bool:
        """Write what came out; False, with nothing written, if the claim no longer stands."""
        outcome = self._update(
            claim.upload,
            attributes(result) | {"processed_at": timestamp(self._clock())},
            condition=_UNCHANGED,
            given=_unchanged(claim.upload.sequencer, claim.id, claim.attempts, Status.PROCESSING),
        )
        if isinstance(outcome, _Refused):
            # Refused, too, if the answer to our own first request was lost on the way.
            record = _record(outcome.item)
            return record is not None and claim.is_of(record)
        return True

    def remove(self, removal: Removal) -> bool:
        """Record that the input is gone; False if a newer upload is on record."""
        while True:
            item = self._get(removal.bucket, removal.key, consistent=True)
            old = _record(item)
            if old is not None and old.sequencer >= removal.sequencer:
                return False
            values = attributes(removed_record(removal, old, self._clock()))
            if item:
                condition, given = _as_it_is(item)
                outcome = self._update(removal, values, _absent(values), condition, given)
            else:
                outcome = self._update(removal, values, (), "attribute_not_exists(#pk)")
            if not isinstance(outcome, _Refused):
                return True

    def get(self, bucket: str, key: str, *, consistent: bool = False) -> Record | None:
        """Return the record of exactly this key: one GetItem.

        None if there is none, or only an item that is no record; such an item is logged.
        """
        return _record(self._get(bucket, key, consistent=consistent))

    def _get(self, bucket: str, key: str, *, consistent: bool) -> Item:
        """Return the item of this key, empty if there is none."""
        answer = self._client.get_item(
            TableName=self._table, Key=self._key(bucket, key), ConsistentRead=consistent
        )
        return answer.get("Item", {})

    def query(
        self, bucket: str, shard: int, prefix: str, after: str | None, limit: int
    ) -> tuple[list[Record], str | None]:
        """Return up to `limit` records of one shard in key order: one Query.

        `after` is any key that has this prefix, in whichever shard. The second value is the last
        key that was looked at if more may follow, else None. An item that is no record is logged
        and left out.
        """
        return self._query(bucket, shard, prefix, after, limit)

    def query_needed(
        self, bucket: str, shard: int, prefix: str, after: str | None, limit: int
    ) -> tuple[list[Record], str | None]:
        """The same with only what every record has: it costs the same, and is less to carry."""
        return self._query(bucket, shard, prefix, after, limit, _NEEDED)

    def _query(
        self,
        bucket: str,
        shard: int,
        prefix: str,
        after: str | None,
        limit: int,
        only: Sequence[str] = (),
    ) -> tuple[list[Record], str | None]:
        pk = shard_partition(bucket, shard)
        request: dict[str, Any] = {"KeyConditionExpression": "#pk = :pk"}
        names, values = {"#pk": "pk"}, {":pk": pk}
        if prefix:
            request["KeyConditionExpression"] += " AND begins_with(#input_key, :prefix)"
            names["#input_key"], values[":prefix"] = "input_key", prefix
        if after is not None:
            request["ExclusiveStartKey"] = _item({"pk": pk, "input_key": after})
        if only:
            names |= {f"#{name}": name for name in only}
            request["ProjectionExpression"] = ", ".join(f"#{name}" for name in only)
        answer = self._client.query(
            TableName=self._table,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=_item(values),
            Limit=limit,
            **request,
        )
        last = answer.get("LastEvaluatedKey")
        return list(_records(answer["Items"])), last["input_key"]["S"] if last else None

    def between(
        self, bucket: str, shard: int, after: str | None, last: str | None
    ) -> Iterator[Record]:
        """The records of one shard after one key up to another one, read consistently."""
        values = {":pk": shard_partition(bucket, shard), ":after": after, ":last": last}
        keys = " AND input_key BETWEEN :after AND :last"
        if after is None or last is None:
            keys = " AND input_key > :after" if after is not None else ""
            keys = " AND input_key <= :last" if last is not None else keys
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression=f"pk = :pk{keys}",
            ExpressionAttributeValues=_item({n: v for n, v in values.items() if v is not None}),
        )
        records = _records(item for page in pages for item in page["Items"])
        return (record for record in records if record.input_key != after)

    def _write_claim(
        self,
        upload: Upload,
        claim_id: str,
        now: datetime,
        lease_until: datetime,
        standing: Item,
    ) -> "Claim | _Refused":
        """Return the claim, or what stands in its way; `standing` is what stood there before."""
        given: dict[str, Any] = {"sequencer": upload.sequencer}
        condition, attempts = _NEW, 1
        over = _record(standing)
        if standing and (over is None or over.sequencer == upload.sequencer):
            attempts = over.attempts + 1 if over else 1
            condition, given = _as_it_is(standing)
        elif upload.is_reconciled:
            condition = f"attribute_not_exists(#pk) OR #sequencer < :sequencer AND ({_NOT_AT_WORK})"
            given |= {"processing": Status.PROCESSING, "now": timestamp(now)}
        claim = Claim(upload, claim_id, attempts, old=None)
        values = attributes(claim_record(claim, now, lease_until))
        outcome = self._update(upload, values, _absent(values), condition, given)
        if isinstance(outcome, _Refused):
            return outcome
        return Claim(upload, claim_id, attempts, old=_record(outcome))

    def _update(
        self,
        change: Change,
        put: Mapping[str, Any],
        remove: Iterable[str] = (),
        condition: str = "",
        given: Mapping[str, Any] | None = None,
    ) -> "Item | _Refused":
        """The item as it was before, empty if there was none."""
        key = self._key(change.bucket, change.key)
        put = {name: value for name, value in put.items() if name not in key}
        update = "SET " + ", ".join(f"#{name} = :new_{name}" for name in put)
        if remove := sorted(remove):
            update += " REMOVE " + ", ".join(f"#{name}" for name in remove)
        values = {f":new_{name}": value for name, value in put.items()}
        values |= {f":{name}": value for name, value in (given or {}).items()}
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={
                    f"#{name}": name for name in re.findall(r"#(\w+)", f"{update} {condition}")
                },
                ExpressionAttributeValues=_item(values),
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return _Refused(error.response.get("Item", {}))  # type: ignore[arg-type]
        return answer.get("Attributes", {})

    def _key(self, bucket: str, key: str) -> Item:
        return _item({"pk": partition(bucket, key, self.shards), "input_key": key})


def _unchanged(sequencer: str, claim_id: str, attempts: int, status: Status) -> Item:
    """The values of _UNCHANGED: together they are never those of two states of a record."""
    return {
        "sequencer": sequencer,
        "old_claim": claim_id,
        "old_attempts": attempts,
        "old_status": status,
    }


def _as_it_is(item: Item) -> tuple[str, dict[str, Any]]:
    """Return a condition that holds while the item is in this state, and its values.

    It serves items that are no records, too: what such a one lacks, it must still lack.
    """
    names = ("sequencer", "claim", "attempts", "status")
    present = [name for name in names if name in item]
    terms = [f"#{name} = :old_{name}" for name in present]
    terms += [f"attribute_not_exists(#{name})" for name in names if name not in item]
    return " AND ".join(terms), {f"old_{name}": _value(item[name]) for name in present}


def _absent(values: Mapping[str, Any]) -> set[str]:
    """What a record with these attributes must not keep of the one that it replaces."""
    return {field.name for field in fields(Record)} - values.keys() - {"output_etag"}


class _Refused:
    """A condition that did not hold, and the item it did not hold for."""

    def __init__(self, item: Item) -> None:
        self.item = item


def _item(values: Mapping[str, Any]) -> Item:
    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in values.items()}


def _value(value: Any) -> Any:
    """Return an attribute's value; DynamoDB's numbers are whole ones here."""
    read = TypeDeserializer().deserialize(value)
    return int(read) if isinstance(read, Decimal) else read


def _records(items: Iterable[Item]) -> Iterator[Record]:
    """Yield those of the items that are records."""
    return (record for record in map(_record, items) if record is not None)


def _record(item: Item) -> Record | None:
    """Return the record that an item is; None if it is empty or damaged, which is logged.

    One item that is no record, which only other hands can have written, must not keep the others
    from being told. Its file is converted anew by reconciling, or by its next upload.
    """
    if not item:
        return None
    try:
        return record_from({name: _value(value) for name, value in item.items()})
    except ValueError as error:
        log.warning("item is no record: %r: %s", item.get("input_key"), error)
        return None
