"""query.py, as a user runs it, against a deployed stage."""

import json
from dataclasses import replace

import pytest

from tests.stack import Stack


def test_one_line_a_file_with_both_locations(stack: Stack) -> None:
    for key in ("query/a.txt", "query/longer name.txt"):
        stack.upload(key)
        stack.settled(key)
    done = stack.query("query/")
    lines = done.stdout.splitlines()
    assert (done.returncode, len(lines)) == (0, 2)
    assert f"s3://{stack.settings.input_bucket}/query/a.txt" in lines[0]
    assert f"s3://{stack.settings.output_bucket}/query/a.pdf" in lines[0]
    assert lines[0].index("SUCCESS") == lines[1].index("SUCCESS")


def test_a_failed_file_is_shown_with_its_error_and_status_1(stack: Stack) -> None:
    stack.upload("query-failed/x.docx")
    stack.settled("query-failed/x.docx")
    done = stack.query("query-failed/x.docx")
    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert ".txt" in done.stdout


def test_a_location_is_as_good_as_a_key(stack: Stack) -> None:
    stack.upload("query-location/a.txt")
    stack.settled("query-location/a.txt")
    location = f"s3://{stack.settings.input_bucket}/query-location/a.txt"
    done = stack.query(location, "--output", "json")
    assert [file["input_key"] for file in json.loads(done.stdout)] == ["query-location/a.txt"]


def test_a_location_in_another_bucket_is_wrong_usage(stack: Stack) -> None:
    done = stack.query("s3://elsewhere/a.txt")
    assert done.returncode == 2
    assert stack.settings.input_bucket in done.stderr


def test_a_key_means_that_file_even_if_it_is_a_prefix_of_others(stack: Stack) -> None:
    for key in ("query-exact/a.txt", "query-exact/a.txt.txt"):
        stack.upload(key)
        stack.settled(key)
    assert len(stack.query("query-exact/a.txt").stdout.splitlines()) == 1
    assert len(stack.query("query-exact/a").stdout.splitlines()) == 2


def test_nothing_found_is_status_3_and_says_what_to_do(stack: Stack) -> None:
    done = stack.query("query-nothing/")
    assert (done.returncode, done.stdout) == (3, "")
    assert "case-sensitive" in done.stderr


def test_a_stage_that_is_not_there_is_status_4(stack: Stack) -> None:
    done = stack.query("a", "--stage", "nowhere")
    assert done.returncode == 4
    assert "make deploy" in done.stderr


@pytest.mark.parametrize(
    ("changed", "hint"),
    [
        ({"AWS_DEFAULT_REGION": None, "AWS_ENDPOINT_URL": None}, "region"),
        ({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}, "credentials"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "network"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "region"),
    ],
    ids=["no-region", "no-credentials", "no-network", "another-region"],
)
def test_without_access_it_is_status_4_and_says_what_to_check(
    stack: Stack, changed: dict[str, str | None], hint: str
) -> None:
    wanted = {**stack.environment, **changed}
    environment = {name: value for name, value in wanted.items() if value is not None}
    done = replace(stack, environment=environment).query("a")
    assert (done.returncode, done.stdout) == (4, "")
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_is_status_2(stack: Stack) -> None:
    assert stack.query().returncode == 2


def test_control_characters_of_a_key_do_not_reach_the_terminal(stack: Stack) -> None:
    key = "query-control/\x1b[31mred\n.txt"
    stack.upload(key)
    stack.settled(key)
    done = stack.query("query-control/")
    assert "\x1b" not in done.stdout
    assert len(done.stdout.splitlines()) == 1
