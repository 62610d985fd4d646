"""The DynamoDB table of records. Every change is one conditional UpdateItem; nothing ever scans."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.records.claim import Claim, Refusal, claim_record, refusal, removed_record
from chalicelib.records.record import (
    Clock,
    Record,
    Result,
    attributes,
    partition,
    shard_partition,
    timestamp,
    utc_now,
)
from chalicelib.records.s3_changes import Change, Removal, Upload
from chalicelib.storage import item_format
from chalicelib.storage.item_format import Condition, Item, record_of, records_of, serialize

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REQUIRED_ATTRIBUTES = tuple(field.name for field in fields(Record) if field.default is MISSING)
"""Attributes that every record has."""

NO_ITEM: Condition = ("attribute_not_exists(#pk)", {})


@dataclass(frozen=True)
class _Refused:
    """A condition that did not hold, and the item for which it did not hold."""

    item: Item


class Records:
    """The records of a stage, in `shards` partitions a bucket.

    The times in them are those of `clock`.
    """

    def __init__(
        self, client: "DynamoDBClient", table: str, shards: int, clock: Clock = utc_now
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self.shards = shards

    def claim(self, upload: Upload, claim_id: str, lease_until: datetime) -> Claim | Refusal:
        """Claim the upload for one run until `lease_until`, or return why that is refused.

        `claim_id` is the request id of the run's invocation. A new upload costs one request. A
        retry or a takeover costs a second one: the refusal of the first returns the record, and the
        second replaces exactly that record. If the record changes in between, this is repeated.
        """
        now = self._clock()
        item: Item = {}
        while True:
            outcome = self._write_claim(upload, claim_id, now, lease_until, item)
            if isinstance(outcome, Claim):
                return outcome
            item = outcome.item
            record = record_of(item)
            reason = refusal(record, upload, claim_id, now) if record else None
            if reason is not None:
                return reason

    def holds(self, claim: Claim) -> bool:
        """Return whether this claim is the record's latest and not finished, by a consistent read.

        Whether its lease has expired does not matter.
        """
        record = self.get(claim.upload.bucket, claim.upload.key, consistent=True)
        return claim.is_held_by(record)

    def finish(self, claim: Claim, result: Result) -> bool:
        """Write the result of a run; return False, writing nothing, if the claim was lost.

        It is lost if a newer upload, another run or a removal has changed the record since. Return
        True if this claim finished the record already.
        """
        outcome = self._update(
            claim.upload,
            attributes(result) | {"processed_at": timestamp(self._clock())},
            condition=item_format.still_claimed(claim),
        )
        if isinstance(outcome, _Refused):
            # A retry is refused as well if the response to the first request was lost.
            record = record_of(outcome.item)
            return record is not None and claim.is_of(record)
        return True

    def remove(self, removal: Removal) -> bool:
        """Record that the input is gone, as `removed_record` says.

        Return False, writing nothing, if the record is of this removal already or of a newer event.
        """
        while True:
            item = self._get_item(removal.bucket, removal.key, consistent=True)
            old = record_of(item)
            if old is not None and old.sequencer >= removal.sequencer:
                return False
            values = attributes(removed_record(removal, old, self._clock()))
            if item:
                stale = item_format.stale_attributes(values)
                outcome = self._update(removal, values, stale, item_format.unchanged(item))
            else:
                outcome = self._update(removal, values, condition=NO_ITEM)
            if not isinstance(outcome, _Refused):
                return True

    def get(self, bucket: str, key: str, *, consistent: bool = False) -> Record | None:
        """Return the record of exactly this key, by one GetItem, or None if there is none.

        The read is eventually consistent unless `consistent` is set. A damaged item counts as none
        and is logged.
        """
        return record_of(self._get_item(bucket, key, consistent=consistent))

    def query(
        self, bucket: str, shard: int, prefix: str, after: str | None, limit: int
    ) -> tuple[list[Record], str | None]:
        """Return up to `limit` records of one shard whose keys begin with `prefix`.

        It takes one Query. They are in key order, after the key `after`: any key with this prefix,
        in any shard, or None for the first. The second value is the last key that was read if more
        may follow, else None. The read is eventually consistent. Damaged items are logged and left
        out.
        """
        return self._query(bucket, shard, prefix, after, limit)

    def query_required(
        self, bucket: str, shard: int, prefix: str, after: str | None, limit: int
    ) -> tuple[list[Record], str | None]:
        """Return the same as `query` with REQUIRED_ATTRIBUTES only; all others are None.

        DynamoDB charges as much for it, but the response is smaller.
        """
        return self._query(bucket, shard, prefix, after, limit, REQUIRED_ATTRIBUTES)

    def between(
        self, bucket: str, shard: int, after: str | None, last: str | None
    ) -> Iterator[Record]:
        """Yield the records of one shard with keys after `after`, up to and with `last`.

        They are in key order. None means no bound on that side. Reads are consistent. Damaged items
        are logged and left out.
        """
        values = {":pk": shard_partition(bucket, shard), ":after": after, ":last": last}
        keys = " AND input_key BETWEEN :after AND :last"
        if after is None or last is None:
            keys = " AND input_key > :after" if after is not None else ""
            keys = " AND input_key <= :last" if last is not None else keys
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression=f"pk = :pk{keys}",
            ExpressionAttributeValues=serialize({n: v for n, v in values.items() if v is not None}),
        )
        records = records_of(item for page in pages for item in page["Items"])
        return (record for record in records if record.input_key != after)

    def _get_item(self, bucket: str, key: str, *, consistent: bool) -> Item:
        """Return the item of this key, empty if there is none."""
        response = self._client.get_item(
            TableName=self._table, Key=self._key(bucket, key), ConsistentRead=consistent
        )
        return response.get("Item", {})

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
            request["ExclusiveStartKey"] = serialize({"pk": pk, "input_key": after})
        if only:
            names |= {f"#{name}": name for name in only}
            request["ProjectionExpression"] = ", ".join(f"#{name}" for name in only)
        response = self._client.query(
            TableName=self._table,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=serialize(values),
            Limit=limit,
            **request,
        )
        last = response.get("LastEvaluatedKey")
        return list(records_of(response["Items"])), last["input_key"]["S"] if last else None

    def _write_claim(
        self,
        upload: Upload,
        claim_id: str,
        now: datetime,
        lease_until: datetime,
        item: Item,
    ) -> Claim | _Refused:
        """Write a claim over `item`, which an earlier attempt found, or over an older record."""
        attempts = 1
        record = record_of(item)
        if item and (record is None or record.sequencer == upload.sequencer):
            attempts = record.attempts + 1 if record else 1
            condition = item_format.unchanged(item)
        elif upload.is_reconciled:
            condition = item_format.newer_than_idle_record(upload.sequencer, timestamp(now))
        else:
            condition = item_format.newer_than_record(upload.sequencer)
        claim = Claim(upload, claim_id, attempts, old=None)
        values = attributes(claim_record(claim, now, lease_until))
        outcome = self._update(upload, values, item_format.stale_attributes(values), condition)
        if isinstance(outcome, _Refused):
            return outcome
        return Claim(upload, claim_id, attempts, old=record_of(outcome))

    def _update(
        self,
        change: Change,
        values: Mapping[str, Any],
        remove: Iterable[str] = (),
        condition: Condition = NO_ITEM,
    ) -> Item | _Refused:
        """Set and remove attributes of a change's item if the condition holds.

        Return the item as it was before, empty if there was none; if the condition does not hold,
        the present item as _Refused. `remove` are the names of attributes.
        """
        key = self._key(change.bucket, change.key)
        new = {name: value for name, value in values.items() if name not in key}
        update = "SET " + ", ".join(f"#{name} = :new_{name}" for name in new)
        if remove := sorted(remove):
            update += " REMOVE " + ", ".join(f"#{name}" for name in remove)
        expression, placeholders = condition
        bound = {f":new_{name}": value for name, value in new.items()}
        bound |= {f":{name}": value for name, value in placeholders.items()}
        try:
            response = self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression=update,
                ConditionExpression=expression,
                ExpressionAttributeNames={
                    f"#{name}": name for name in re.findall(r"#(\w+)", f"{update} {expression}")
                },
                ExpressionAttributeValues=serialize(bound),
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return _Refused(error.response.get("Item", {}))  # type: ignore[arg-type]
        return response.get("Attributes", {})

    def _key(self, bucket: str, key: str) -> Item:
        return serialize({"pk": partition(bucket, key, self.shards), "input_key": key})
