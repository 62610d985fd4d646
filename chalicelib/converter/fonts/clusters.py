"""Fonts whose codes stand for clusters: what a reader takes for one letter, drawn at one go.

A cluster may be a letter with marks, letters that became one, or some that changed places. In the
font that is made of them it is one glyph, composed of those that HarfBuzz chose in the places
where it put them. Drawn one by one they would need a pen that goes back and up, and readers of PDF
take what follows for another word or line.
"""

import re
from itertools import pairwise
from typing import NamedTuple, TypeAlias
from unicodedata import mirrored

from chalicelib.converter.fonts.font import Face
from chalicelib.converter.pdf.objects import escape_string


class Glyph(NamedTuple):
    """A glyph's number in its font file, and where it is put, in units of that file."""

    number: int
    x: int
    y: int


class Cluster(NamedTuple):
    """The text that a code stands for, and how it looks. One without glyphs is not seen.

    `advance` is in units of the font file.
    """

    text: str
    glyphs: tuple[Glyph, ...]
    advance: int


# How HarfBuzz writes a glyph: number, offset if there is one, advance; in units of the font file.
_GLYPH = re.compile(r"(\d+)(?:@(-?\d+),(-?\d+))?\+(-?\d+)")

# Characters that one code stands for: a letter and 30 marks, as in the Stream-Safe Text Format of
# UAX #15. What has more is drawn with several codes in one place.
_LONGEST = 31

# Codes as they stand in a string, and their advance in thousandths of the size of the text.
Drawn: TypeAlias = tuple[bytes, float]


class ClusterFont:
    """Allots codes of two bytes to the clusters of a face, from 1, in the order of first use."""

    def __init__(self, face: Face, number: int) -> None:
        self.face = face
        #: Resource name.
        self.name = f"/{face.name}.{number}".encode()
        self.codes: dict[Cluster, int] = {}
        #: What was met in text from left to right and from right to left: text and glyphs.
        self.met: tuple[dict[tuple[str, str], Drawn], dict[tuple[str, str], Drawn]] = ({}, {})
        #: Words as they were shaped of late and before, for their shaper to keep.
        self.words: tuple[dict[str, Drawn], dict[str, Drawn]] = ({}, {})
        self.older_words: tuple[dict[str, Drawn], dict[str, Drawn]] = ({}, {})
        self.new_words = 0  # that were shaped since it was last counted

    def meet(self, text: str, glyphs: str, *, rtl: bool) -> Drawn:
        """A cluster that may be new, its glyphs as HarfBuzz writes them from the left."""
        drawn = self.met[rtl][text, glyphs] = self._drawn(self._placed(text, glyphs), rtl=rtl)
        return drawn

    def unseen(self, text: str, advance: float, *, rtl: bool) -> Drawn:
        """A cluster of which nothing is seen, with an advance in thousandths of the text's size."""
        drawn = self.met[rtl].get((text, ""))
        if drawn is None:
            units = round(advance * self.face.face.upem / (1000 * self.face.scale))
            drawn = self.met[rtl][text, ""] = self._drawn(Cluster(text, (), units), rtl=rtl)
        return drawn

    def _drawn(self, cluster: Cluster, *, rtl: bool) -> Drawn:
        parts = self._seen_from_the_left(cluster) if rtl else _short(cluster)
        codes = [self.codes.setdefault(part, len(self.codes) + 1) for part in parts]
        code = escape_string(b"".join([code.to_bytes(2, "big") for code in codes]))
        advance = sum(self.face.thousandths(part.advance) for part in parts) * self.face.scale
        return code, advance

    def _placed(self, text: str, glyphs: str) -> Cluster:
        placed = []
        pen = 0
        for number, x, y, advance in _GLYPH.findall(glyphs):
            placed.append(Glyph(int(number), pen + int(x or 0), int(y or 0)))
            pen += int(advance)
        if not pen and not any(self.face.inked(glyph.number) for glyph in placed):
            placed = []
        return Cluster(text, tuple(placed), pen)

    def _seen_from_the_left(self, cluster: Cluster) -> list[Cluster]:
        """A cluster of text from right to left as one for each of its characters.

        Readers turn round the characters of a line, those of a code too. The first draws all of
        the cluster, and each gets a share of its width, for what is in one place is taken for the
        same.
        """
        count = len(cluster.text)
        if count == 1:
            return [cluster._replace(text=self._mirror_image(cluster) or cluster.text)]
        bounds = [cluster.advance * n // count for n in range(count + 1)]
        shares = [end - start for start, end in pairwise(bounds)]
        first, *others = zip(reversed(cluster.text), shares, strict=True)
        return [Cluster(first[0], cluster.glyphs, first[1])] + [
            Cluster(one, (), share) for one, share in others
        ]

    def _mirror_image(self, cluster: Cluster) -> str | None:
        """The character that is seen where a bracket was turned round (UAX #9, L4)."""
        if not mirrored(cluster.text) or len(cluster.glyphs) != 1:
            return None
        return self.face.mirror_images.get(cluster.glyphs[0].number)


def _short(cluster: Cluster) -> list[Cluster]:
    """A cluster as those of not too many characters, drawn one over the other."""
    if len(cluster.text) <= _LONGEST:
        return [cluster]
    parts = []
    share = -(-len(cluster.glyphs) * _LONGEST // len(cluster.text))
    for n, start in enumerate(range(0, len(cluster.text), _LONGEST)):
        glyphs = cluster.glyphs[n * share : (n + 1) * share]
        moved = tuple(glyph._replace(x=glyph.x - (cluster.advance if n else 0)) for glyph in glyphs)
        advance = 0 if n else cluster.advance
        parts.append(Cluster(cluster.text[start : start + _LONGEST], moved, advance))
    return parts


def cluster_start(line: str, start: int, end: int) -> int:
    """The start of the grapheme cluster that `end` falls into, unless that is too far back."""
    from wcwidth import grapheme_boundary_before

    window = max(start, end - 64)
    begin = window + grapheme_boundary_before(line[window : end + 1], end + 1 - window)
    return begin if begin > window else end
