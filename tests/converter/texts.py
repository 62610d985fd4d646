"""Texts for property tests, long enough to cross rows, pages, pieces and blocks.

`st.text(max_size=300)` has a median length of 4: a text here is made of many parts instead, each
of which may be a word, a stretch with a style, or a few characters of any kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import event
from hypothesis import strategies as st

WORDS = ["word ", "longerword", "a", "to be ", " ", "  ", "_", "-"]
STRUCK = ["a\ba", "_\bb", "x\bx\b_", "\b", "+\bo"]
WIDE = ["日本", "漢", "é", "ｱ"]
COMPLEX = ["א", "שלום ", "(בית)", "مرحبا ", "हिन्दी ", "ไทย", "👩\u200d👧", "🇩🇪", "\u0301"]
MARKED = ["e\u0301", "\u200d", "\u0e31", " \u0e31", "\t\u0e31", " \u0301"]
BREAKS = ["\n", "\n\n", "\f"]

# Kinds of text that are drawn in different ways, on two pages.
MIXED = (
    "Plain (text) with \\ backslashes, {nb}, %PDF-1.7, **bold** and <</Type/Catalog>>\n"
    "naïve Größe “quoted” €uro\nПривет, мир. Ελλάδα\n日本語とｶﾀｶﾅ 中文 한국어\n"
    "N\bNA\bAM\bME\bE _\bu_\bn_\bd_\be_\br_\bl_\bi_\bn_\be_\bd\n┌─┐│█│└─┘ ∑∀√ ①※\n"
    "हिन्दी ไทย\n😀 👨\u200d👩\u200d👧 ❤\ufe0f 🇩🇪\nn\u0308e\u0301 a\u20dd\n\x01\x00\x7f\n"
    "U+12000: \U00012000\n" + "long " * 60 + "\fsecond page\n"
)


def texts(
    *parts: Sequence[str] | st.SearchStrategy[str], min_parts: int = 20, max_parts: int = 150
) -> st.SearchStrategy[str]:
    """Texts of many parts: one of any of the sequences, or what any of the strategies makes."""
    some = [one if isinstance(one, st.SearchStrategy) else st.sampled_from(one) for one in parts]
    return st.lists(st.one_of(some), min_size=min_parts, max_size=max_parts).map("".join)


@dataclass(frozen=True)
class Cuts:
    """Where a text is divided: after every so many characters, again and again."""

    sizes: tuple[int, ...]

    def pieces(self, text: str) -> list[str]:
        """The text in pieces, of which there is at least one."""
        pieces: list[str] = []
        at = 0
        while at < len(text) or not pieces:
            size = self.sizes[len(pieces) % len(self.sizes)]
            pieces.append(text[at : at + size])
            at += size
        return pieces


def cuts(smallest: int = 1, largest: int = 60) -> st.SearchStrategy[Cuts]:
    sizes = st.lists(st.integers(smallest, largest), min_size=1, max_size=4)
    return sizes.map(lambda found: Cuts(tuple(found)))


def tell(what: str, count: int) -> None:
    """Count the example by size, for `pytest --hypothesis-show-statistics`."""
    bounds = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
    event(what, payload=f"up to {next((one for one in bounds if count <= one), 'more')}")
