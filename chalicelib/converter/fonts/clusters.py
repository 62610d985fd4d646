"""Fonts whose codes stand for clusters: characters that are drawn as one unit.

A cluster may be a letter with marks, a ligature, or letters that changed places. In the font made
of the clusters it is one glyph, composed of the glyphs that HarfBuzz chose, in the positions that
HarfBuzz gave them. Drawing these glyphs one by one would move the pen back and up, which PDF
readers interpret as the start of another word or line.
"""

import re
from itertools import pairwise
from typing import NamedTuple, TypeAlias
from unicodedata import mirrored

from chalicelib.converter.fonts.font import Face
from chalicelib.converter.pdf.objects import escape_string


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
        codes = [self.codes.setdefault(part, len(self.codes) + 1) for part in parts]
        code = escape_string(b"".join([code.to_bytes(2, "big") for code in codes]))
        advance = sum(self.face.thousandths(part.advance) for part in parts) * self.face.scale
        return code, advance

    def _cluster(self, text: str, glyphs: str) -> Cluster:
        """Return the cluster for a text and its glyphs as HarfBuzz serializes them."""
        placed = []
        pen = 0
        for glyph_id, x, y, advance in _SERIALIZED_GLYPH.findall(glyphs):
            placed.append(PlacedGlyph(int(glyph_id), pen + int(x or 0), int(y or 0)))
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
            return [cluster._replace(text=self._mirrored_bracket(cluster) or cluster.text)]
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
