"""Files that are no text are rejected, and text that looks like them is not."""

from random import Random

import pytest

from chalicelib.errors import NotText
from tests.converter.reading.decoded import read

BINARY = [
    (b"PK\x03\x04\x14\x00\x06\x00" + bytes(60), "ZIP"),
    (b"%PDF-1.7\n1 0 obj\n", "PDF"),
    (b"\x7fELF\x02\x01\x01" + bytes(57), "Linux program"),
    (b"MZ\x90\x00\x03" + bytes(59), "Windows program"),
    (b"\x89PNG\r\n\x1a\n" + bytes(50), "image"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(50), "image"),
    (b"GIF89a\x01\x00\x01\x00\x00" + bytes(30), "image"),
    (b"\x1f\x8b\x08\x00\x00\x00\x00\x00" + bytes(range(256)), "gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "Office"),
    (b"SQLite format 3\0" + bytes(100), "SQLite"),
    (b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(90), "7-Zip"),
    (b"{\\rtf1\\ansi hello}", "RTF"),
    (b"notes.txt".ljust(257, b"\0") + b"ustar\x0000" + bytes(200), "tar"),
    (b"notes.txt".ljust(100, b"\0") + b"000644 \0" * 3 + b"00000000017 " + bytes(400), "tar"),
    (bytes(1000), "nothing but NUL"),
    (bytes(600_000), "nothing but NUL"),
    (bytes(range(9)) * 20, "control characters that no text has"),
    (bytes(4096) + bytes(range(9)) * 20, "control characters that no text has"),
    (bytes(4096) + b"\x89PNG\r\n\x1a\n" + bytes(50), "image"),
    (b"TZif2" + bytes(15) + bytes(range(1, 20)) * 9 + b"\nUTC0\n", "control characters"),
]


@pytest.mark.parametrize(("source", "kind"), BINARY, ids=[kind for _, kind in BINARY])
@pytest.mark.parametrize("declared", [None, "utf-8", "iso-8859-1"])
def test_a_binary_file_is_rejected_with_its_kind(
    source: bytes, kind: str, declared: str | None
) -> None:
    if declared and b"\0" not in source:
        pytest.skip("declared as text, and nothing in it says otherwise")
    with pytest.raises(NotText, match=kind):
        read(source, declared)


@pytest.mark.parametrize("size", [1000, 5000, 400_000])
@pytest.mark.parametrize("seed", range(5))
def test_encrypted_or_compressed_data_without_a_signature_is_rejected(size: int, seed: int) -> None:
    data = Random(seed).randbytes(size)  # noqa: S311 - the same inputs in every run
    with pytest.raises(NotText, match="may be encrypted or compressed"):
        read(data)


def test_text_with_a_few_kinds_of_controls_is_text() -> None:
    """Symbols of DOS, frames of serial lines, separators of fields and records."""
    text = (
        "\x01Größe\x02 und Länge\x03\x04 für die Tür\x05\x06\x1c\x1d\x1e\x1f und für alle\x10\x11\n"
    )
    for encoding in ("cp850", "cp1252", "utf-8"):
        assert "\x1e" in read((text * 50).encode(encoding))[0]
    every = "".join(map(chr, range(32))) + "für alle ist das ein Text mit vielen Zeichen darin. "
    assert read((every * 20).encode())[0] == every * 20


@pytest.mark.parametrize(
    "start", ["BM", "MZ", "PK", "GIF8", "%!PS", "RIFF", "%PDF is a format", "ID3"]
)
def test_text_that_begins_like_a_binary_file_is_text(start: str) -> None:
    text = start + " für die Größe der Tür, über Äpfel und schöne Straßen\n"
    assert read(text.encode())[0] == text
    assert read((text * 20).encode("cp1252"))[0] == text * 20
