from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.converter.scripts import emoji

# Every ninth of the sequences that are fully qualified in Unicode 15.0's emoji-test.txt.
RECOMMENDED = (Path(__file__).parents[1] / "emoji-test.txt").read_text("utf-8").split()

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
KISS = "👩🏻\u200d❤\ufe0f\u200d💋\u200d👩🏿"
TEXTS = [
    "",
    "12 #1 *",
    "©™ ☎ ↔",
    "⌚\ufe0e",
    "│├──█",
    "日本語。",
    "क्\u200dष",
    "e\u0301",
    "♥ ✓ 🅰",
    "\n",
]
# What sequences are made of, so that any order of them turns up.
PARTS = "a1#©❤☝👨🍎🏴🇩🇪🏽\ufe0e\ufe0f\u20e3\u200d\U000e0067\U000e007f│"


def found(text: str) -> list[str]:
    return [match[0] for match in emoji.find_emoji(text)]


def test_each_recommended_sequence_is_one_emoji() -> None:
    assert len(RECOMMENDED) > 400
    assert [one for one in RECOMMENDED if found(f"a{one}b") != [one]] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{FAMILY}{KISS}{SCOTLAND}", [FAMILY, KISS, SCOTLAND]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        ("🇩🇪🇫🇷🇬", ["🇩🇪", "🇫🇷", "🇬"]),
        ("1\ufe0f\u20e32#\ufe0f\u20e3", ["1\ufe0f\u20e3", "#\ufe0f\u20e3"]),
        ("©\ufe0f©", ["©\ufe0f"]),
        ("☝🏽 ☝\ufe0f🏽 ☝", ["☝🏽", "☝\ufe0f🏽"]),
        ("❤\u200d🔥 🏳\u200d⚧ ❤", ["❤\u200d🔥", "🏳\u200d⚧"]),
        ("🍎🏽", ["🍎🏽"]),
        ("↔🏽", ["🏽"]),
        ("a\u200d😀\u200db", ["😀"]),
        ("👨\u200d👩\ufe0e", ["👨"]),
        ("🔥\ufe0f\ufe0f", ["🔥\ufe0f"]),
    ],
)
def test_an_emoji_is_the_longest_sequence_that_is_one_picture(
    text: str, expected: list[str]
) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    ["©®™‼", "☎↔☺❤♥☀✓", "0123456789#*", "1\u20e3", "⌚\ufe0e", "🔥\ufe0e", "🅰🏔", "-", "🫩🄰🂡"],
)
def test_characters_in_text_presentation_are_not_emoji(text: str) -> None:
    assert found(text) == []


@given(st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(RECOMMENDED)), max_size=8))
def test_emoji_are_found_between_and_next_to_anything(pieces: list[tuple[str, str]]) -> None:
    assert found("".join(map("".join, pieces))) == [one for _, one in pieces]


@given(st.text(st.sampled_from(PARTS), max_size=12))
def test_every_emoji_has_a_character_of_the_quick_check(text: str) -> None:
    every = list(emoji.emoji_pattern().finditer(text))
    assert [match.span() for match in emoji.find_emoji(text)] == [match.span() for match in every]


@given(st.text(st.sampled_from(PARTS), max_size=12))
def test_an_emoji_is_found_whole_by_itself(text: str) -> None:
    for one in found(text):
        assert found(one) == [one]


@pytest.mark.parametrize("part", ["🔥\u200d", "🏴" + "\U000e0067" * 9, "👍🏽\u200d", "🇩", "😀"])
def test_the_length_of_an_emoji_is_bounded(part: str) -> None:
    assert max(map(len, found(part * 10_000))) <= 24
