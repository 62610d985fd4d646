"""Page options as metadata of objects, on a deployed stage."""

import io
from random import Random

import pikepdf
import pytest

from chalicelib.converter.option_kinds import Option
from chalicelib.converter.options import OPTIONS
from chalicelib.records.record import Status
from tests.end_to_end.conversion.test_any_text import text_of
from tests.stack import Stack

LINES = "".join(f"line {number}\n" for number in range(1, 131))


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_a_file_is_converted_with_the_example_of_each_option(stack: Stack, option: Option) -> None:
    key = f"options/{option.name}.txt"
    stack.upload(key, LINES.encode(), Metadata={option.key: option.example})
    record = stack.settled(key)
    assert (record.status, record.error) == (Status.SUCCESS, None)
    assert "line 130" in text_of(stack, record)


def test_a_file_with_a_value_that_is_not_allowed_fails_and_says_which_are(stack: Stack) -> None:
    stack.upload("options/bad.txt", b"text", Metadata={"pdf-columns": "3"})
    record = stack.settled("options/bad.txt")
    assert (record.status, record.error_code) == (Status.FAILED, "BadOption")
    assert "Option pdf-columns cannot be '3'; use a number from 1 to 2 (columns)." in str(
        record.error
    )


def test_two_columns_halve_the_pages(stack: Stack) -> None:
    metadata = {"pdf-columns": "2", "pdf-line-numbers": "on", "pdf-orientation": "landscape"}
    stack.upload("options/two.log", LINES.encode(), Metadata=metadata)
    record = stack.settled("options/two.log")
    assert record.page_format == "a4 landscape, 10 pt, 2 columns"
    assert record.pages == 2


def test_links_colours_and_page_lengths_of_a_file_are_in_its_pdf(stack: Stack) -> None:
    text = f"\x1b&l51F\x1b]8;;https://example.org/a\x07\x1b[31mlinked\x1b[0m\x1b]8;;\x07\n{LINES}"
    stack.upload("options/terminal.log", text.encode())
    record = stack.settled("options/terminal.log")
    assert (record.pages, record.warnings) == (3, None)
    assert record.output_key
    with pikepdf.open(io.BytesIO(stack.pdf(record.output_key))) as pdf:
        (link,) = pdf.pages[0].Annots
        assert str(link.A.URI) == "https://example.org/a"


def test_encrypted_data_fails_in_plain_words(stack: Stack) -> None:
    stack.upload("options/secret.txt", Random(1).randbytes(5000))  # noqa: S311 - equal in every run
    record = stack.settled("options/secret.txt")
    assert (record.status, record.error_code) == (Status.FAILED, "NotText")
    assert "It may be encrypted or compressed" in str(record.error)
