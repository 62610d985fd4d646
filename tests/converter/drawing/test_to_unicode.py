"""PDF/A-2 (ISO 19005-2, 6.2.11.7): what text the codes of a document stand for."""

import io
from collections.abc import Iterator

import pikepdf
import pytest

from tests.converter.converted import made
from tests.converter.tags import read, to_unicode

FORBIDDEN = {"\0", "\ufeff", "\ufffe"}
CONTROLS = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "\u2028", "\u2029", "\ufeff"}
# Whole where there are characters, else the last of each plane, where its noncharacters are.
BLOCKS = [
    *(range(first, first + 0x4000) for first in range(0, 0x20000, 0x4000)),
    *(range(first + 0xFF00, first + 0x10000) for first in range(0x20000, 0x110000, 0x10000)),
]


def tables(pdf: bytes) -> Iterator[dict[int, str]]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for one in document.objects:
            if isinstance(one, pikepdf.Dictionary) and "/ToUnicode" in one:
                yield to_unicode(bytes(one.ToUnicode.read_bytes()))


@pytest.mark.slow
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.start:X}")
def test_no_code_of_a_character_maps_to_a_forbidden_code_point(block: range) -> None:
    """Each is alone, so that none becomes part of a cluster or emoji."""
    characters = [chr(one) for one in block if not 0xD800 <= one < 0xE000]
    text = "".join(one + " " for one in characters)
    pdf = made(text).pdf
    mapped: set[str] = set()
    for table in tables(pdf):
        mapped.update(table.values())
    assert not FORBIDDEN.intersection("".join(mapped))
    assert not set(characters) - CONTROLS - {"\ufffe"} - mapped


@pytest.mark.parametrize("mark", ["\u0301", "\u200d", "\ufe0f", "\u093f", "\u0650"])
def test_no_code_of_a_cluster_maps_to_a_forbidden_code_point(mark: str) -> None:
    text = "".join(one + mark + " " for one in "क\ufeffब\ufffe\uffff😀\ufeffم\ufffe") + "\n"
    for table in tables(made(text).pdf):
        assert not FORBIDDEN.intersection("".join(table.values()))


def test_a_byte_order_mark_between_joined_files_is_a_word_joiner() -> None:
    document = made("\ufeffone\n\ufefftwo \ufeff\u00e9\n")
    assert "".join(one for one in read(document.pdf).text if one != " ") == "one\u2060two\u2060é"
    assert document.report.replaced == 0


def test_a_noncharacter_is_drawn_as_its_code_point_and_counted() -> None:
    document = made("a\ufffeb")
    assert document.report.replaced == 1
    assert read(document.pdf).text == "a\ufffdb"


@pytest.mark.parametrize(
    "text",
    [
        "\ue000",
        "a\ue000\ue001b \U000f0000\U0010fffd",
        "ب\ue000ت",
        "क\ue000\u0301",
        "😀\ue000\ufe0f",
    ],
)
def test_private_characters_have_actual_text(text: str) -> None:
    """ISO 19005-2, 6.2.11.7.3: each is within a sequence that has ActualText."""
    pdf = made(text).pdf
    private = [one for one in text if "\ue000" <= one <= "\uf8ff" or one >= "\U000f0000"]
    spelled: list[str] = []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        spelled += [
            str(one.operands[1].ActualText)
            for one in pikepdf.parse_content_stream(document.pages[0])
            if str(one.operator) == "BDC" and "/ActualText" in one.operands[1]
        ]
    assert [one for run in spelled for one in run if one in private] == private
