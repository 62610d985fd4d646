"""Fonts whose codes stand for clusters: characters that are drawn as one unit.

A cluster may be a letter with marks, a ligature, or letters that changed places. In the font made
of the clusters it is one glyph, composed of the glyphs that HarfBuzz chose, in the positions that
HarfBuzz gave them. Drawing these glyphs one by one would move the pen back and up, which PDF
readers interpret as the start of another word or line.
"""

import re
import struct
from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import NamedTuple, TypeAlias
from unicodedata import mirrored

from chalicelib.converter.fonts.face import ASCENT, DESCENT, Face
from chalicelib.converter.fonts.ink import (
    NO_INK,
    ROW_GAP,
    Direction,
    Ink,
    InkSpan,
    glyph_box,
    union,
)
from chalicelib.converter.pdf.objects import escape_string, unescape_string


class PlacedGlyph(NamedTuple):
    """A glyph id of a font file, and the glyph's position in units of that file."""

    glyph_id: int
    x: int
    y: int


class Cluster(NamedTuple):
    """The text that a code stands for and its glyphs; a cluster without glyphs is invisible.

    `advance` is in units of the font file.
    """

    text: str
    glyphs: tuple[PlacedGlyph, ...]
    advance: int


_SERIALIZED_GLYPH = re.compile(r"(\d+)(?:@(-?\d+),(-?\d+))?\+(-?\d+)")
"""Matches a glyph as HarfBuzz serializes it: id, offset if it has one, advance."""

_MAX_CHARACTERS = 31
"""Maximum characters of one code: a letter and 30 marks, as in UAX #15's Stream-Safe Text Format.

A longer cluster is drawn with several codes in one place.
"""

_MAX_REACH = 5000
"""Maximum distance of a glyph from the baseline, in thousandths of the type size.

Marks are stacked up to there, about twenty of them, and the others are drawn in one place.
"""

_MAX_TALL = 200
"""Maximum distances for which the codes that reach further are kept."""

EncodedText: TypeAlias = tuple[bytes, float]
"""Codes, escaped for a literal string, and their advance in thousandths of the type size."""


