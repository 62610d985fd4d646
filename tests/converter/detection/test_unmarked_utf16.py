"""What is UTF-16 or UTF-32 by its NULs, and what only has some."""

import pytest

from chalicelib.converter.detection.encoding import recognise
from chalicelib.converter.detection.unmarked_utf16 import from_nuls
from chalicelib.converter.detection.utf8 import VALID_PER_STRAY, is_damaged

LATIN = "the quick brown fox jumps over the lazy dog "
CHINESE = "人人生而自由在尊嚴和權利上平等"  # without 一, U+4E00


def found(text: str, codec: str) -> str | None:
    return from_nuls(text.encode(codec), whole=True)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_latin_text_has_a_nul_for_each_letter(codec: str) -> None:
    assert found(LATIN, codec) == codec


@pytest.mark.parametrize(("latin", "expected"), [(60, "utf-16-le"), (25, "utf-16-le"), (15, None)])
def test_bytes_that_may_be_utf_8_are_utf_16_if_many_units_have_a_nul(
    latin: int, expected: str | None
) -> None:
    """The bytes of 中, U+4E2D, are ASCII as well."""
    assert found(("a" * latin + "中" * (100 - latin)) * 20, "utf-16-le") == expected


@pytest.mark.parametrize(("letters", "expected"), [(1, None), (20, "utf-16-le"), (80, "utf-16-le")])
def test_a_few_latin_letters_in_chinese_tell_its_byte_order(
    letters: int, expected: str | None
) -> None:
    text = CHINESE * 20 + "X" * letters
    assert found(text, "utf-16-le") == expected


@pytest.mark.parametrize(("others", "expected"), [(30, "utf-16-le"), (100, None)])
def test_some_characters_have_a_nul_on_the_other_side(others: int, expected: str | None) -> None:
    """U+0100 is a letter of Latvian; where many bytes on both sides are NULs, it is no text."""
    assert found("a" * 1000 + "\u0100" * others, "utf-16-le") == expected


def test_records_that_end_in_a_nul_are_not_utf_16() -> None:
    records = b"\xe9cole.c\0" * 20 + b"\0a" * 3
    assert from_nuls(records, whole=True) is None


@pytest.mark.parametrize(("icons", "expected"), [(30, "utf-16-le"), (200, None)])
def test_text_has_few_unassigned_or_private_characters(icons: int, expected: str | None) -> None:
    """Icons of the Private Use Area are in text, controls and unassigned numbers in pictures."""
    assert found("a" * 1000 + "\ue001" * icons, "utf-16-le") == expected


@pytest.mark.parametrize(
    ("sound", "stray", "expected"),
    [(60, 30, True), (50, 30, False), (150, 40, True), (30, 30, False), (1, 0, True)],
)
def test_text_is_damaged_utf_8_if_two_of_three_characters_are_valid(
    sound: int, stray: int, expected: bool
) -> None:
    sample = " mot é".encode() * sound + b" l\xe9a" * stray + b" fin"
    assert is_damaged(sample, VALID_PER_STRAY) is expected


def test_later_letters_count_where_the_first_could_be_of_several_charsets() -> None:
    text = (
        "Góra, mój, wóz, lód. " + "Wszyscy ludzie rodzą się wolni i równi pod względem praw. " * 3
    )
    assert recognise(text.encode("cp1250"), whole=True).name == "cp1250"
