"""Input key ↔ output key: a bijection between the keys of text files and those that end in `.pdf`.

- `a.log` → `a.log.pdf`, for every suffix of a text file other than `.txt`, also with `.gz` behind;
- `a.txt` → `a.pdf`, and the case of each letter carries over (`.Txt` → `.Pdf`); but
- `a.log.txt` → `a.log.txt.pdf`, and likewise however many `.txt` follow: `a.log.pdf` is taken.

So of `x` and `x.txt` exactly one is the text of `x.pdf`, and the key alone says which.
"""

from itertools import product
from math import prod
from unicodedata import normalize

from chalicelib.errors import KeyTooLong, UnsupportedType
from chalicelib.suffixes import COMPRESSED, TEXT, Suffixes, is_suffix

MAX_KEY_BYTES = 1024
"""Maximum length of an object key in bytes of UTF-8 (S3 User Guide, 'Naming Amazon S3 objects')."""

_MAX_FORMS = 8
"""Forms of a key that are looked up at most, apart from the key itself: three names have these."""

_MAX_FACTOR = 3
"""How many times as long a decomposed key is at most, as one of Hangul."""

_OUTPUT = "pdf"
_APPENDED = f".{_OUTPUT}"
_PLAIN = f".{TEXT}"

ALL = Suffixes()


def is_folder(key: str) -> bool:
    """Return whether the key ends in `/`.

    So do the keys of the empty objects by which S3 consoles represent folders.
    """
    return key.endswith("/")


def unicode_forms(key: str) -> list[str]:
    """Return the key, and then its other composed and decomposed forms (UAX #15, NFC and NFD).

    Keys are compared byte by byte, but é has two spellings that look the same: keyboards type the
    composed form, and macOS has names of files in the decomposed one. Each name between slashes may
    be in another form, if that makes no more than _MAX_FORMS. Forms longer than MAX_KEY_BYTES are
    left out. Raises UnicodeEncodeError if the key is not valid Unicode.
    """
    if len(key) > _MAX_FACTOR * MAX_KEY_BYTES:
        return []
    forms = [key]
    if not key.isascii():
        names = [
            dict.fromkeys([normalize("NFC", name), normalize("NFD", name)])
            for name in key.split("/")
        ]
        if prod(map(len, names)) <= _MAX_FORMS:
            forms += map("/".join, product(*names))
        else:
            forms += [normalize("NFC", key), normalize("NFD", key)]
    return [form for form in dict.fromkeys(forms) if len(form.encode()) <= MAX_KEY_BYTES]


def output_key(
    key: str, *, input_prefix: str = "", output_prefix: str = "", suffixes: Suffixes = ALL
) -> str:
    """Return the key of the PDF of a text: `reports/a.txt` → `reports/a.pdf`.

    `input_prefix` is removed from the key if it begins with it, and `output_prefix` is put in
    front. Raises UnsupportedType unless the key ends in one of `suffixes.converted`, in any case
    and also with `.gz` behind it, and KeyTooLong if the key of the PDF would be longer than
    MAX_KEY_BYTES.
    """
    name = key.removeprefix(input_prefix)
    if not _is_converted(name, suffixes):
        raise UnsupportedType(
            "The file's name has no suffix of a text file: if it is text, upload it again under a "
            "name that ends, in any case and also with .gz behind it, in one of "
            f"{', '.join(suffixes.dotted)}."
        )
    renamed = output_prefix + _renamed(name, suffixes)
    if len(renamed.encode()) > MAX_KEY_BYTES:
        raise KeyTooLong(
            f"The key of the PDF would have {len(renamed.encode())} bytes, and S3 allows "
            f"{MAX_KEY_BYTES}: upload the file under a shorter name."
        )
    return renamed


def input_key(
    key: str, *, input_prefix: str = "", output_prefix: str = "", suffixes: Suffixes = ALL
) -> str:
    """Return the input key whose PDF has this output key: the inverse of `output_key`.

    The prefixes and `suffixes` are those of `output_key`. Raises UnsupportedType unless the key
    ends in `.pdf`, in any case. It is not checked that the text exists, or that its suffix is still
    converted.
    """
    name = key.removeprefix(output_prefix)
    stem, dot, extension = name.rpartition(".")
    if not dot or not _is(extension, _OUTPUT):
        raise UnsupportedType(f"Keys of PDFs end in {_APPENDED}, in any case.")
    if extension == _OUTPUT and _keeps_its_name(stem, suffixes):
        return input_prefix + stem
    return input_prefix + stem + dot + _like(extension, TEXT)


def other_input_key(
    key: str, *, input_prefix: str = "", output_prefix: str = "", suffixes: Suffixes = ALL
) -> str | None:
    """Return the input key whose PDF may have had this output key under another list of suffixes.

    For the output key `x.pdf` it is the one of `x` and `x.txt` that `input_key` does not return.
    None if this can be the PDF of one text only: because the key does not end in `.pdf` in lower
    case, or because no list may have the suffix of `x`, apart from `.txt` at its end.
    """
    stem, dot, extension = key.removeprefix(output_prefix).rpartition(".")
    suffix = _suffix(_without_txt(stem))
    if not dot or extension != _OUTPUT or suffix is None or not is_suffix(suffix):
        return None
    return input_prefix + (stem + _PLAIN if _keeps_its_name(stem, suffixes) else stem)


def _renamed(key: str, suffixes: Suffixes) -> str:
    if _keeps_its_name(key, suffixes):
        return key + _APPENDED
    stem, dot, extension = key.rpartition(".")
    return stem + dot + _like(extension, _OUTPUT)


def _is_converted(key: str, suffixes: Suffixes) -> bool:
    suffix = _suffix(key)
    return suffix is not None and suffix.removesuffix(f".{COMPRESSED}") in suffixes.converted


def _keeps_its_name(key: str, suffixes: Suffixes) -> bool:
    """Whether the PDF's key is this one with `.pdf` behind it."""
    suffix = _suffix(_without_txt(key))
    if suffix is None or suffix == TEXT:
        return False
    stem = suffix.removesuffix(f".{COMPRESSED}")
    return stem in suffixes.mapped or (stem == TEXT and stem != suffix)


def _without_txt(key: str) -> str:
    while key.endswith(_PLAIN):
        key = key.removesuffix(_PLAIN)
    return key


def _suffix(key: str) -> str | None:
    """Return the key's suffix in lower case, with the `.gz` behind it if there is one."""
    stem, dot, extension = key.rpartition(".")
    if not dot or not extension.isascii():
        return None
    extension = extension.lower()
    if extension != COMPRESSED:
        return extension
    _, dot, inner = stem.rpartition(".")
    return f"{inner.lower()}.{COMPRESSED}" if dot and inner.isascii() else None


def _is(extension: str, name: str) -> bool:
    return extension.isascii() and extension.lower() == name


def _like(extension: str, name: str) -> str:
    """Return the name with the case of each letter as in the extension, which is as long."""
    letters = zip(extension, name, strict=True)
    return "".join(there.upper() if here.isupper() else there for here, there in letters)
