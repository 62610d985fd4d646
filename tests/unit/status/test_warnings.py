"""Warnings in records: kept as they are, found by a question, refused if they are none."""

from typing import Any

import pytest

from chalicelib.records.record import attributes, record_from
from chalicelib.status.status_query import StatusQuery
from tests import seeding

WARNING = {"code": "encoding-doubtful", "message": "It may be cp850."}


def values(**more: Any) -> dict[str, Any]:
    return attributes(seeding.record("bucket", "a.txt")) | more


def test_a_record_keeps_its_warnings() -> None:
    assert record_from(values(warnings=[WARNING])).warnings == [WARNING]
    assert record_from(values()).warnings is None


@pytest.mark.parametrize("wrong", ["text", 5, [5], [{}], [{"code": "a"}], [{"message": "a"}], {}])
def test_an_item_with_invalid_warnings_is_not_a_record(wrong: object) -> None:
    with pytest.raises(ValueError, match="warnings"):
        record_from(values(warnings=wrong))


def test_a_query_can_select_files_with_warnings() -> None:
    asked = StatusQuery("", has_warnings=True)
    assert asked.is_filtered
    assert asked.admits(record_from(values(warnings=[WARNING])))
    assert not asked.admits(record_from(values()))
