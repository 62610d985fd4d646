"""The PNG predictor Up of PDF filters (PDF 32000-1, 7.4.4.4), for rows of eight bytes."""

import sys
from array import array
from functools import cache

DECODE_PARMS = b"/DecodeParms<</Predictor 12/Columns 8>>"
"""The entry of a stream's dictionary that describes the data that `encoded` returns."""

_ROW = 8
"""Bytes of a row."""

_BLOCK = 8192
"""Rows that are encoded at once, which bounds memory."""

_UP = b"\2"
"""The tag of a row that consists of differences from the row above (ISO/IEC 15948, 9.2)."""


def serialized(rows: "array[int]") -> bytes:
    """Return 64-bit integers in big-endian order."""
    if sys.byteorder == "little":
        rows = rows[:]
        rows.byteswap()
    return rows.tobytes()


def encoded(rows: "array[int]") -> bytes:
    """Return 64-bit integers as rows of differences; those that count up are equal."""
    out = bytearray()
    above = 0
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        shifted = array("Q", [above]) + block[:-1]
        above = block[-1]
        out += _tagged(_differences(serialized(block), serialized(shifted)))
    return bytes(out)


@cache
def _mask(byte: bytes, size: int) -> int:
    """Return a number of `size` equal bytes."""
    return int.from_bytes(byte * size, "big")


def _differences(minuend: bytes, subtrahend: bytes) -> bytes:
    """Return the differences of bytes, modulo 256."""
    size = len(minuend)
    high, low = _mask(b"\x80", size), _mask(b"\x7f", size)
    a, b = int.from_bytes(minuend, "big"), int.from_bytes(subtrahend, "big")
    # The highest bit of each byte is set aside, so that no byte borrows from the next.
    return (((a | high) - (b & low)) ^ ((a ^ b ^ high) & high)).to_bytes(size, "big")


def _tagged(data: bytes) -> bytes:
    """Return rows with their tags."""
    rows = len(data) // _ROW
    out = bytearray(rows * (_ROW + 1))
    out[:: _ROW + 1] = _UP * rows
    for column in range(_ROW):
        out[column + 1 :: _ROW + 1] = data[column::_ROW]
    return bytes(out)
