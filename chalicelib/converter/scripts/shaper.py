"""Text whose letters join, stack or change places: HarfBuzz puts them in their places."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, TypeAlias

import uharfbuzz as hb
from fpdf.bidi import BIDI_BRACKETS

from chalicelib.converter.fonts.clusters import ClusterFont, Drawn, cluster_start
from chalicelib.converter.fonts.font import CELL, Face, FontSelector, FontSlot
from chalicelib.converter.fonts.pictures import CELLS, pictures
from chalicelib.converter.scripts import emoji
from chalicelib.converter.scripts.script import MARKED, SCRIPTS, WITHOUT_SPACES, itemize

# Clusters of all fonts together before they are written, and of one before another is begun.
MAX_CLUSTERS = 30_000

# Characters that are shaped at once. HarfBuzz gives up on some tens of thousands of marks.
_AT_ONCE = 1000

# Words that are kept as they were shaped: most of a text was there before. Those of another block
# may be added before the older half is forgotten.
_KEPT = 16_000

# Words that are shaped at once, and new ones of a font from which on that is worth the search.
_TOGETHER = 50
_MANY = 500

# Letters without the punctuation around them, of which there would be many combinations. Tibetan
# has a mark of its own behind syllables, and ZERO WIDTH SPACE shows where words end.
_APART = r" \u0f0b\u200b!\"'(),./:;?\[\]{}\-\u00ab\u00bb\u060c\u061b\u061f\u0964\u0965\u2010-\u2026"
_WORDS = re.compile(f"[^{_APART}]+\u0f0b?|[{_APART}]")

_GLYPHS_ONLY = hb.BufferSerializeFlags.NO_GLYPH_NAMES | hb.BufferSerializeFlags.NO_CLUSTERS

_MIRROR_IMAGES = {one: found["pair"] for one, found in BIDI_BRACKETS.items()}

Font: TypeAlias = ClusterFont | FontSlot


class TextSpan(NamedTuple):
    """What text has in common that is shaped at once."""

    level: int
    style: str


class ShapedRun(NamedTuple):
    """Parts, from `start` on, that are drawn with one font and have one level and style.

    It is one part if it is an `emoji`.
    """

    start: int
    font: Font
    level: int
    style: str
    emoji: str = ""


@dataclass(slots=True)
class ShapedText:
    """A line in parts, which are words and blanks or else clusters, in the order of typing.

    For each part: where its text starts; what is drawn, which is codes for a font of clusters and
    text for a font of the grid; and its advance in thousandths of the size of the text.
    """

    starts: list[int] = field(default_factory=list)
    shown: list[bytes | str] = field(default_factory=list)
    advances: list[float] = field(default_factory=list)
    stretches: list[ShapedRun] = field(default_factory=list)
    advance: float = 0.0  # of all parts

    def add(self, starts: Iterable[int], shown: Iterable[Any], advances: Sequence[float]) -> None:
        """Add parts to the last stretch."""
        self.starts += starts
        self.shown += shown
        self.advances += advances
        self.advance += sum(advances)

    def divide(self, part: int) -> None:
        """Begin another stretch with a part."""
        at = bisect_right(self.stretches, part, key=lambda run: run.start) - 1
        if part < len(self.starts) and self.stretches[at].start != part:
            self.stretches.insert(at + 1, self.stretches[at]._replace(start=part))


class Shaper:
    """Shapes text, and allots codes to the clusters that it meets."""

    def __init__(self, repertoire: FontSelector) -> None:
        self._repertoire = repertoire
        self._fonts: dict[Face, ClusterFont] = {}
        self._full: list[ClusterFont] = []
        self._made = 0
        self._kept = 0  # words, of all fonts

    @property
    def is_full(self) -> bool:
        """Whether it is time for the fonts to be taken, lest they grow without end."""
        return sum(len(font.codes) for font in (*self._full, *self._fonts.values())) > MAX_CLUSTERS

    def flush_fonts(self) -> list[ClusterFont]:
        """All fonts that were not taken yet; from now on there are others."""
        fonts = [*self._full, *self._fonts.values()]
        self._full, self._fonts = [], {}
        return fonts

    def learn(self, text: str) -> None:
        """Shape the words of a text that is about to be added: together they take half the time.

        Only fonts that met many new words of late get to know them. A word with a cluster that
        was never met is left out: `add` allots codes, in the order of first use.
        """
        if self._kept > _KEPT:
            self._forget()
        for script in SCRIPTS:
            font = self._fonts.get(script.faces[0])
            spaced = not WITHOUT_SPACES.match(script.blocks)
            if font and spaced and font.new_words > _MANY:
                self._learn(dict.fromkeys(script.words.findall(text)), font, rtl=script.rtl)

    def _learn(self, words: Iterable[str], font: ClusterFont, *, rtl: bool) -> None:
        kept, older = font.words[rtl], font.older_words[rtl]
        missing = [word for word in words if word not in kept]
        kept.update([(word, older[word]) for word in missing if word in older])
        new = [word for word in missing if word not in older]
        new.sort(key=str.isalpha)  # without marks, there is no need to ask for the clusters
        for at in range(0, len(new), _TOGETHER):
            kept.update(_words(new[at : at + _TOGETHER], font, rtl=rtl))
        self._kept += len(missing)
        font.new_words = len(new)

    def add(self, text: str, at: int, span: TextSpan, shaped: ShapedText, *, divided: bool) -> None:
        """Shape a text that starts at `at` in its line, and divide it into clusters or words."""
        rtl = span.level % 2 == 1
        for start, end, wanted in itemize(text):
            part = text[start:end]
            # For the mirror images of brackets.
            turned = wanted is None and rtl and MARKED.characters.issuperset(part)
            face = MARKED if turned else wanted
            if face is None:
                self._add_on_grid(part, at + start, span, shaped)
                continue
            font = self._font(face)
            shaped.stretches.append(ShapedRun(len(shaped.starts), font, *span))
            for first, chunk in _chunks(part):
                begin = at + start + first
                if divided or WITHOUT_SPACES.search(chunk):
                    starts, shown, advances = _clusters(chunk, font, rtl=rtl)
                    shaped.add([begin + one for one in starts], shown, advances)
                else:
                    self._add_words(chunk, begin, font, shaped, rtl=rtl)

    def add_with_emoji(
        self, text: str, at: int, span: TextSpan, shaped: ShapedText, *, divided: bool
    ) -> None:
        """The same for a text that may have emoji, which are a part each."""
        done = 0
        for match in emoji.find(text):
            if cells := CELLS * len(pictures(match[0])):
                if match.start() > done:
                    before = text[done : match.start()]
                    self.add(before, at + done, span, shaped, divided=divided)
                self._add_emoji(match[0], cells * CELL, at + match.start(), span, shaped)
                done = match.end()
        if done < len(text):
            self.add(text[done:], at + done, span, shaped, divided=divided)

    def _add_emoji(
        self, text: str, advance: int, at: int, span: TextSpan, shaped: ShapedText
    ) -> None:
        """Add an emoji: a cluster that is not seen, for the picture to be drawn over."""
        font = self._font(MARKED)
        # Readers that would turn it round with the line tear it apart: it is told as it was typed.
        astral = max(text) > "\uffff"
        code, advanced = font.unseen(text, advance, rtl=span.level % 2 == 1 and not astral)
        shaped.stretches.append(ShapedRun(len(shaped.starts), font, *span, text))
        shaped.add([at], [code], [advanced])

    def _add_words(
        self, text: str, at: int, font: ClusterFont, shaped: ShapedText, *, rtl: bool
    ) -> None:
        words = _WORDS.findall(text)
        kept = font.words[rtl]
        found = [kept.get(word) or self._word(word, font, rtl=rtl) for word in words]
        starts = list(accumulate(map(len, words), initial=at))[:-1]
        shaped.add(starts, [code for code, _ in found], [advance for _, advance in found])

    def _word(self, text: str, font: ClusterFont, *, rtl: bool) -> Drawn:
        """A word as one part, as it is seen from the left; those of late are kept."""
        word = font.older_words[rtl].get(text)
        if word is None:
            font.new_words += 1
            _, codes, advances = _clusters(text, font, rtl=rtl)
            word = _one(codes, advances, rtl=rtl)
        self._kept += 1
        if self._kept > 2 * _KEPT:
            self._forget()
        font.words[rtl][text] = word
        return word

    def _forget(self) -> None:
        """Keep no words but those that were kept of late."""
        self._kept = 0
        for font in self._fonts.values():
            font.older_words, font.words = font.words, ({}, {})

    def add_blank(self, at: int, advance: float, span: TextSpan, shaped: ShapedText) -> None:
        """Add a blank of any width."""
        slot = self._repertoire.slots[self._repertoire[0x20]]
        shaped.stretches.append(ShapedRun(len(shaped.starts), slot, *span))
        shaped.add([at], [" " * max(1, int(advance // CELL))], [advance])

    def _font(self, face: Face) -> ClusterFont:
        font = self._fonts.get(face)
        if font is None or len(font.codes) > MAX_CLUSTERS:
            if font:
                self._full.append(font)
            self._made += 1
            font = self._fonts[face] = ClusterFont(face, self._made)
        return font

    def _add_on_grid(self, text: str, at: int, span: TextSpan, shaped: ShapedText) -> None:
        for part, slot in self._repertoire.runs(text):
            shaped.stretches.append(ShapedRun(len(shaped.starts), slot, *span))
            seen = [_MIRROR_IMAGES.get(one, one) for one in part] if span.level % 2 else part
            shaped.add(range(at, at + len(part)), seen, [slot.cells * CELL] * len(part))
            at += len(part)


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Text that is not too long to be shaped at once, and where it starts."""
    start = 0
    while len(text) - start > _AT_ONCE:
        blank = text.rfind(" ", start, start + _AT_ONCE) + 1
        end = blank or cluster_start(text, start, start + _AT_ONCE)
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def _words(words: Sequence[str], font: ClusterFont, *, rtl: bool) -> Iterator[tuple[str, Drawn]]:
    """Those of some words whose clusters were all met, shaped together as each is alone.

    What is put between them is in no line and in no font, so there are no rules for it.
    """
    text = "\n".join(words)
    buffer, glyphs = _shaped(text, font, rtl=rtl)
    starts: Sequence[int] = range(len(text))
    met = font.met[rtl]
    known = list(map(met.get, zip(text, glyphs, strict=False)))
    if len(glyphs) != len(text) or sum(map(bool, known)) <= len(text) - len(words):
        found, starts = _grouped(text, buffer, glyphs, rtl=rtl)
        known = list(map(met.get, found))
    at = start = 0
    for word in words:
        at += len(word)
        end = bisect_left(starts, at)
        drawn = [one for one in known[start:end] if one]
        if len(drawn) == end - start:
            codes = [code for code, _ in drawn]
            yield word, _one(codes, [advance for _, advance in drawn], rtl=rtl)
        at, start = at + 1, end + 1


