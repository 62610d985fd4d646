"""The converter's decoder, and other detectors: each turns bytes into text."""

import io
from collections.abc import Callable

from bench.encoding.texts import Case
from chalicelib.converter.reading.decoding import Decoding
from chalicelib.errors import NotText


def ours(case: Case) -> str | None:
    """Decode with the converter's decoder."""
    try:
        text = "".join(Decoding(io.BytesIO(case.source), None, case.likely))
    except NotText:
        return None
    return text.replace("\x85", "\n")  # NEL is the line end of EBCDIC


def chardet(case: Case) -> str | None:
    """Decode in the encoding that chardet detects."""
    from chardet import detect

    return _decoded(case.source, detect(case.source)["encoding"])


def charset_normalizer(case: Case) -> str | None:
    """Decode in the encoding that charset-normalizer detects."""
    from charset_normalizer import from_bytes

    best = from_bytes(case.source).best()
    return _decoded(case.source, best.encoding if best else None)


def _decoded(source: bytes, name: str | None) -> str | None:
    try:
        return source.decode(name or "ascii").removeprefix("\ufeff").replace("\x85", "\n")
    except (LookupError, UnicodeDecodeError):
        return None


READERS: dict[str, Callable[[Case], str | None]] = {
    "the converter": ours,
    "chardet": chardet,
    "charset-normalizer": charset_normalizer,
}
