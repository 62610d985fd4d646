"""Divides the rows of a page, as one string, into marked-content sequences."""

from collections.abc import Sequence

from chalicelib.converter.document.content import Mark

MARK = b"\f"
"""Stands in the code of rows where a marked-content sequence begins."""


def divided(rows: list[str], marks: Sequence[Mark]) -> list[str]:
    """Return the rows with a MARK where each of the marks but the first begins."""
    rows = rows[:]
    for number, place, _ in reversed(marks[1:]):
        row = rows[number]
        rows[number] = f"{row[:place]}\n\f{row[place:]}" if place else "\f" + row
    return rows


def marked(code: bytes, line_end: bytes, mark: bytes, marks: Sequence[Mark]) -> bytes:
    """Return the operators that draw rows, of which `code` is the escaped string.

    Each part of the string that begins with `mark` is a marked-content sequence. Without `marks`,
    there are none.
    """
    if not marks:
        return b"(" + code.replace(line_end, b")'\n(") + b")'\n"
    out: list[bytes] = []
    parts = (code + line_end).split(mark)
    for number, (part, (_, place, tag)) in enumerate(zip(parts, marks, strict=True)):
        rows = part.replace(line_end, b")'\n(")
        if place:
            rows = rows.replace(b")'\n(", b")Tj\n(", 1)
        out.append(b"/%b<</MCID %d>>BDC\n(%bEMC\n" % (tag, number, rows[:-1]))
    return b"".join(out)