def _one(codes: list[bytes], advances: list[float], *, rtl: bool) -> Drawn:
    """Clusters in the order of typing as one, as it is seen from the left."""
    return b"".join(codes[::-1] if rtl else codes), sum(advances)


def _clusters(
    text: str, font: ClusterFont, *, rtl: bool
) -> tuple[Sequence[int], list[bytes], list[float]]:
    """Starts, codes and advances of the clusters of a text, in the order of typing."""
    buffer, glyphs = _shaped(text, font, rtl=rtl)
    starts: Sequence[int] = range(len(text))
    met = font.met[rtl]
    # Where every letter meets a glyph that it alone was met with before, there is no need to ask
    # for the clusters: a glyph for two letters was never met with one of them.
    known = list(map(met.get, zip(text, glyphs, strict=False)))
    drawn = [one for one in known if one]
    if not len(drawn) == len(glyphs) == len(text):
        found, starts = _grouped(text, buffer, glyphs, rtl=rtl)
        drawn = [met.get(one) or font.meet(*one, rtl=rtl) for one in found]
    return starts, [code for code, _ in drawn], [advance for _, advance in drawn]


def _shaped(text: str, font: ClusterFont, *, rtl: bool) -> tuple[hb.Buffer, list[str]]:
    """What HarfBuzz makes of a text, and its glyphs in the order of typing."""
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if rtl else "ltr"
    buffer.language = "und"  # or it is that of the machine
    hb.shape(font.face.font, buffer)
    glyphs = buffer.serialize(font.face.font, flags=_GLYPHS_ONLY)[1:-1].split("|")
    if rtl:
        glyphs.reverse()
    return buffer, glyphs


def _grouped(
    text: str, buffer: hb.Buffer, glyphs: list[str], *, rtl: bool
) -> tuple[list[tuple[str, str]], list[int]]:
    """Text and glyphs of each cluster, and where it starts; glyphs as seen from the left."""
    starts = [info.cluster for info in buffer.glyph_infos]
    if rtl:
        starts.reverse()
    heads = list(dict.fromkeys(starts))
    texts = [text[start:end] for start, end in pairwise([*heads, len(text)])]
    groups = glyphs[:]
    same = [n for n, (one, other) in enumerate(pairwise(starts)) if one == other]
    for n in reversed(same):
        other = groups.pop(n + 1)
        groups[n] = f"{other}|{groups[n]}" if rtl else f"{groups[n]}|{other}"
    return list(zip(texts, groups, strict=True)), heads
