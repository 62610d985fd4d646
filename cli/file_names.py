"""Names of downloaded files: key of a PDF → path below the download folder, unique for each key.

Characters that are not allowed in file names on every system are escaped as `%` and two hex digits
a byte, and so is `%` itself; a part that is too long for a file system is cut, and ends in `%~` and
a digest of the whole part. Sources of the rules: POSIX.1 (`/`, NUL, 255 bytes) and Windows
('Naming Files, Paths, and Namespaces').
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
    """Return the relative path for a key that ends in `.pdf`, in upper, lower or mixed case.

    Paths of different keys differ, but on some file systems not if only their case does.
    """
    *folders, name = output_key.split("/")
    return PurePosixPath(*map(_folder_name, folders), _shorten(_escape_part(name)))


def _folder_name(part: str) -> str:
    """Return a folder's name, which never ends in `.pdf`: `a.pdf` and `a.pdf/b.pdf` may exist."""
    name = _escape_part(part)
    if name.lower().endswith(".pdf"):
        name = name[:-1] + _escape(name[-1])
    return _shorten(name)


def _escape_part(part: str) -> str:
    """Return a part of a path with everything escaped that is not a file name everywhere."""
    if part in {"", "."}:  # pathlib drops both from a path
        return _escape(part or "/")
    name = _FORBIDDEN.sub(lambda match: _escape(match[0]), part)
    if name[-1] in ". ":  # Windows drops them; this covers `..`, too
        name = name[:-1] + _escape(name[-1])
    if _DEVICE.match(name):
        name = _escape(name[0]) + name[1:]
    return name


def _shorten(part: str) -> str:
    """Return a part of at most MAX_PART_BYTES, which ends in a digest if it was longer."""
    encoded = part.encode()
    if len(encoded) <= MAX_PART_BYTES:
        return part
    ending = f"%~{hashlib.sha256(encoded).hexdigest()[:32]}{part[-4:]}"
    beginning = encoded[: MAX_PART_BYTES - len(ending.encode())].decode(errors="ignore")
    return beginning + ending


def _escape(character: str) -> str:
    """Return `%` and two hex digits for each byte of the character in UTF-8."""
    return "".join(f"%{byte:02X}" for byte in character.encode())
