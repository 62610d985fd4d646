"""How `emoji.ttf` was made: `python tools/fit_emoji.py NotoColorEmoji.ttf emoji.ttf`.

What is changed, and nothing else is:

- Pictures are made smaller: 85 x 80 pixels of 136 x 128. That is 500 dpi in text of 10 points.
- A picture and the same in other skin colours get the same pixels with another palette. They are
  drawn alike, so no more is lost than by a palette for each.
- Pictures are not compressed one by one, and those of the same pixels follow one another. So the
  package's own compression finds all but the first of them said already: the font takes 4 MB of
  the package, of which pictures that are compressed one by one would take 11.

Which characters and sequences have a picture stays as it is. Needs numpy, which nothing else
does. Never run by the product.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from fontTools.ttLib.reorderGlyphs import reorderGlyphs
from PIL import Image

_SIZE = (85, 80)  # pixels
_SKIN_COLOURS = range(0x1F3FB, 0x1F400)

# As many colours as it takes to be that near to the original, in levels of 256 (root of the mean
# square over red, green, blue and opacity), at most so many.
_ERROR = 2.0
_COLOURS = 128
_APART = 4.0  # where the pixels are that far off, pictures are not alike after all

_CHANNELS = 4  # red, green, blue, each multiplied by the fourth, opacity


def fit(source: Path, target: Path) -> None:
    """Write the emoji font `source` as `target`, with these changes."""
    font = TTFont(source, recalcTimestamp=False, lazy=False)
    glyphs = font["CBDT"].strikeData[0]
    pictures: dict[str, bytes] = {}
    for alike in _alike(font):
        pictures |= _smaller({name: glyphs[name].imageData for name in alike})
    blank = [name for name in font.getGlyphOrder() if name not in pictures]
    reorderGlyphs(font, [*blank, *pictures])
    _replace(font, pictures)
    font.save(target)


def _alike(font: TTFont) -> Iterator[list[str]]:
    """Names of the glyphs with pictures, those together that differ in skin colour alone."""
    families: dict[tuple[int, ...], list[str]] = defaultdict(list)
    sequences = _sequences(font)
    for name in font["CBDT"].strikeData[0]:
        plain = tuple(one for one in sequences[name] if one not in _SKIN_COLOURS)
        families[plain or sequences[name]].append(name)
    yield from families.values()


def _sequences(font: TTFont) -> dict[str, tuple[int, ...]]:
    """The code points that each glyph stands for."""
    sequences: dict[str, tuple[int, ...]]
    sequences = {name: (code,) for code, name in font.getBestCmap().items()}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            for first, ligatures in getattr(table, "ligatures", {}).items():
                for one in ligatures:
                    parts = (sequences[name] for name in (first, *one.Component))
                    sequences.setdefault(one.LigGlyph, tuple(chain.from_iterable(parts)))
    return sequences


def _smaller(originals: dict[str, bytes]) -> dict[str, bytes]:
    """PNG files that differ in their palettes alone."""
    pixels = np.concatenate([_pixels(data) for data in originals.values()], axis=1)
    palette, indices, error = _quantized(pixels)
    if error > _APART and len(originals) > 1:
        apart: dict[str, bytes] = {}
        for name, data in originals.items():
            apart |= _smaller({name: data})
        return apart
    opacity = palette[:, _CHANNELS - 1 :: _CHANNELS].mean(axis=1)
    smaller = {}
    for number, name in enumerate(originals):
        colours = palette[:, number * _CHANNELS :][:, : _CHANNELS - 1]
        colours = colours * 255 / np.maximum(opacity, 1)[:, None]
        colours[opacity < 1] = 255  # as the page: readers that shrink a picture blend it in
        image = Image.frombytes("P", _SIZE, indices.astype(np.uint8).tobytes())
        image.putpalette(_levels(colours))
        file = BytesIO()
        image.save(file, "PNG", compress_level=0, transparency=_levels(opacity))
        smaller[name] = file.getvalue()
    return smaller


def _pixels(data: bytes) -> np.ndarray:
    """A row for each pixel of the smaller picture."""
    image = Image.open(BytesIO(data)).convert("RGBA").convert("RGBa")
    small = image.resize(_SIZE, Image.Resampling.LANCZOS)
    return np.frombuffer(small.tobytes(), np.uint8).reshape(-1, _CHANNELS).astype(np.float32)


def _levels(values: np.ndarray) -> bytes:
    return bytes(np.clip(np.rint(values), 0, 255).astype(np.uint8).tobytes())


def _quantized(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Few colours, the most frequent first; the number of each pixel's colour; the largest error.

    A pixel has one number in all pictures that are alike. Clusters are split across the
    longest axis until the colours are near enough, and then settled by k-means.
    """
    distinct, where, counts = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    weights = counts.astype(np.float32)[:, None]
    clusters = [_Cluster(distinct, weights, np.arange(len(distinct)))]
    wanted = _ERROR**2 * pixels.size
    while len(clusters) < _COLOURS and sum(one.error for one in clusters) > wanted:
        widest = max(clusters, key=lambda one: one.error)
        clusters.remove(widest)
        clusters += widest.halves()
    palette = np.array([one.mean for one in clusters])
    for _ in range(6):
        nearest = ((palette**2).sum(axis=1) - 2 * distinct @ palette.T).argmin(axis=1)
        palette = np.array(
            [
                (distinct[nearest == one] * weights[nearest == one]).sum(axis=0)
                / max(1, weights[nearest == one].sum())
                for one in range(len(palette))
            ]
        )
    squares = ((distinct - palette[nearest]) ** 2 * weights).sum(axis=0).reshape(-1, _CHANNELS)
    error = float((squares.sum(axis=1) / (len(pixels) * _CHANNELS)).max() ** 0.5)
    frequent = np.argsort(-np.bincount(nearest, weights[:, 0], len(palette)), kind="stable")
    return palette[frequent], np.argsort(frequent)[nearest[where.ravel()]], error


