"""Where rows end: Unicode's test file for what is claimed of UAX #14, and what is tailored."""

import gzip
import re
from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.converter.line_breaking.uax14 import may_end
from chalicelib.converter.styles.styled_line import BOLD, StyledLine
from tests.converter.converted import made
from tests.converter.layout.laid_out import (
    cells,
    lay_out,
    lay_out_in_short_pieces,
    rows_of,
    seen,
)
from tests.converter.texts import Cuts, cuts

TEST_FILE = Path(__file__).parent / "LineBreakTest.txt.gz"
MANDATORY = re.compile("[\n\r\v\f\x85\u2028\u2029]")
HANGUL = re.compile("[\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff]")


def cases() -> Iterator[tuple[str, set[int]]]:
    """Yield each text of the file, and the places where a line may be broken."""
    for line in gzip.decompress(TEST_FILE.read_bytes()).decode("utf-8").splitlines():
        signs = line.split()
        if line.startswith("#"):
            continue
        text = "".join(chr(int(code, 16)) for code in signs[1::2])
        breaks = {at for at, sign in enumerate(signs[::2]) if sign == "÷"}
        yield text, breaks - {0, len(text)}


def places(text: str) -> set[int]:
    return {at for at in range(1, len(text)) if may_end(text, at)}


def test_rows_may_end_where_unicode_says() -> None:
    """Lines have no mandatory breaks within, and Korean is tailored."""
    claimed = [case for case in cases() if not MANDATORY.search(case[0])]
    claimed = [case for case in claimed if not HANGUL.search(case[0])]
    assert len(claimed) == 4861
    assert [text for text, breaks in claimed if places(text) != breaks] == []


def test_korean_breaks_at_spaces() -> None:
    assert rows_of("모든 인간은 태어날 때부터 자유로우며", 13) == [
        "모든 인간은 ",
        "태어날 때부터 ",
        "자유로우며",
    ]


NOT_AT_START = "。、，．」』）】〕？！：；・ーっゃゅょァィゥェォッャュョ々ゝゞヽヾ”’…"
NOT_AT_END = "「『（【〔“‘"


@settings(max_examples=200)
@given(
    st.text(st.sampled_from("漢字かなカナ人权a1" + NOT_AT_START + NOT_AT_END), min_size=40),
    st.integers(30, 60),
)
def test_rows_of_japanese_and_chinese_begin_and_end_as_the_rules_say(
    text: str, columns: int
) -> None:
    """Three brackets or marks in a row at most: nothing else would fill a row."""
    text = re.sub(
        f"([{NOT_AT_START}{NOT_AT_END} a1]{{3}})[{NOT_AT_START}{NOT_AT_END} a1]+", r"\1漢字", text
    )
    rows = rows_of("漢" + text, columns)
    for row, following in pairwise(rows):
        assert row[-1] not in NOT_AT_END
        assert following[0] not in NOT_AT_START


def test_quotations_in_chinese_are_broken_outside_of_their_marks() -> None:
    assert places("人“字”人") == {1, 4}
    assert places("人“he”人") == set()


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        ("価格は￥1,234で100％です", 12, ["価格は", "￥1,234で", "100％です"]),
        ("aaaa bbb\xa0ccc", 9, ["aaaa ", "bbb\xa0ccc"]),
        ("漢字\u2060漢字", 5, ["漢", "字\u2060漢", "字"]),
        ("hello\u200bworld\u200bhello", 12, ["hello\u200bworld\u200b", "hello"]),
        ("(foo ( bar)", 8, ["(foo ", "( bar)"]),
        ("un deux !", 8, ["un ", "deux !"]),
        ("日本　語", 4, ["日本　", "語"]),
    ],
)
def test_what_belongs_together_stays_together(text: str, columns: int, rows: list[str]) -> None:
    assert rows_of(text, columns) == rows


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        (
            "see https://example.com/tickets/2024/11?id=12&token=abc",
            30,
            ["see https://example.com/", "tickets/2024/11?id=12&token=", "abc"],
        ),
        (
            "rm /usr/lib/python3.11/site-packages",
            20,
            ["rm /usr/lib/", "python3.11/site-", "packages"],
        ),
        ("the well-known one-off job", 16, ["the well-known ", "one-off job"]),
        ("that is a rather well-known one", 22, ["that is a rather ", "well-known one"]),
        ("please open /usr/lib", 15, ["please open ", "/usr/lib"]),
        ("please open .profile", 16, ["please open ", ".profile"]),
        ("x " + "a" * 20, 10, ["x aaaaaaaa", "a" * 10, "aa"]),
        ("pi is 3.14159265358979", 16, ["pi is ", "3.14159265358979"]),
    ],
)
def test_addresses_are_broken_behind_punctuation(text: str, columns: int, rows: list[str]) -> None:
    assert rows_of(text, columns) == rows


