"""Recognizes files that are not text, and names their kind for the person who uploaded them."""

import re

from chalicelib.errors import NotText

CONTROLS = bytes(sorted(set(range(0x20)) - set(b"\b\t\n\v\f\r\x1a\x1b")))
"""C0 control characters that do not occur in text.

BS, HT, LF, VT, FF, CR, ESC and SUB, the end mark of CP/M and DOS, do occur.
"""
_TEXT_BYTES = bytes(sorted(set(range(0x100)) - set(CONTROLS)))

# Magic numbers that the detector does not know, or takes for text.
_MAGIC = (
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "a Microsoft Office document"),
    (re.compile(rb"%PDF-\d\.\d\s"), "a PDF document"),
    (re.compile(rb"\{\\rtf\d"), "a rich text (RTF) document"),
    (re.compile(rb"(?s).{257}ustar"), "a tar archive"),
    (re.compile(rb"(?s).{100}(?:[0-7 ]{7}\0){3}[0-7 ]{11}[ \0]"), "a tar archive"),
)
_KINDS = {
    "application/gzip": "a gzip archive",
    "application/pdf": "a PDF document",
    "application/vnd.microsoft.portable-executable": "a Windows program",
    "application/x-7z-compressed": "a 7-Zip archive",
    "application/x-bzip2": "a bzip2 archive",
    "application/x-elf": "a Linux program",
    "application/x-mach-binary": "a compiled program",
    "application/x-sqlite3": "an SQLite database",
    "application/x-tar": "a tar archive",
    "application/x-xz": "an xz archive",
    "application/zip": "a ZIP archive or an office document",
}


_UNKNOWN = "application/octet-stream"

# Shares of control characters from which on a sample is no text.
_CONTROLS = 1 / 3
_CONTROLS_OF_HOLED = 1 / 20

# The same for bytes in no known form of Unicode, and the number of different controls from which on
# they are data: those of random bytes are a tenth, of all kinds.
_CONTROLS_OF_DATA = 1 / 20
_MIN_CONTROLS_OF_DATA = 16

# What fields are padded with, and the share of bytes beyond ASCII in text that is padded so.
_PADDING = re.compile(rb"\0{2,}")
_OTHERS = 1 / 4
_PRINTABLE = bytes([*b"\t\n\f\r", *range(0x20, 0x7F)])


def controls_in(sample: bytes) -> int:
    """Return the number of bytes of a sample that do not occur in text (CONTROLS)."""
    return len(sample.translate(None, _TEXT_BYTES))


def kind_of(sample: bytes) -> str | None:
    """Return the kind of file that begins with `sample`, such as "a PDF document".

    Returns None for text and for kinds that are not known.
    """
    for magic, kind in _MAGIC:
        if magic.match(sample):
            return kind
    if not controls_in(sample):
        return None  # text may begin with 'BM' or 'MZ', but those formats are never free of NULs
    from chardet import detect  # 40 ms to import, and most text never comes here

    found = detect(sample)
    mime = found.get("mime_type") or _UNKNOWN
    if found["encoding"] is None and mime != _UNKNOWN:
        return _KINDS.get(mime) or _described(mime)
    return None


def check_is_text(sample: bytes, *, is_holed: bool = False) -> None:
    """Raise NotText if the sample, which may be empty, is not the beginning of a text.

    It is none if its kind is known, or if more than a third of it are CONTROLS, except for NULs
    with which fields of a text are padded. A twentieth is enough if `is_holed`, which is whether
    long runs of NULs have been taken out of it, as most programs and other binary files have them.
    """
    if kind := kind_of(sample):
        raise NotText(f"This is not a text file: it looks like {kind}.")
    controls = controls_in(sample)
    share = _CONTROLS_OF_HOLED if is_holed else _CONTROLS
    if controls and controls > share * len(sample) and not _is_padded(sample):
        raise NotText(
            "This is not a text file: "
            f"{controls / len(sample):.0%} of its first {len(sample):,} bytes are control "
            "characters that no text has. It may be a program's own data."
        )


def is_data(sample: bytes) -> bool:
    """Return whether bytes that are not Unicode are data, such as encrypted ones, and no text."""
    controls = controls_in(sample)
    if controls <= _CONTROLS_OF_DATA * len(sample):
        return False
    return len(set(sample).intersection(CONTROLS)) >= _MIN_CONTROLS_OF_DATA


def data_error(sample: bytes) -> NotText:
    """Return the error about data, of which there is at least one byte."""
    share = controls_in(sample) / len(sample)
    return NotText(
        f"This is not a text file: {share:.0%} of {len(sample):,} bytes are control characters "
        "that no text has. It may be encrypted or compressed, or a program's own data."
    )


def _is_padded(sample: bytes) -> bool:
    """Return whether the sample is printable text in fields that are padded with NULs."""
    text = _PADDING.sub(b"", sample)
    others = len(text.translate(None, _PRINTABLE))
    return bool(text) and not controls_in(text) and others <= _OTHERS * len(text)


def _described(mime: str) -> str:
    """Return a description of a file with this MIME type."""
    family, _, name = mime.partition("/")
    name = name.removeprefix("x-").removeprefix("vnd.")
    if family in ("image", "audio", "video", "font"):
        article = "an" if family[0] in "aeiou" else "a"
        return f"{article} {family} file ({name})"
    return f"a file of type {name}"
