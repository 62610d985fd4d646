"""Shapes text with HarfBuzz, and divides it into clusters with codes of a font."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

import uharfbuzz as hb

from chalicelib.converter.fonts.clusters import ClusterFont, EncodedText

_GLYPHS_ONLY = hb.BufferSerializeFlags.NO_GLYPH_NAMES | hb.BufferSerializeFlags.NO_CLUSTERS


def shape_clusters(
    text: str, font: ClusterFont, *, rtl: bool
) -> tuple[Sequence[int], list[bytes], list[float]]:
    """Return starts, codes and advances of the clusters of a text, in typing order.

    The text must not be empty. Starts are indices into it, codes are escaped for a literal string,
    and advances are in thousandths of the type size. The font assigns codes to new clusters.
    """
    buffer, glyphs = _shape(text, font, rtl=rtl)
    starts: Sequence[int] = range(len(text))
    encoded = font.encoded[rtl]
    # Where each character has the glyph that it had as a cluster of its own before, the clusters
    # need not be read from the buffer: a ligature's glyph is never that of one character.
    known = list(map(encoded.get, zip(text, glyphs, strict=False)))
    clusters = [cluster for cluster in known if cluster]
    if not len(clusters) == len(glyphs) == len(text):
        groups, starts = _group(text, buffer, glyphs, rtl=rtl)
        clusters = [encoded.get(group) or font.encode(*group, rtl=rtl) for group in groups]
    return starts, [code for code, _ in clusters], [advance for _, advance in clusters]


def shape_words(
    words: Sequence[str], font: ClusterFont, *, rtl: bool
) -> Iterator[tuple[str, EncodedText]]:
    """Shape words in one call, and yield those whose clusters all are in `font.encoded` already.

    The others are left out, to be shaped alone. With each word come its codes, from left to right,
    and its advance. The words must not be empty or have line feeds, which separate them here, as no
    font has rules for line feeds.
    """
    text = "\n".join(words)
    buffer, glyphs = _shape(text, font, rtl=rtl)
    starts: Sequence[int] = range(len(text))
    encoded = font.encoded[rtl]
    known: list[EncodedText | None] = []
    if len(glyphs) == len(text):
        known = list(map(encoded.get, zip(text, glyphs, strict=True)))
    if sum(map(bool, known)) <= len(text) - len(words):
        groups, starts = _group(text, buffer, glyphs, rtl=rtl)
        known = list(map(encoded.get, groups))
    at = start = 0
    for word in words:
        at += len(word)
        end = bisect_left(starts, at)
        clusters = [cluster for cluster in known[start:end] if cluster]
        if len(clusters) == end - start:
            codes = [code for code, _ in clusters]
            yield word, join_clusters(codes, [advance for _, advance in clusters], rtl=rtl)
        at, start = at + 1, end + 1


def join_clusters(codes: list[bytes], advances: list[float], *, rtl: bool) -> EncodedText:
    """Return the codes of clusters from left to right, and the sum of their advances.

    The clusters are in typing order, which is reversed if `rtl`.
    """
    return b"".join(codes[::-1] if rtl else codes), sum(advances)


def _shape(text: str, font: ClusterFont, *, rtl: bool) -> tuple[hb.Buffer, list[str]]:
    """Return HarfBuzz's buffer for a text, and its serialized glyphs in typing order."""
    buffer = hb.Buffer()
    buffer.add_str(font.face.shown(text))
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if rtl else "ltr"
    buffer.language = "und"  # the default is the language of the machine
    hb.shape(font.face.hb_font, buffer)
    glyphs = buffer.serialize(font.face.hb_font, flags=_GLYPHS_ONLY)[1:-1].split("|")
    if rtl:
        glyphs.reverse()
    return buffer, glyphs


def _group(
    text: str, buffer: hb.Buffer, glyphs: list[str], *, rtl: bool
) -> tuple[list[tuple[str, str]], list[int]]:
    """Return text and glyphs of each cluster, and where it starts, in typing order.

    The glyphs of a cluster are in order from left to right.
    """
    starts = [info.cluster for info in buffer.glyph_infos]
    if rtl:
        starts.reverse()
    cluster_starts = list(dict.fromkeys(starts))
    texts = [text[start:end] for start, end in pairwise([*cluster_starts, len(text)])]
    groups = glyphs[:]
    joined = [n for n, (start, next_start) in enumerate(pairwise(starts)) if start == next_start]
    for n in reversed(joined):
        glyph = groups.pop(n + 1)
        groups[n] = f"{glyph}|{groups[n]}" if rtl else f"{groups[n]}|{glyph}"
    return list(zip(texts, groups, strict=True)), cluster_starts
