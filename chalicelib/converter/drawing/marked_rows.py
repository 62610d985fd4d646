"""Makes the operators that draw rows as one string, with those of marked-content sequences."""

from collections.abc import Sequence
from operator import itemgetter

from chalicelib.converter.drawing.content_sequences import Mark

MARK = b"\f"
"""Stands in the code of rows where a marked-content sequence begins."""

_SEQUENCE = b"/P<</MCID %d>>BDC\n"

FIRST_SEQUENCE = _SEQUENCE % 0
"""The operator that begins the first sequence of a page, unless that is a link."""

_NEXT_SEQUENCE = b"EMC\n" + _SEQUENCE + b"("
_TAG = itemgetter(2)


def joined(rows: list[str], marks: Sequence[Mark]) -> str:
    """Return the rows as lines, with a MARK where each of the marks but the first begins.

    At the start of a row, it is instead of the line end before it.
    """
    if len(marks) > 1:
        rows = rows[:]
        for number, place, _ in marks[:0:-1]:
            if place:
                row = rows[number]
                rows[number] = f"{row[:place]}\f{row[place:]}"
            else:
                rows[number - 1] = f"{rows[number - 1]}\f{rows.pop(number)}"
    return "\n".join(rows)


def marked(
    code: bytes, line_end: bytes, mark: bytes, marks: Sequence[Mark], first: int = 0
) -> bytes:
    """Return the operators that draw rows, of which `code` is the escaped string.

    Each part of the string that begins with `mark` is a marked-content sequence. Without `marks`,
    there are none. On pages without links, all of them begin with a row. `first` is the number of
    the first sequence.
    """
    if not marks:
        return b"(" + code.replace(line_end, b")'\n(") + b")'\n"
    if b"Link" in map(_TAG, marks):
        return _marked_parts(code, line_end, mark, marks, first)
    shown = code.replace(line_end, b")'\n(")
    if len(marks) > 1:  # formatting once is faster than a part at a time
        sequences = shown.replace(b"%", b"%%").replace(mark, b")'\n" + _NEXT_SEQUENCE)
        shown = sequences % tuple(range(first + 1, first + len(marks)))
    return _SEQUENCE % first + b"(" + shown + b")'\nEMC\n"


def _marked_parts(
    code: bytes, line_end: bytes, mark: bytes, marks: Sequence[Mark], first: int
) -> bytes:
    """Return the operators that draw rows of which some sequences are links."""
    out: list[bytes] = []
    parts = code.split(mark)
    for number, (part, (_, place, tag)) in enumerate(zip(parts, marks, strict=True), first):
        rows = part.replace(line_end, b")'\n(") + b")'\n"
        if place:
            rows = rows.replace(b")'\n", b")Tj\n", 1)
        out.append(b"/%b<</MCID %d>>BDC\n(%bEMC\n" % (tag, number, rows))
    return b"".join(out)
