"""Bodies of upload requests, read without a stage."""

import json

import pytest

from chalicelib.api.uploads import UploadRequest
from chalicelib.converter.option_kinds import Option
from chalicelib.converter.options import OPTIONS
from chalicelib.errors import BadQuestion
from tests.unit.stage_in_memory import SETTINGS


def read(size: str) -> UploadRequest:
    return UploadRequest.read(f'{{"key": "a.txt", "size": {size}}}'.encode(), SETTINGS)


@pytest.mark.parametrize("size", ["100", "100.0", "1e2"])
def test_a_whole_number_may_be_written_in_any_way_that_json_allows(size: str) -> None:
    assert read(size).size == 100
    assert type(read(size).size) is int


@pytest.mark.parametrize("size", ["1.5", "true", "1e999", '"1"', "null", "NaN"])
def test_a_size_that_is_no_whole_number_is_rejected(size: str) -> None:
    with pytest.raises(BadQuestion, match="size is not a whole number"):
        read(size)


@pytest.mark.parametrize(("length", "is_accepted"), [(1020, True), (1021, False)])
def test_the_key_of_the_pdf_must_not_be_too_long_either(length: int, is_accepted: bool) -> None:
    key = "x" * (length - len(".log")) + ".log"
    body = json.dumps({"key": key, "size": 1}).encode()
    if is_accepted:
        assert UploadRequest.read(body, SETTINGS).key == key
        return
    with pytest.raises(BadQuestion, match="key of the PDF"):
        UploadRequest.read(body, SETTINGS)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_an_upload_may_have_every_option_except_those_of_a_stage(option: Option) -> None:
    options = {option.key: option.example}
    body = json.dumps({"key": "a.txt", "size": 1, "options": options}).encode()
    if not option.stage_only:
        assert UploadRequest.read(body, SETTINGS).options == options
        return
    with pytest.raises(BadQuestion, match=f"There is no option '{option.key}'"):
        UploadRequest.read(body, SETTINGS)
