"""Headings, the outline and the page labels, as pypdf and pdfium read them."""

import io
from collections.abc import Iterator

import pikepdf
import pypdfium2
import pytest

from chalicelib.converter.document.outline import MAX_ENTRIES
from tests.converter.converted import made
from tests.converter.tags import read


def outline(text: str) -> list[tuple[int, str, int]]:
    """Level from 0, title and page of each entry, as pdfium reads them."""
    with pypdfium2.PdfDocument(made(text).pdf) as document:
        return [
            (entry.level, entry.get_title(), entry.get_dest().get_index())
            for entry in document.get_toc()
        ]


def headings(text: str) -> Iterator[tuple[str, str]]:
    for element in read(made(text).pdf).elements:
        if element.tag != "/P":
            yield element.tag, " ".join(element.text.split())


MARKDOWN = "# One\n\ntext\n\n### Two\n\ntext\n\n## Three\n\ntext\n\n# Vier – ü\n\ntext\n"


def test_headings_of_markdown_are_nested_without_skipped_levels() -> None:
    assert list(headings(MARKDOWN)) == [
        ("/H1", "# One"),
        ("/H2", "### Two"),
        ("/H2", "## Three"),
        ("/H1", "# Vier – ü"),
    ]
    assert outline(MARKDOWN) == [(0, "One", 0), (1, "Two", 0), (1, "Three", 0), (0, "Vier – ü", 0)]


@pytest.mark.parametrize(
    "text",
    [
        "Title\n=====\n\ntext\n\nOther\n-----\n\ntext\n",
        "CHAPTER I\n\ntext\n\nChapter 2. The end\n\ntext\n",
        "1.1 Scope\n\ntext\n\n1.2 Terms\n\ntext\n",
        "1.1 漢字\n\ntext\n\n10.2.1 Überblick\n\ntext\n",
        "漢字の見出し\n============\n\ntext\n\n漢字の見出し\n======\n\ntext\n",
    ],
)
def test_other_headings(text: str) -> None:
    assert len(list(headings(text))) == 2
    assert len(outline(text)) == 2


MANUAL = """LS(1)                            User Commands                           LS(1)

N\bNA\bAM\bME\bE
       ls - list directory contents

DESCRIPTION
       List information about the files.

   Exit status:
       0      if OK,

       1      if minor problems.

SEE ALSO
       Full documentation <https://example.org/ls>

GNU coreutils 9.1               September 2022                           LS(1)
"""


def test_sections_of_manual_pages() -> None:
    assert list(headings(MANUAL)) == [
        ("/H1", "NAME"),
        ("/H1", "DESCRIPTION"),
        ("/H2", "Exit status:"),
        ("/H1", "SEE ALSO"),
    ]
    assert outline(MANUAL) == [
        (0, "NAME", 0),
        (0, "DESCRIPTION", 0),
        (1, "Exit status:", 0),
        (0, "SEE ALSO", 0),
    ]
    elsewhere = MANUAL.partition("\n")[2]
    assert list(headings(elsewhere)) == []


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\nmake\n\n# another\nall\n",
        "#!/bin/sh\n\n#hashtag\n\ntext\n",
        "1. Milk\n\n2. Bread\n\n3.5 litres of water are enough.\n",
        "192.168.1.1 Router\n\n2024.10 Report\n\ntext\n",
        "a | b\n--+--\n\n-----\n-----\n",
        "In chapter 2 we saw it\n\nparts\n",
    ],
)
def test_other_lines_are_not_headings(text: str) -> None:
    assert list(headings(text)) == []
    assert outline(text) == []


def test_comments_in_code_of_markdown_are_not_headings() -> None:
    code = "```sh\n# not a heading\n\n# nor this\n\nmake\n" + "x\n" * 70 + "\n# nor that\n\n```\n"
    assert outline(f"# One\n\n{code}\n# Two\n\ntext\n") == [(0, "One", 0), (0, "Two", 1)]
    inline = "# One\n\n```code``` in a line\n\n# Two\n\ntext\n"
    assert [title for _, title, _ in outline(inline)] == ["One", "Two"]


def test_form_feeds_make_sections() -> None:
    text = "first part\nx\f\n  second part\nx\f" + "third\n"
    assert outline(text) == [(0, "first part", 0), (0, "second part", 1), (0, "third", 2)]


def test_a_long_log_has_an_entry_for_every_fifty_pages() -> None:
    found = outline("a line of a log\n" * 64 * 2100)
    assert found[:2] == [(0, "Page 1", 0), (0, "Page 51", 50)]
    assert 40 <= len(found) <= 45


def test_the_outline_is_bounded() -> None:
    assert len(outline("# heading\n\ntext\n\n" * (MAX_ENTRIES + 50))) == MAX_ENTRIES


def test_pages_are_labelled_with_their_numbers() -> None:
    with pikepdf.open(io.BytesIO(made("one\ftwo").pdf)) as document:
        assert [page.label for page in document.pages] == ["1", "2"]