class _Cluster:
    """Some of the colours of a picture."""

    def __init__(self, colours: np.ndarray, weights: np.ndarray, members: np.ndarray) -> None:
        self._all = colours, weights, members
        own, weight = colours[members], weights[members]
        self.mean = (own * weight).sum(axis=0) / weight.sum()
        self._off = own - self.mean
        self._spread = (self._off**2 * weight).sum(axis=0)
        self.error = float(self._spread.sum())

    def halves(self) -> Iterable["_Cluster"]:
        """Those on either side of the mean, along the longest axis."""
        colours, weights, members = self._all
        covariance = (self._off * weights[members]).T @ self._off
        axis = self._spread
        for _ in range(8):  # power iteration
            axis = covariance @ axis
            axis = axis / np.linalg.norm(axis)
        side = self._off @ axis > 0
        return [_Cluster(colours, weights, members[half]) for half in (side, ~side)]


def _replace(font: TTFont, pictures: dict[str, bytes]) -> None:
    """Put the pictures into the font, whose last glyphs they are in this order."""
    glyphs, strike = font["CBDT"].strikeData[0], font["CBLC"].strikes[0]
    scale = _SIZE[1] / glyphs[next(iter(pictures))].metrics.height
    for name, data in pictures.items():
        glyph = glyphs[name]
        glyph.metrics.width, glyph.metrics.height = _SIZE
        glyph.metrics.Advance = _SIZE[0]
        glyph.metrics.BearingY = round(glyph.metrics.BearingY * scale)
        glyph.imageData = data
    sizes = strike.bitmapSizeTable
    sizes.ppemX, sizes.ppemY = round(sizes.ppemX * scale), round(sizes.ppemY * scale)
    for line in (sizes.hori, sizes.vert):
        line.ascender, line.descender = round(line.ascender * scale), round(line.descender * scale)
        line.widthMax = _SIZE[0]
    strike.indexSubTables[0].names = list(pictures)
    del strike.indexSubTables[1:]


if __name__ == "__main__":
    fit(Path(sys.argv[1]), Path(sys.argv[2]))