class ClusterFont:
    """Assigns two-byte codes to the clusters of a face, from 1, in the order of first use.

    `name` is the font's name in a /Font resource dictionary, and `codes` has the code of each
    cluster. `encoded` has the clusters so far, for left-to-right and for right-to-left text, by
    their text and serialized glyphs.
    """

    def __init__(self, face: Face, number: int) -> None:
        """`number` distinguishes the fonts of one face."""
        self.face = face
        self.name = f"/{face.name}.{number}".encode()
        self.codes: dict[Cluster, int] = {}
        self.encoded: tuple[
            dict[tuple[str, str], EncodedText], dict[tuple[str, str], EncodedText]
        ] = ({}, {})
        # The ink of each code: how far above and below it reaches, its edges; and its advance.
        self._reaches = [NO_INK.above], [NO_INK.below]
        self._left, self._right = [0.0], [0.0]
        self._advances = [0.0]
        # The codes that reach further in a direction than so many thousandths of the type size.
        self._tall: dict[tuple[Direction, int], set[int]] = {}
        self._most_ink = NO_INK  # of all codes

    @property
    def clear_ink(self) -> Ink | None:
        """The furthest that any cluster reaches, if none can touch another in neighbouring rows."""
        ink = self._most_ink
        return ink if sum(ink) + ROW_GAP <= ASCENT + DESCENT else None

    def ink(self, numbers: Sequence[int]) -> Ink:
        """Return how far the clusters with these codes reach."""
        # Getting all at once is faster than a loop, but gives a tuple only for two indices or more.
        of_all = itemgetter(0, 0, *set(numbers))
        above, below = self._reaches
        return Ink(max(of_all(above)), max(of_all(below)))

    def spans(
        self, numbers: Sequence[int], left: float, direction: Direction, beyond: int
    ) -> Sequence[InkSpan]:
        """Return the ink of clusters that reaches further than `beyond`; they begin at `left`."""
        found = self._codes_beyond(direction, beyond).intersection(numbers)
        if not found:
            return ()
        places = accumulate(map(self._advances.__getitem__, numbers), initial=left)
        reaches, lefts, rights = self._reaches[direction], self._left, self._right
        return [
            (place + lefts[number], place + rights[number], reaches[number])
            for number, place in zip(numbers, places, strict=False)
            if number in found
        ]

    def _codes_beyond(self, direction: Direction, beyond: int) -> set[int]:
        """Return the codes whose ink reaches further above or below the baseline than `beyond`.

        That is in thousandths of the type size. The result is kept for the next call.
        """
        codes = self._tall.get((direction, beyond))
        if codes is None:
            if len(self._tall) == _MAX_TALL:
                self._tall.clear()
            reaches = self._reaches[direction]
            codes = {code for code, reach in enumerate(reaches) if reach > beyond}
            self._tall[direction, beyond] = codes
        return codes

    def encode(self, text: str, glyphs: str, *, rtl: bool) -> EncodedText:
        """Return a cluster's codes and advance; assign codes if it is new, and add it to `encoded`.

        `glyphs` are the cluster's glyphs from left to right, separated by `|`, as HarfBuzz
        serializes them without names and clusters. `rtl` is whether the text is right-to-left.
        """
        encoded = self._encode(self._cluster(text, glyphs), rtl=rtl)
        self.encoded[rtl][text, glyphs] = encoded
        return encoded

    def encode_invisible(self, text: str, advance: float, *, rtl: bool) -> EncodedText:
        """Return codes and advance of a cluster without glyphs; assign codes if it is new.

        `advance` is in thousandths of the type size, and is rounded to the face's units. It is
        ignored for a text that was encoded by this method before.
        """
        encoded = self.encoded[rtl].get((text, ""))
        if encoded is None:
            units = round(advance * self.face.hb_face.upem / (1000 * self.face.scale))
            encoded = self._encode(Cluster(text, (), units), rtl=rtl)
            self.encoded[rtl][text, ""] = encoded
        return encoded

    def _encode(self, cluster: Cluster, *, rtl: bool) -> EncodedText:
        """Assign codes to a cluster, and return them with their advance."""
        parts = self._split_characters(cluster) if rtl else _split_long(cluster)
        codes = [self.codes.get(part) or self._add(part) for part in parts]
        code = escape_string(b"".join([code.to_bytes(2, "big") for code in codes]))
        advance = sum(self.face.thousandths(part.advance) for part in parts) * self.face.scale
        return code, advance

    def _add(self, cluster: Cluster) -> int:
        """Return a new code for a cluster."""
        code = self.codes[cluster] = len(self.codes) + 1
        placed = [glyph_box(self.face, glyph, x, y) for glyph, x, y in cluster.glyphs]
        boxes = [box for box in placed if box]
        ink = union([Ink(box.above, box.below) for box in boxes])
        self._most_ink = union((self._most_ink, ink))
        for reaches, reach in zip(self._reaches, ink, strict=True):
            reaches.append(reach)
        for (direction, beyond), codes in self._tall.items():
            if ink[direction] > beyond:
                codes.add(code)
        self._left.append(min((box.left for box in boxes), default=0.0))
        self._right.append(max((box.right for box in boxes), default=0.0))
        self._advances.append(self.face.thousandths(cluster.advance) * self.face.scale)
        return code

    def _cluster(self, text: str, glyphs: str) -> Cluster:
        """Return the cluster for a text and its glyphs as HarfBuzz serializes them."""
        limit = round(_MAX_REACH * self.face.hb_face.upem / (1000 * self.face.scale))
        placed = []
        pen = 0
        for glyph_id, x, y, advance in _SERIALIZED_GLYPH.findall(glyphs):
            raised = max(-limit, min(int(y or 0), limit))
            placed.append(PlacedGlyph(int(glyph_id), pen + int(x or 0), raised))
            pen += int(advance)
        if not pen and not any(self.face.has_ink(glyph.glyph_id) for glyph in placed):
            placed = []
        return Cluster(text, tuple(placed), pen)

    def _split_characters(self, cluster: Cluster) -> list[Cluster]:
        """Divide a cluster of right-to-left text into one for each character, from the left.

        PDF readers reverse the characters of a right-to-left line, those of one code too. The
        first code draws the whole cluster, and each has a share of its width, as readers drop
        characters that are in the same place.
        """
        count = len(cluster.text)
        if count == 1:
            bracket = self._mirrored_bracket(cluster)
            return [cluster._replace(text=bracket) if bracket else cluster]
        bounds = [cluster.advance * n // count for n in range(count + 1)]
        widths = [end - start for start, end in pairwise(bounds)]
        first, *others = zip(reversed(cluster.text), widths, strict=True)
        return [Cluster(first[0], cluster.glyphs, first[1])] + [
            Cluster(character, (), width) for character, width in others
        ]

    def _mirrored_bracket(self, cluster: Cluster) -> str | None:
        """Return the character whose glyph is shown for a mirrored bracket (UAX #9, L4)."""
        if not mirrored(cluster.text) or len(cluster.glyphs) != 1:
            return None
        return self.face.mirrored_characters.get(cluster.glyphs[0].glyph_id)


def numbers(codes: bytes) -> tuple[int, ...]:
    """Return codes that are escaped for a literal string."""
    code = unescape_string(codes)
    return struct.unpack(f">{len(code) // 2}H", code)


def _split_long(cluster: Cluster) -> list[Cluster]:
    """Divide a cluster into ones of at most _MAX_CHARACTERS, drawn over each other."""
    if len(cluster.text) <= _MAX_CHARACTERS:
        return [cluster]
    parts = []
    share = -(-len(cluster.glyphs) * _MAX_CHARACTERS // len(cluster.text))
    for n, start in enumerate(range(0, len(cluster.text), _MAX_CHARACTERS)):
        glyphs = cluster.glyphs[n * share : (n + 1) * share]
        moved = tuple(glyph._replace(x=glyph.x - (cluster.advance if n else 0)) for glyph in glyphs)
        advance = 0 if n else cluster.advance
        parts.append(Cluster(cluster.text[start : start + _MAX_CHARACTERS], moved, advance))
    return parts


def cluster_start(line: str, start: int, end: int) -> int:
    """Return the start of the grapheme cluster (UAX #29) that the character `line[end]` is in.

    Returns `end` itself, even within a cluster, if that starts at `start` or before, or 64
    characters or more before `end`: a piece of the line from `start` to the result is never empty.
    """
    from wcwidth import grapheme_boundary_before

    window = max(start, end - 64)
    boundary = window + grapheme_boundary_before(line[window : end + 1], end + 1 - window)
    return boundary if boundary > window else end
