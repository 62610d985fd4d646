"""Key of a PDF → path under the folder of downloads: never outside it, and no two keys alike.

What cannot be a file's name everywhere is written as `%` and two hex digits, and so is `%`; a
part that is too long for a file system ends in `%~` and a digest of the whole part. Sources of
what cannot be: POSIX.1 (`/`, NUL, 255 bytes), Windows ('Naming Files, Paths, and Namespaces').
"""

import hashlib
import re
from pathlib import PurePosixPath

MAX_PART_BYTES = 255

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f"%*:<>?\\|]')
_DEVICE = re.compile(
    r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³]) *(\.|$)", re.IGNORECASE
)


def path(output_key: str) -> PurePosixPath:
    """The relative path for a key that ends in `.pdf`, in whichever case."""
    *folders, name = output_key.split("/")
    return PurePosixPath(*map(_folder, folders), _short(_part(name)))


def _folder(part: str) -> str:
    """A folder's name; never like a file's, or `a.pdf` and `a.pdf/b.pdf` could not both be."""
    named = _part(part)
    if named.lower().endswith(".pdf"):
        named = named[:-1] + _escaped(named[-1])
    return _short(named)


def _part(part: str) -> str:
    if part in {"", "."}:  # a path would swallow both
        return _escaped(part or "/")
    named = _FORBIDDEN.sub(lambda match: _escaped(match[0]), part)
    if named[-1] in ". ":  # Windows drops them; and `..` ends so, too
        named = named[:-1] + _escaped(named[-1])
    if _DEVICE.match(named):
        named = _escaped(named[0]) + named[1:]
    return named


def _short(part: str) -> str:
    encoded = part.encode()
    if len(encoded) <= MAX_PART_BYTES:
        return part
    ending = f"%~{hashlib.sha256(encoded).hexdigest()[:32]}{part[-4:]}"
    kept = encoded[: MAX_PART_BYTES - len(ending.encode())].decode(errors="ignore")
    return kept + ending


def _escaped(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode())
