"""Items in the table that are not valid records: they affect no other file, and can be replaced."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.records.record import Status, partition
from tests import seeding
from tests.stack import Stack

PREFIX = "damaged/"
DAMAGES: dict[str, dict[str, Any]] = {
    "empty": {},
    "unknown status": {"status": {"S": "ARCHIVED"}},
    "wrong type": {"attempts": {"S": "three"}},
    "no sequencer": {"sequencer": None},
}


def put(stack: Stack, key: str, damage: str) -> None:
    """Write a record with this damage."""
    settings = stack.settings
    item = seeding.item(seeding.record(settings.input_bucket, key), settings.shards)
    if damage == "empty":
        item = {name: item[name] for name in ("pk", "input_key")}
    item |= DAMAGES[damage]
    stack.dynamodb.put_item(
        TableName=settings.table, Item={name: value for name, value in item.items() if value}
    )


@pytest.fixture
def clean(stack: Stack) -> Iterator[list[str]]:
    """Keys whose items are deleted afterwards."""
    keys: list[str] = []
    yield keys
    for key in keys:
        pk = partition(stack.settings.input_bucket, key, stack.settings.shards)
        stack.dynamodb.delete_item(
            TableName=stack.settings.table, Key={"pk": {"S": pk}, "input_key": {"S": key}}
        )


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_hides_no_other_record(
    stack: Stack, clean: list[str], damage: str
) -> None:
    folder = f"{PREFIX}{damage}/"
    good = [f"{folder}{number:03}.txt" for number in range(0, 120, 10)]
    bad = [f"{folder}{number:03}.txt" for number in range(120) if number % 10]
    clean += [*good, *bad]
    records = [seeding.record(stack.settings.input_bucket, key) for key in good]
    seeding.write(stack.dynamodb, stack.settings.table, stack.settings.shards, records)
    for key in bad:
        put(stack, key, damage)

    listed: list[str] = []
    parameters = {"prefix": folder, "limit": "3"}
    while True:
        response = stack.get("/status", parameters)
        assert response.status == 200
        listed += [file["input_key"] for file in response.json["files"]]
        if response.json["next"] is None:
            break
        parameters["next"] = response.json["next"]
    assert listed == good
    assert stack.get("/status/summary", {"prefix": folder}).json["files"] == len(good)
    lines = stack.query("--prefix", folder, "--output", "jsonl").stdout.splitlines()
    assert [json.loads(line)["input_key"] for line in lines] == good


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_next_upload_of_a_file_with_a_damaged_record_is_converted(
    stack: Stack, clean: list[str], damage: str
) -> None:
    key = f"{PREFIX}again {damage}.txt"
    clean.append(key)
    put(stack, key, damage)
    assert stack.get("/status", {"key": key}).status == 404
    stack.upload(key)
    assert stack.settled(key).status is Status.SUCCESS
    assert stack.get("/status", {"key": key}).json["status"] == "SUCCESS"


def test_unknown_attributes_are_ignored(stack: Stack, clean: list[str]) -> None:
    key = f"{PREFIX}later.txt"
    clean.append(key)
    settings = stack.settings
    item = seeding.item(seeding.record(settings.input_bucket, key), settings.shards)
    stack.dynamodb.put_item(TableName=settings.table, Item=item | {"mood": {"S": "good"}})
    assert stack.get("/status", {"prefix": key}).json["files"][0]["input_key"] == key
