"""Where rows end in scripts that have no spaces between words."""

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.converter.fonts.face import CELL
from chalicelib.converter.fonts.font import FontSelector
from chalicelib.converter.layout.composer import Composer
from chalicelib.converter.layout.rows import ComposedRow
from chalicelib.converter.line_breaking.southeast_asian_breaks import between_words
from chalicelib.converter.scripts.shaper import Shaper
from chalicelib.converter.styles.styled_line import BOLD, BOTH, UNDERLINED, StyledLine
from tests.converter.converted import imported
from tests.converter.texts import texts
from tests.examples import examples

SCRIPTS = Path(__file__).parents[1] / "scripts"
WIDTHS = [12, 15, 20, 27, 40]


def article(language: str) -> str:
    return (SCRIPTS / f"{language}.txt").read_text("utf-8").splitlines()[-1]


def compose(line: str, columns: int) -> list[ComposedRow]:
    return Composer(columns, Shaper(FontSelector())).rows(line)


def ends(parts: Sequence[str]) -> set[int]:
    return set(accumulate(map(len, parts)))


# Divided by hand, as a dictionary has the words: Article 1, and everyday sentences.
THAI = {
    "article": "มนุษย์|ทั้ง|ปวง|เกิด|มา|มี|อิสระ|และ|เสมอภาค|กัน|ใน|ศักดิ์ศรี|และ|สิทธิ |"
    "ต่าง|ใน|ตน|มี|เหตุผล|และ|มโนธรรม |และ|ควร|ปฏิบัติ|ต่อ|กัน|ด้วย|จิตวิญญาณ|แห่ง|ภราดรภาพ",
    "meal": "ฉัน|ชอบ|กิน|ข้าว|ผัด|กุ้ง|ที่|ร้าน|อาหาร|ใกล้|บ้าน",
    "walk": "วัน|นี้|อากาศ|ดี|มาก|เรา|จึง|ไป|เดิน|เล่น|ที่|สวน|สาธารณะ|กับ|เพื่อน",
    "news": "รัฐบาล|ประกาศ|ให้|ประชาชน|ทุก|คน|ออก|จาก|บ้าน|ก่อน|น้ำ|ท่วม",
}

# Divided into syllables; a consonant of Sanskrit or Pali is not torn from the one below it.
SYLLABLES = {
    "Lao": "ມະ|ນຸດ|ເກີດ|ມາ|ມີ|ສິດ|ເສ|ລີ|ພາບ|ຈື່ງ|ຕ້ອງ|ປະ|ພຶດ|ຕົນ|ຕໍ່|ກັນ|ໃນ|ທາງ|ພີ່|ນ້ອງ|ດ້ວຍ|ກຽດ|ຮຽນ|ຂຽນ|ຕ່າງໆ",
    "Burmese": "လူ|တိုင်း|သည်|တူ|ညီ|လွတ်|လပ်|သော|ဂုဏ်|သိက္ခာ|ဖြင့်|လည်း|ကောင်း၊ |မွေး|ဖွား|လာ|သူ|များ|"
    "ဖြစ်|သည်။ |အင်္ဂ|လိပ်|မေတ္တာ|ထား|၍|ဆက်|ဆံ|ကျင့်|သုံး|သင့်|၏။",
}


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("name", [*THAI, *SYLLABLES])
def test_rows_end_where_words_of_thai_or_syllables_do(name: str, columns: int) -> None:
    parts = (THAI | SYLLABLES)[name].split("|") * 2
    rows = compose("".join(parts), columns)
    assert len(rows) > 1
    assert "".join(rows) == "".join(parts)
    assert ends(rows) <= ends(parts)


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("name", THAI)
def test_no_other_word_would_fit_on_a_row(name: str, columns: int) -> None:
    words = THAI[name].split("|")
    text = "".join(words)
    rows = compose(text, columns)
    for row, end in zip(rows[:-1], accumulate(map(len, rows)), strict=False):
        longer = min(other for other in ends(words) if other > end)
        assert len(compose(text[end - len(row) : longer], columns)) > 1


