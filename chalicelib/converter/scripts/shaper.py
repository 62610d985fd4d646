"""Shapes the parts of a line: words and clusters of any script, emoji, and text of the grid."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from fpdf.bidi import BIDI_BRACKETS

from chalicelib.converter.fonts.clusters import ClusterFont, cluster_start
from chalicelib.converter.fonts.face import CELL, Face
from chalicelib.converter.fonts.font import SOFT_HYPHEN, FontSelector, GridFont
from chalicelib.converter.fonts.ink import CharacterInk
from chalicelib.converter.fonts.pictures import PICTURE_CELLS, pictures_of
from chalicelib.converter.scripts import emoji
from chalicelib.converter.scripts.harfbuzz import shape_clusters
from chalicelib.converter.scripts.script import MARKED_FACE, SCRIPTS, WITHOUT_SPACES, itemize
from chalicelib.converter.scripts.word_cache import WordCache

MAX_CLUSTERS = 30_000
"""Clusters of one font above which another is begun, and of all fonts above which to flush them."""

_MAX_CHARACTERS = 1000
"""Maximum characters shaped in one call: HarfBuzz gives up on some tens of thousands of marks."""

_MIRRORED_BRACKETS = {ord(bracket): entry["pair"] for bracket, entry in BIDI_BRACKETS.items()}

RunFont: TypeAlias = ClusterFont | GridFont


class TextProperties(NamedTuple):
    """What all characters shaped in one call share: the embedding level and the style."""

    level: int
    style: str


class ShapedRun(NamedTuple):
    """The parts, from index `start` on, that share a font, an embedding level and a style.

    An `emoji` is a run of one part.
    """

    start: int
    font: RunFont
    level: int
    style: str
    emoji: str = ""


@dataclass(slots=True)
class ShapedText:
    """A line divided into parts in typing order: words and blanks, or else clusters.

    For each part: where its text starts in the line; what is shown, which is codes of a
    ClusterFont or text of a GridFont; and its advance in thousandths of the type size. `advance`
    is that of all parts.
    """

    starts: list[int] = field(default_factory=list)
    shown: list[bytes | str] = field(default_factory=list)
    advances: list[float] = field(default_factory=list)
    runs: list[ShapedRun] = field(default_factory=list)
    advance: float = 0.0

    def add(self, starts: Iterable[int], shown: Iterable[Any], advances: Sequence[float]) -> None:
        """Add parts to the last run."""
        self.starts += starts
        self.shown += shown
        self.advances += advances
        self.advance += sum(advances)

    def divide(self, part: int) -> None:
        """Begin another run with a part."""
        at = bisect_right(self.runs, part, key=lambda run: run.start) - 1
        if part < len(self.starts) and self.runs[at].start != part:
            self.runs.insert(at + 1, self.runs[at]._replace(start=part))


class Shaper:
    """Shapes text, and assigns codes of fonts to its clusters.

    `flushes` is how many times the fonts were flushed.
    """

    def __init__(self, font_selector: FontSelector) -> None:
        self._font_selector = font_selector
        self._fonts: dict[Face, ClusterFont] = {}
        self._full: list[ClusterFont] = []
        self._fonts_made = 0
        self._words = WordCache()
        self.flushes = 0
        self.character_ink = CharacterInk(font_selector)

    @property
    def is_full(self) -> bool:
        """Whether the fonts have more than MAX_CLUSTERS and must be flushed to bound memory."""
        return sum(len(font.codes) for font in (*self._full, *self._fonts.values())) > MAX_CLUSTERS

    def flush_fonts(self) -> list[ClusterFont]:
        """Return all fonts since the last flush; text shaped from now on gets new ones."""
        fonts = [*self._full, *self._fonts.values()]
        self._full, self._fonts = [], {}
        self.flushes += 1
        for font in fonts:
            self._words.remove(font)
        return fonts

    def shape_words(self, text: str) -> None:
        """Shape the words of a text that will be added next, in batches, which saves time."""
        self._words.trim()
        for script in SCRIPTS:
            font = self._fonts.get(script.faces[0])
            spaced = not WITHOUT_SPACES.match(script.blocks)
            if font and spaced and self._words.needs_batches(font):
                words = dict.fromkeys(script.word.findall(text))
                self._words.add(words, font, rtl=script.rtl)

    def add(
        self,
        text: str,
        at: int,
        properties: TextProperties,
        shaped: ShapedText,
        *,
        divided: bool,
    ) -> None:
        """Shape a text that starts at index `at` of its line, and add its parts.

        They are words where the script has spaces, or else clusters; always clusters if `divided`.
        """
        rtl = properties.level % 2 == 1
        for start, end, script_face in itemize(text):
            part = text[start:end]
            # Grid text that the body font has is shaped for the mirror images of its brackets.
            mirrored = script_face is None and rtl and MARKED_FACE.characters.issuperset(part)
            face = MARKED_FACE if mirrored else script_face
            if face is None:
                self._add_on_grid(part, at + start, properties, shaped)
                continue
            font = self._font_for(face)
            shaped.runs.append(ShapedRun(len(shaped.starts), font, *properties))
            for offset, chunk in _chunks(part):
                begin = at + start + offset
                if divided or WITHOUT_SPACES.search(chunk):
                    starts, shown, advances = shape_clusters(chunk, font, rtl=rtl)
                    shaped.add([begin + start for start in starts], shown, advances)
                else:
                    shaped.add(*self._words.shape(chunk, begin, font, rtl=rtl))

    def add_with_emoji(
        self,
        text: str,
        at: int,
        properties: TextProperties,
        shaped: ShapedText,
        *,
        divided: bool,
    ) -> None:
        """Like `add`, for a text that may have emoji, each of which becomes one part."""
        done = 0
        for match in emoji.find_emoji(text):
            if shown := self.emoji(match[0], properties.level):
                if match.start() > done:
                    before = text[done : match.start()]
                    self.add(before, at + done, properties, shaped, divided=divided)
                font, code, advance = shown
                shaped.runs.append(ShapedRun(len(shaped.starts), font, *properties, match[0]))
                shaped.add([at + match.start()], [code], [advance])
                done = match.end()
        if done < len(text):
            self.add(text[done:], at + done, properties, shaped, divided=divided)

    def emoji(self, text: str, level: int) -> tuple[ClusterFont, bytes, float] | None:
        """Return font, codes and advance of an emoji, or None if there is no picture of it.

        It is an invisible cluster, over which the picture is drawn. `level` is its embedding level.
        """
        cells = PICTURE_CELLS * len(pictures_of(text))
        if not cells:
            return None
        font = self._font_for(MARKED_FACE)
        # PDF readers reverse the codes of right-to-left text, which would split surrogate pairs,
        # so emoji beyond the Basic Multilingual Plane are one code in typing order.
        astral = max(text) > "\uffff"
        rtl = level % 2 == 1 and not astral
        return font, *font.encode_invisible(text, cells * CELL, rtl=rtl)

    def grid_runs(self, text: str) -> Iterator[tuple[str, GridFont]]:
        """Yield the runs of one font of a text of the grid, each with its font."""
        return self._font_selector.runs(text)

    def add_blank(
        self, at: int, advance: float, properties: TextProperties, shaped: ShapedText
    ) -> None:
        """Add a blank with this advance, in thousandths of the type size."""
        self._add_spaced(" " * max(1, int(advance // CELL)), " ", at, advance, properties, shaped)

    def add_gap(
        self, at: int, blanks: int, column: int, properties: TextProperties, shaped: ShapedText
    ) -> None:
        """Add blanks as wide as on the grid, or wider where they end before a column of cells."""
        advance = max(blanks * CELL, column * CELL - shaped.advance)
        self._add_spaced(" " * blanks, " ", at, advance, properties, shaped)

    def add_soft_hyphen(self, at: int, properties: TextProperties, shaped: ShapedText) -> None:
        """Add a soft hyphen, which is invisible unless a row ends with it."""
        self._add_spaced("", SOFT_HYPHEN, at, 0.0, properties, shaped)

    def _add_spaced(
        self,
        shown: str,
        character: str,
        at: int,
        advance: float,
        properties: TextProperties,
        shaped: ShapedText,
    ) -> None:
        """Add text of the grid as one part with an advance, in the font of a character."""
        font = self._font_selector.fonts[self._font_selector[ord(character)]]
        shaped.runs.append(ShapedRun(len(shaped.starts), font, *properties))
        shaped.add([at], [shown], [advance])

    def _font_for(self, face: Face) -> ClusterFont:
        """Return the font for new clusters of a face."""
        font = self._fonts.get(face)
        if font is None or len(font.codes) > MAX_CLUSTERS:
            if font:
                self._full.append(font)
                self._words.remove(font)
            self._fonts_made += 1
            font = self._fonts[face] = ClusterFont(face, self._fonts_made)
        return font

    def _add_on_grid(
        self, text: str, at: int, properties: TextProperties, shaped: ShapedText
    ) -> None:
        """Add text of the grid, one part for each character."""
        if properties.level % 2:
            text = text.translate(_MIRRORED_BRACKETS)
        first = len(shaped.starts)
        advances: list[float] = []
        for part, font in self.grid_runs(text):
            shaped.runs.append(ShapedRun(first + len(advances), font, *properties))
            advances += [font.cells * CELL] * len(part)
        shaped.add(range(at, at + len(text)), text, advances)


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Yield the start and text of parts that are short enough to be shaped in one call."""
    start = 0
    while len(text) - start > _MAX_CHARACTERS:
        blank = text.rfind(" ", start, start + _MAX_CHARACTERS) + 1
        end = blank or cluster_start(text, start, start + _MAX_CHARACTERS)
        yield start, text[start:end]
        start = end
    yield start, text[start:]
