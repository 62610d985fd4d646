"""A cache of shaped words, because most words of a text occur in it again and again."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from unicodedata import category

from chalicelib.converter.fonts.clusters import ClusterFont, EncodedText
from chalicelib.converter.scripts.harfbuzz import join_clusters, shape_clusters, shape_words

MAX_WORDS = 16_000
"""Words of all fonts that are added before the older generation of words is dropped.

The words of one block may be added before this is checked, but never more than as many again.
"""

_BATCH_WORDS = 50
"""Words that are shaped in one call."""

_MIN_NEW_WORDS = 500
"""New words of a font in a block above which shaping the next block's in batches saves time."""

# Words are without punctuation, which would multiply their number. TIBETAN MARK INTERSYLLABIC
# TSHEG ends a word, and ZERO WIDTH SPACE separates words.
_SEPARATORS = (
    r" \u0f0b\u200b!\"'(),./:;?\[\]{}\-\u00ab\u00bb\u060c\u061b\u061f\u0964\u0965\u2010-\u2026"
)
_WORD = re.compile(f"[^{_SEPARATORS}]+\u0f0b?|[{_SEPARATORS}]")


class _StartsWithMark(Exception):
    """A word starts with a combining mark, which belongs to the separator before it."""


@dataclass(slots=True)
class _FontWords:
    """The words of one font, each pair of dictionaries for left-to-right and right-to-left."""

    recent: tuple[dict[str, EncodedText], dict[str, EncodedText]] = field(
        default_factory=lambda: ({}, {})
    )
    older: tuple[dict[str, EncodedText], dict[str, EncodedText]] = field(
        default_factory=lambda: ({}, {})
    )
    new: int = 0  # words shaped since they were last counted


class WordCache:
    """Shapes words and keeps them by font and direction, in two generations.

    When the recent generation is full, it replaces the older one, whose words are dropped unless
    they were used meanwhile.
    """

    def __init__(self) -> None:
        self._fonts: defaultdict[ClusterFont, _FontWords] = defaultdict(_FontWords)
        self._added = 0  # words in the recent generation of all fonts

    def __len__(self) -> int:
        """Return the number of words in both generations; a word in both counts twice."""
        fonts = self._fonts.values()
        return sum(len(words) for font in fonts for words in (*font.recent, *font.older))

    def shape(
        self, text: str, start: int, font: ClusterFont, *, rtl: bool
    ) -> tuple[list[int], list[bytes], list[float]]:
        """Return starts, codes and advances of the words of a text, in typing order.

        Separators, such as blanks, are words of their own. If one has a combining mark, these are
        not words but clusters. Starts are indices into the line, in which the text starts at
        `start`. Codes, escaped for a literal string, and advances, in thousandths of the type size,
        are as `join_clusters` returns them.
        """
        texts = _WORD.findall(text)
        recent = self._fonts[font].recent[rtl]
        try:
            words = [recent.get(word) or self._shape_word(word, font, rtl=rtl) for word in texts]
        except _StartsWithMark:
            starts, codes, advances = shape_clusters(text, font, rtl=rtl)
            return [start + offset for offset in starts], codes, advances
        starts = list(accumulate(map(len, texts), initial=start))[:-1]
        return starts, [code for code, _ in words], [advance for _, advance in words]

    def needs_batches(self, font: ClusterFont) -> bool:
        """Return whether more than _MIN_NEW_WORDS of the font were new in or since the last `add`.

        Then `add` saves time.
        """
        return self._fonts[font].new > _MIN_NEW_WORDS

    def add(self, texts: Iterable[str], font: ClusterFont, *, rtl: bool) -> None:
        """Shape words in batches, which takes half the time, before their text is shaped.

        `texts` are different words of a font's script, without separators. Those with a new cluster
        are left out: `shape` assigns codes, in the order of first use.
        """
        words = self._fonts[font]
        recent, older = words.recent[rtl], words.older[rtl]
        missing = [text for text in texts if text not in recent]
        recent.update([(text, older[text]) for text in missing if text in older])
        new = [text for text in missing if text not in older]
        new.sort(key=str.isalpha)  # batches without marks need not be divided into clusters
        for at in range(0, len(new), _BATCH_WORDS):
            recent.update(shape_words(new[at : at + _BATCH_WORDS], font, rtl=rtl))
        self._added += len(missing)
        words.new = len(new)

    def trim(self) -> None:
        """Start a new generation if more than MAX_WORDS have been added to the recent one."""
        if self._added > MAX_WORDS:
            self._start_generation()

    def remove(self, font: ClusterFont) -> None:
        """Drop the words of a font that is no longer used, if there are any."""
        self._fonts.pop(font, None)

    def _shape_word(self, text: str, font: ClusterFont, *, rtl: bool) -> EncodedText:
        """Return a word that is not in the recent generation, and add it.

        Raises _StartsWithMark.
        """
        if category(text[0])[0] == "M":
            raise _StartsWithMark
        words = self._fonts[font]
        word = words.older[rtl].get(text)
        if word is None:
            words.new += 1
            _, codes, advances = shape_clusters(text, font, rtl=rtl)
            word = join_clusters(codes, advances, rtl=rtl)
        self._added += 1
        if self._added > 2 * MAX_WORDS:
            self._start_generation()
        words.recent[rtl][text] = word
        return word

    def _start_generation(self) -> None:
        """Make the recent words the older ones, and drop those."""
        self._added = 0
        for words in self._fonts.values():
            words.older, words.recent = words.recent, ({}, {})