@pytest.mark.parametrize("columns", range(8, 40))
@pytest.mark.parametrize("language", ["th", "lo", "km", "my", "mnw", "shn"])
def test_no_row_begins_or_ends_within_a_syllable(language: str, columns: int) -> None:
    text = article(language).replace(" ", "")
    rows = compose(text, columns)
    assert "".join(rows) == text
    for row, following in pairwise(rows):
        assert not re.search("[เ-ไເ-ໄ]$", row), "a vowel that goes before its consonant"
        assert not re.match("[ะาำๅๆະາຳຽໆ]", following), "a vowel that goes after its consonant"
        assert not re.match("[က-ဿၵ-ႁ]့?[်္]", following), "a consonant that ends a syllable"
        assert not re.match("[၊။។]", following), "punctuation"


# The words of Article 1 in Khmer, as typed with ZERO WIDTH SPACE between them.
KHMER = "មនុស្ស ទាំង អស់ កើត មក មាន សេរីភាព និង សមភាព ក្នុង ផ្នែក សេចក្ដីថ្លៃថ្នូរ និង សិទ្ធិ"


@pytest.mark.parametrize("columns", [15, 20, 27, 33])
def test_words_separated_by_zero_width_spaces_are_not_divided(columns: int) -> None:
    rows = compose(KHMER.replace(" ", "\u200b"), columns)
    assert len(rows) > 1
    assert all(row.endswith("\u200b") for row in rows[:-1])


def test_a_single_mark_between_words_does_not_leave_most_of_a_row_empty() -> None:
    rows = compose(KHMER.replace(" ", "\u200b", 1).replace(" ", ""), 40)
    assert len(rows[0]) > 30


@pytest.mark.parametrize("style", [BOLD, UNDERLINED, BOTH])
def test_style_does_not_change_where_rows_end(style: str) -> None:
    text = article("th")
    rows = compose(StyledLine(text, style * len(text)), 20)
    assert list(map(str, rows)) == list(map(str, compose(text, 20)))
    assert {piece.style for row in rows for piece in row.pieces} == {style}


LETTERS = texts(list("กขงนมยรลวสหอะาำัิีึืุู็่้๊๋์เแโใไๆฯ๑๒ກງນມວອະາັີ່້ເແໂໃໄໆကငညလသာိုေ့်္း၊ក្នរាុំ\u200b "))


@settings(max_examples=examples(150), deadline=None, derandomize=True)
@given(LETTERS, st.integers(8, 40))
def test_rows_of_any_letters_have_all_of_them_and_fit(line: str, columns: int) -> None:
    rows = compose("ก" + line, columns)
    assert "".join(rows) == "ก" + line
    for row in rows:
        reach = sum(piece.advance for piece in row.pieces)
        assert reach - (len(row) - len(row.rstrip(" \u200b"))) * CELL <= columns * CELL + 1


@pytest.mark.parametrize("letters", ["ก", "กขคง", "ะ", "เ", "ນ", "က", "အ်", "ក", "๑"])
def test_letters_without_words_or_syllables_fill_their_rows(letters: str) -> None:
    rows = compose(letters * 400, 40)
    assert "".join(rows) == letters * 400
    widths = [sum(piece.advance for piece in row.pieces) for row in rows[:-1]]
    assert len(widths) > 2
    assert all(30 * CELL < width <= 40 * CELL for width in widths)


def test_words_are_those_of_the_whole_line_wherever_a_row_ends() -> None:
    from budoux import load_default_thai_parser

    text = "".join(THAI.values()).replace("|", "")
    words = load_default_thai_parser().parse(text)
    thai = [at for at in range(1, len(text)) if " " not in text[at - 1 : at + 1]]
    assert {at for at in thai if between_words(text, at)} == ends(words) & set(thai)


@pytest.mark.slow
def test_rows_that_fit_are_not_searched_for_words() -> None:
    code = (
        "from tests.converter.line_breaking.test_southeast_asian_breaks import article, compose;"
        "compose(article('th'), {})"
    )
    assert imported(code.format(200), {"budoux"}) == set()
    assert imported(code.format(20), {"budoux"}) == {"budoux"}
