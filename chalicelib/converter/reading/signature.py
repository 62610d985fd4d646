"""Recognizes files that are not text, and names their kind for the person who uploaded them."""

import re

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
)
_KINDS = {
    "application/gzip": "a gzip archive",
    "application/octet-stream": "bytes that are not text",
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


def controls_in(sample: bytes) -> int:
    """Return the number of bytes that do not occur in text."""
    return len(sample.translate(None, _TEXT_BYTES))


def looks_like(sample: bytes) -> str | None:
    """Name the kind of file that begins with `sample`, or None if it may well be text."""
    for magic, kind in _MAGIC:
        if magic.match(sample):
            return kind
    controls = controls_in(sample)
    if not controls:
        return None  # text may begin with 'BM' or 'MZ', but those formats are never free of NULs
    from chardet import detect  # 40 ms to import, and most text never comes here

    found = detect(sample)
    mime = found.get("mime_type") or "application/octet-stream"
    if found["encoding"] is None and mime != "application/octet-stream":
        return _KINDS.get(mime) or _described(mime)
    if controls * 3 > len(sample):
        return _KINDS["application/octet-stream"]
    return None


def _described(mime: str) -> str:
    family, _, name = mime.partition("/")
    name = name.removeprefix("x-").removeprefix("vnd.")
    if family in ("image", "audio", "video", "font"):
        article = "an" if family[0] in "aeiou" else "a"
        return f"{article} {family} file ({name})"
    return f"a file of type {name}"
