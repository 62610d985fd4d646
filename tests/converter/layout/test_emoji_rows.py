"""Rows of text and emoji."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.converter.fonts.font import FontSelector
from chalicelib.converter.layout import composer
from chalicelib.converter.layout.composer import Composer
from chalicelib.converter.layout.emoji_rows import emoji_row
from chalicelib.converter.scripts.shaper import Shaper
from chalicelib.converter.styles.styled_line import BOLD, styled_line

COLUMNS = 12
SHAPER = Shaper(FontSelector())

# Emoji, parts of emoji, and one of each kind of character that needs something else.
PARTS = [*"aé日()1# \u200d\ufe0f\ufe0e\u20e3\t\xad\u0301אاกक\u200f\u202e\u200b"]
EMOJI = [
    "😀",
    "❤\ufe0f",
    "👍🏽",
    "👨\u200d👩\u200d👧",
    "🇩🇪",
    "1\ufe0f\u20e3",
    "⌚",
    "❤",
    "🏽",
    "😀\u200d😀",
]


@given(st.lists(st.sampled_from([*PARTS, *EMOJI]), min_size=1, max_size=10).map("".join))
def test_a_row_with_emoji_is_the_same_as_a_composed_one(line: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(composer, "emoji_row", lambda *_: None)
        composed = Composer(COLUMNS, SHAPER).rows(line)
    row = emoji_row(line, SHAPER, COLUMNS)
    assert row is None or [row] == composed


@pytest.mark.parametrize("line", ["😀", "a😀b", "日本 ❤\ufe0f!", "👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽"])
def test_text_with_emoji_that_fits_is_one_row(line: str) -> None:
    row = emoji_row(line, SHAPER, COLUMNS)
    assert row is not None
    assert "".join(line[piece.start : piece.end] for piece in row.pieces) == line


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("😀 12345678901", id="too long"),
        pytest.param("😀 א", id="right-to-left"),
        pytest.param("😀 e\u0301", id="combining mark"),
        pytest.param("a\t😀", id="tab"),
        pytest.param("a\xadb 😀", id="soft hyphen"),
        pytest.param("😀 www.ab.cd", id="may be a link"),
        pytest.param(styled_line("😀 bold", BOLD * 6), id="styled"),
    ],
)
def test_other_lines_are_left_to_the_composer(line: str) -> None:
    assert emoji_row(line, SHAPER, COLUMNS) is None
