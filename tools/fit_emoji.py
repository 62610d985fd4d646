"""Make `emoji.ttf`: `python tools/fit_emoji.py NotoColorEmoji.ttf emoji.ttf`.

The following is changed:

- Images are scaled down from 136 x 128 to 85 x 80 pixels, which is 500 dpi in text of 10 points.
- An image and its variants in other skin colours share their pixels, with different palettes. The
  variants have the same shapes, so this loses no more than a separate palette for each.
- Images are not compressed individually, and those with the same pixels follow one another. So the
  package's compression replaces all but the first by references: the font takes 4 MB of the
  package, and would take 11 with individually compressed images.

The characters and sequences that have an image do not change. Needs numpy, which nothing else
does. The product never runs this.
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

# Errors are in levels of 256 (root mean square over red, green, blue and opacity).
_TARGET_ERROR = 2.0  # colours are added until the error is this small
_MAX_COLOURS = 128
_MAX_SHARED_ERROR = 4.0  # with a larger error, images do not share their pixels

_CHANNELS = 4  # red, green, blue, each multiplied by the fourth, opacity


def fit(source: Path, target: Path) -> None:
    """Write the emoji font `source` to `target` with the changes above."""
    font = TTFont(source, recalcTimestamp=False, lazy=False)
    glyphs = font["CBDT"].strikeData[0]
    pictures: dict[str, bytes] = {}
    for family in _families(font):
        pictures |= _shrink({name: glyphs[name].imageData for name in family})
    blank = [name for name in font.getGlyphOrder() if name not in pictures]
    reorderGlyphs(font, [*blank, *pictures])
    _replace(font, pictures)
    font.save(target)


def _families(font: TTFont) -> Iterator[list[str]]:
    """Yield the names of glyphs with images, grouped if they differ in skin colour only."""
    families: dict[tuple[int, ...], list[str]] = defaultdict(list)
    sequences = _sequences(font)
    for name in font["CBDT"].strikeData[0]:
        plain = tuple(code for code in sequences[name] if code not in _SKIN_COLOURS)
        families[plain or sequences[name]].append(name)
    yield from families.values()


def _sequences(font: TTFont) -> dict[str, tuple[int, ...]]:
    """Return the code points that each glyph represents."""
    sequences: dict[str, tuple[int, ...]]
    sequences = {name: (code,) for code, name in font.getBestCmap().items()}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            for first, ligatures in getattr(table, "ligatures", {}).items():
                for ligature in ligatures:
                    parts = (sequences[name] for name in (first, *ligature.Component))
                    sequences.setdefault(ligature.LigGlyph, tuple(chain.from_iterable(parts)))
    return sequences


def _shrink(originals: dict[str, bytes]) -> dict[str, bytes]:
    """Return smaller PNG files that share their pixels, and differ in their palettes only."""
    pixels = np.concatenate([_pixels(data) for data in originals.values()], axis=1)
    palette, indices, error = _quantized(pixels)
    if error > _MAX_SHARED_ERROR and len(originals) > 1:
        separate: dict[str, bytes] = {}
        for name, data in originals.items():
            separate |= _shrink({name: data})
        return separate
    opacity = palette[:, _CHANNELS - 1 :: _CHANNELS].mean(axis=1)
    smaller = {}
    for number, name in enumerate(originals):
        colours = palette[:, number * _CHANNELS :][:, : _CHANNELS - 1]
        colours = colours * 255 / np.maximum(opacity, 1)[:, None]
        colours[opacity < 1] = 255  # white like the page: readers blend it in when scaling down
        image = Image.frombytes("P", _SIZE, indices.astype(np.uint8).tobytes())
        image.putpalette(_levels(colours))
        file = BytesIO()
        image.save(file, "PNG", compress_level=0, transparency=_levels(opacity))
        smaller[name] = file.getvalue()
    return smaller


def _pixels(data: bytes) -> np.ndarray:
    """Return an array with a row for each pixel of the scaled image."""
    image = Image.open(BytesIO(data)).convert("RGBA").convert("RGBa")
    small = image.resize(_SIZE, Image.Resampling.LANCZOS)
    return np.frombuffer(small.tobytes(), np.uint8).reshape(-1, _CHANNELS).astype(np.float32)


def _levels(values: np.ndarray) -> bytes:
    return bytes(np.clip(np.rint(values), 0, 255).astype(np.uint8).tobytes())


def _quantized(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Return a palette, most frequent colour first; each pixel's index; and the largest error.

    A pixel has the same index in all images of the family. Clusters of colours are split along
    their longest axis until the error is small enough, and then refined by k-means.
    """
    distinct, where, counts = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    weights = counts.astype(np.float32)[:, None]
    clusters = [_Cluster(distinct, weights, np.arange(len(distinct)))]
    max_error = _TARGET_ERROR**2 * pixels.size
    while len(clusters) < _MAX_COLOURS and sum(cluster.error for cluster in clusters) > max_error:
        widest = max(clusters, key=lambda cluster: cluster.error)
        clusters.remove(widest)
        clusters += widest.halves()
    palette = np.array([cluster.mean for cluster in clusters])
    for _ in range(6):
        nearest = ((palette**2).sum(axis=1) - 2 * distinct @ palette.T).argmin(axis=1)
        palette = np.array(
            [
                (distinct[nearest == index] * weights[nearest == index]).sum(axis=0)
                / max(1, weights[nearest == index].sum())
                for index in range(len(palette))
            ]
        )
    squares = ((distinct - palette[nearest]) ** 2 * weights).sum(axis=0).reshape(-1, _CHANNELS)
    error = float((squares.sum(axis=1) / (len(pixels) * _CHANNELS)).max() ** 0.5)
    frequent = np.argsort(-np.bincount(nearest, weights[:, 0], len(palette)), kind="stable")
    return palette[frequent], np.argsort(frequent)[nearest[where.ravel()]], error


class _Cluster:
    """A cluster of similar colours."""

    def __init__(self, colours: np.ndarray, weights: np.ndarray, members: np.ndarray) -> None:
        self._all = colours, weights, members
        own, weight = colours[members], weights[members]
        self.mean = (own * weight).sum(axis=0) / weight.sum()
        self._off = own - self.mean
        self._spread = (self._off**2 * weight).sum(axis=0)
        self.error = float(self._spread.sum())

    def halves(self) -> Iterable["_Cluster"]:
        """Return two clusters, split at the mean across the longest axis."""
        colours, weights, members = self._all
        covariance = (self._off * weights[members]).T @ self._off
        axis = self._spread
        for _ in range(8):  # power iteration
            axis = covariance @ axis
            axis = axis / np.linalg.norm(axis)
        side = self._off @ axis > 0
        return [_Cluster(colours, weights, members[half]) for half in (side, ~side)]


def _replace(font: TTFont, pictures: dict[str, bytes]) -> None:
    """Replace the font's images; the glyphs with images are the last ones, in this order."""
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
