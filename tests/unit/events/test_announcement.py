"""What a message says, for any record, within what SNS and SQS take."""

import json
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.events.announcement import MAX_SUBJECT_LENGTH, Announcement
from tests.unit.records.test_violations import DONE, FAILED, GONE

MAX_ENTRY = 256 * 1024 // 10
"""Bytes of a message if ten are to fit into a request."""
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda key: len(key.encode()) <= 1024
)


def announced(**changes: object) -> Announcement:
    return Announcement("id", "dev", replace(DONE, **changes))  # type: ignore[arg-type]


@given(KEYS)
def test_message_about_any_key_is_valid_for_sns(key: str) -> None:
    announcement = announced(input_key=key, output_key=key)
    assert re.fullmatch(f"[!-~][ -~]{{0,{MAX_SUBJECT_LENGTH - 1}}}", announcement.subject)
    assert len(announcement.message.encode()) < MAX_ENTRY
    assert all(announcement.attributes.values())
    for text in (*announcement.attributes.values(), json.loads(announcement.message)["email"]):
        assert not re.search("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    body = json.loads(json.loads(announcement.message)["default"])
    assert body["record"]["input_key"] == key


@given(st.lists(st.text("ab", max_size=3), min_size=1, max_size=5))
def test_prefix_attributes_end_at_the_first_and_last_slash(parts: list[str]) -> None:
    key = "/".join([*parts, "x.txt"])
    attributes = announced(input_key=key).attributes
    assert key.startswith(attributes["first_prefix"])
    assert attributes["first_prefix"].count("/") == 1
    assert key == attributes["prefix"] + "x.txt"


def test_key_without_a_slash_has_no_prefix_attributes() -> None:
    assert announced(input_key="a.txt").attributes == {
        "type": "converted",
        "status": "SUCCESS",
        "has_warnings": "false",
    }


def test_replaced_or_repaired_characters_are_warnings() -> None:
    assert announced(replaced=1).has_warnings
    assert announced(repaired=1).has_warnings
    assert not announced(replaced=0, repaired=0).has_warnings


def test_email_has_the_outcome_and_the_location_of_the_pdf() -> None:
    announcement = announced(input_key="reports/ü.txt", output_key="reports/ü.pdf", replaced=2)
    assert announcement.subject == "converted: reports/?.txt"
    assert announcement.text == (
        "s3://in/reports/ü.txt was converted.\n\n"
        "PDF: s3://out/reports/ü.pdf\nPages: 1\n"
        "Replaced characters: 2; repaired bytes: 0\n"
        "Uploaded: 2026-03-01T08:00:00.000Z\nStage: dev"
    )


def test_email_about_a_failure_has_its_cause() -> None:
    announcement = Announcement("id", "dev", FAILED)
    assert announcement.subject == "failed: a.txt"
    assert "could not be converted" in announcement.text
    assert "Cause: It is no text." in announcement.text


def test_deleted_input_has_its_own_message_type() -> None:
    announcement = announced(**GONE)
    assert (announcement.type, announcement.attributes["status"]) == ("deleted", "SUCCESS")
    assert "was deleted on 2026-03-01T08:00:00.000Z" in announcement.text


def test_message_has_no_claim_and_no_lease() -> None:
    record = announced().body["record"]
    assert not {"claim", "lease_expires_at", "pk", "output_etag"} & set(record)