def test_a_soft_hyphen_is_seen_only_where_a_row_ends_at_it() -> None:
    assert rows_of("Die Ge\xadsell\xadschaft", 30) == ["Die Gesellschaft"]
    assert rows_of("Die Ge\xadsell\xadschaft", 11) == ["Die Gesell\xad", "schaft"]
    assert rows_of("Die Ge\xadsell\xadschaft", 10) == ["Die Ge\xad", "sellschaft"]
    (page,) = lay_out("\n".join(["_\bG_\be_\b\xadb" * 3, "plain"]), 20)
    assert [str(row) for row in page.rows] == ["GebGebGeb", "plain"]
    assert isinstance(page.rows[0], StyledLine)


def test_a_soft_hyphen_at_which_a_row_ends_keeps_its_style() -> None:
    text = "".join(f"{one}\b{one}" for one in "aaaa\xadbbbb")
    first, second = (row for page in lay_out(text, 6) for row in page.rows)
    assert isinstance(first, StyledLine)
    assert (str(first), first.styles[:4], str(second)) == ("aaaa\xad", BOLD * 4, "bbbb")


@pytest.mark.parametrize(("columns", "widths"), [(30, [14]), (12, [9, 6]), (8, [5, 5, 6])])
def test_a_soft_hyphen_in_a_row_that_needs_shaping_is_seen_only_at_its_end(
    columns: int, widths: list[int]
) -> None:
    (page,) = lay_out("e\u0301 Ge\xadsell\xadschaft", columns)
    assert [cells(row) for row in page.rows] == widths


def test_a_soft_hyphen_moves_neither_a_tab_nor_a_line_near_other_scripts() -> None:
    for other in ("", "שלום\n", "😀\n", "ไทย\n", "漢字\n"):
        (page,) = lay_out(f"Donau\xaddampf\xadschiff\tx\n{other}", 30)
        assert page.rows[0] == "Donaudampfschiff        x"


def test_words_with_soft_hyphens_are_found() -> None:
    document = made("Die Ge\xadsell\xadschaft für Daten\xadver\xadarbei\xadtung\n")
    assert document.pages == ["Die Gesellschaft für Datenverarbeitung"]


PARTS = [
    "word ",
    "co\xadop ",
    "/usr/lib/",
    "漢字、",
    "「か」",
    "10％",
    "a-b",
    "\xad",
    ".",
    "  ",
    "ー",
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PARTS), min_size=10, max_size=60).map("".join), cuts())
def test_long_lines_end_their_rows_in_the_same_places(text: str, cut: Cuts) -> None:
    assert list(map(seen, lay_out_in_short_pieces(text, cut))) == list(map(seen, lay_out(text)))


@settings(max_examples=100)
@given(st.lists(st.sampled_from(PARTS), min_size=10, max_size=60).map("".join))
def test_rows_that_need_shaping_end_where_others_may(text: str) -> None:
    line = "e\u0301" + text
    rows = rows_of(line, 20)
    assert "".join(rows) == line
    ends = list(accumulate(map(len, rows)))[:-1]
    for row, end in zip(rows, ends, strict=False):
        assert may_end(line, end) or line[end - 1] in "/-. " or cells(row) > 18
