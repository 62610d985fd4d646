"""The REST face, on a deployed stage."""

import pytest

from tests.stack import Stack


def test_a_key_is_answered_with_its_facts(stack: Stack) -> None:
    stack.upload("api/one.txt")
    stack.settled("api/one.txt")
    answer = stack.get("/status", {"key": "api/one.txt"})
    told = answer.json
    assert answer.status == 200
    assert told["status"] == "SUCCESS"
    assert (told["input_bucket"], told["input_key"]) == (stack.settings.input_bucket, "api/one.txt")
    assert (told["output_bucket"], told["output_key"]) == (
        stack.settings.output_bucket,
        "api/one.pdf",
    )
    assert (told["error"], told["pages"]) == (None, 1)
    assert told["processed_at"].endswith("Z")


def test_a_prefix_is_answered_in_key_order(stack: Stack) -> None:
    keys = [f"api/order/{name}.txt" for name in ("b", "a", "ü", "A", "é", "z")]
    for key in keys:
        stack.upload(key)
    for key in keys:
        stack.settled(key)
    told = stack.get("/status", {"prefix": "api/order/"}).json
    assert [file["input_key"] for file in told["files"]] == sorted(keys, key=str.encode)
    assert told["next"] is None


def test_an_unknown_key_is_404_and_says_what_to_do(stack: Stack) -> None:
    answer = stack.get("/status", {"key": "api/never.txt"})
    assert answer.status == 404
    assert "upload" in answer.json["detail"]


@pytest.mark.parametrize("parameters", [None, {"key": "a", "prefix": "b"}, {"name": "a"}])
def test_a_question_without_one_subject_is_400_and_says_how(
    stack: Stack, parameters: dict[str, str] | None
) -> None:
    answer = stack.get("/status", parameters)
    assert answer.status == 400
    assert "?prefix=" in answer.json["detail"]


def test_without_a_token_there_is_no_answer(stack: Stack) -> None:
    assert stack.get("/status", {"prefix": ""}, token=None).status == 401


@pytest.mark.parametrize("token", ["wrong", "x" * 5000, "tokén"])
def test_with_a_wrong_token_there_is_no_answer(stack: Stack, token: str) -> None:
    assert stack.get("/status", {"prefix": ""}, token=token).status in {401, 403}
