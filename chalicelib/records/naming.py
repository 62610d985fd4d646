"""Input key ↔ output key: injective, and without prefixes no longer than its input."""

from chalicelib.errors import KeyTooLong, UnsupportedType

MAX_KEY_BYTES = 1024
"""S3 User Guide, 'Naming Amazon S3 objects': the limit of a key, in UTF-8 bytes."""

_INPUT, _OUTPUT = "txt", "pdf"

SUFFIXES = (f".{_INPUT}",)
"""How the names of files end that are converted, in lower case."""


def is_folder(key: str) -> bool:
    """Whether the key is one of the empty objects with which consoles draw folders."""
    return key.endswith("/")


def output_key(key: str, *, input_prefix: str = "", output_prefix: str = "") -> str:
    """`reports/a.txt` → `reports/a.pdf`; the case of each letter carries over (`.Txt` → `.Pdf`).

    Raise UnsupportedType unless the key ends in `.txt` in any case, and KeyTooLong if the output
    prefix makes the key longer than S3 allows.
    """
    renamed = output_prefix + _renamed(key.removeprefix(input_prefix), _INPUT, _OUTPUT)
    if len(renamed.encode()) > MAX_KEY_BYTES:
        raise KeyTooLong(
            f"The PDF's key would have {len(renamed.encode())} bytes, and S3 allows "
            f"{MAX_KEY_BYTES}: upload the file under a shorter name."
        )
    return renamed


def input_key(key: str, *, input_prefix: str = "", output_prefix: str = "") -> str:
    """The input key whose PDF has this output key: the inverse of `output_key`."""
    return input_prefix + _renamed(key.removeprefix(output_prefix), _OUTPUT, _INPUT)


def _renamed(key: str, old: str, new: str) -> str:
    stem, dot, extension = key.rpartition(".")
    if not (dot and extension.isascii() and extension.lower() == old):
        raise UnsupportedType(
            f"Only text files whose names end in .{old} (in any case) are converted: "
            f"if this is text, upload it again under a name that ends in .{old}."
        )
    letters = (
        there.upper() if here.isupper() else there
        for here, there in zip(extension, new, strict=True)
    )
    return stem + dot + "".join(letters)
