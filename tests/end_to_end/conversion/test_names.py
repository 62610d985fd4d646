"""Unusual names from upload to query: S3, event, function, PDF, record, HTTP and command line."""

import json
import unicodedata

import pytest

from chalicelib.records.record import Status
from tests.stack import Stack

NAMES = {
    "space": "names/a b.txt",
    "plus": "names/a+b.txt",
    "percent": "names/%41.txt",
    "composed": "names/" + unicodedata.normalize("NFC", "ü") + ".txt",
    "decomposed": "names/" + unicodedata.normalize("NFD", "ü") + ".txt",
    "emoji": "names/👩‍🚀.txt",
    "quotes": 'names/"it\'s".txt',
    "newline": "names/two\nlines.txt",
    "leading-slash": "/names/root.txt",
    "double-slash": "names/a//b.txt",
    "longest": "names/" + "x" * (1024 - len("names/.txt")) + ".txt",
    "longest-wide": "names/" + "ü" * ((1024 - len("names/.txt")) // 2) + ".txt",
    "only-extension": "names/.txt",
    "query-string": "names/a?b=c&d#e.txt",
}


@pytest.mark.parametrize("key", NAMES.values(), ids=NAMES.keys())
def test_a_key_is_preserved_from_upload_to_query(stack: Stack, key: str) -> None:
    stack.upload(key, b"what the file says")
    record = stack.settled(key)
    assert (record.status, record.input_key) == (Status.SUCCESS, key)
    assert record.output_key == key.removesuffix(".txt") + ".pdf"
    assert stack.pdf(record.output_key).startswith(b"%PDF-")
    response = stack.get("/status", {"key": key})
    assert (response.status, response.json["input_key"]) == (200, key)
    files = json.loads(stack.query(key, "--output", "json").stdout)
    assert [item["output_key"] for item in files] == [record.output_key]


def test_a_file_of_macos_is_found_by_what_a_keyboard_types(stack: Stack) -> None:
    typed = "spelled/Résumé/がぎぐ.txt"  # the folder is typed, and the file dropped into it
    stored = "spelled/Résumé/" + unicodedata.normalize("NFD", "がぎぐ.txt")
    stack.upload(stored, b"what the file says")
    stack.settled(stored)
    prefix = unicodedata.normalize("NFD", "spelled/Résumé/")
    assert stack.get("/status", {"key": typed}).json["input_key"] == stored
    assert stack.get("/download", {"key": typed}).status == 302
    page = stack.get("/status", {"prefix": prefix}).json
    assert (page["prefix"], [file["input_key"] for file in page["files"]]) == (prefix, [stored])
    assert stack.get("/status/summary", {"prefix": prefix}).json["counts"]["SUCCESS"] == 1
    for asked in (typed, prefix):
        for options in ([], ["--wait=60"], ["--missing"]):
            result = stack.query(asked, "--output=json", *options)
            files = [file["input_key"] for file in json.loads(result.stdout)]
            assert files == ([] if options == ["--missing"] else [stored])
            assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("key", "output_key"), [("case/A.TXT", "case/A.PDF"), ("case/A.Txt", "case/A.Pdf")]
)
def test_the_extension_keeps_its_case(stack: Stack, key: str, output_key: str) -> None:
    stack.upload(key)
    assert stack.settled(key).output_key == output_key


def test_keys_that_differ_only_in_case_get_separate_pdfs(stack: Stack) -> None:
    keys = ["apart/x.txt", "apart/x.TXT", "apart/x.Txt"]
    for key in keys:
        stack.upload(key)
    assert len({stack.settled(key).output_key for key in keys}) == len(keys)


def test_an_unsupported_type_fails_with_the_supported_ones(stack: Stack) -> None:
    stack.upload("types/letter.docx")
    record = stack.settled("types/letter.docx")
    assert (record.status, record.error_code) == (Status.FAILED, "UnsupportedType")
    assert ".txt" in (record.error or "")
    assert record.output_key is None


def test_a_folder_object_gets_no_record(stack: Stack) -> None:
    stack.upload("folders/reports/", b"")
    stack.upload("folders/after.txt")
    stack.settled("folders/after.txt")
    assert stack.get("/status", {"key": "folders/reports/"}).status == 404
