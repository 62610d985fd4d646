"""The mapping between input and output keys: injective, and without prefixes of equal length."""

from chalicelib.errors import KeyTooLong, UnsupportedType

MAX_KEY_BYTES = 1024
"""Maximum length of an object key in bytes of UTF-8 (S3 User Guide, 'Naming Amazon S3 objects')."""

_INPUT, _OUTPUT = "txt", "pdf"

SUFFIXES = (f".{_INPUT}",)
"""Suffixes of the files that are converted, in lower case; keys may have them in any case."""


def is_folder(key: str) -> bool:
    """Return whether the key is that of an empty object by which S3 consoles represent a folder."""
    return key.endswith("/")


def output_key(key: str, *, input_prefix: str = "", output_prefix: str = "") -> str:
    """Return the key of the PDF for an input key: `reports/a.pdf` for `reports/a.txt`.

    The case of each letter of the extension is kept (`.Txt` becomes `.Pdf`). Raises
    UnsupportedType unless the key ends in `.txt` in any case, and KeyTooLong if the output prefix
    makes the key longer than MAX_KEY_BYTES.
    """
    output = output_prefix + _change_extension(key.removeprefix(input_prefix), _INPUT, _OUTPUT)
    if len(output.encode()) > MAX_KEY_BYTES:
        raise KeyTooLong(
            f"The key of the PDF would have {len(output.encode())} bytes, and S3 allows "
            f"{MAX_KEY_BYTES}: upload the file under a shorter name."
        )
    return output


def input_key(key: str, *, input_prefix: str = "", output_prefix: str = "") -> str:
    """Return the input key whose PDF has this output key: the inverse of `output_key`.

    Raises UnsupportedType unless the key ends in `.pdf` in any case.
    """
    return input_prefix + _change_extension(key.removeprefix(output_prefix), _OUTPUT, _INPUT)


def _change_extension(key: str, old: str, new: str) -> str:
    stem, dot, extension = key.rpartition(".")
    if not (dot and extension.isascii() and extension.lower() == old):
        raise UnsupportedType(
            f"Only text files whose names end in .{old} (in any case) are converted: "
            f"if this is text, upload it again under a name that ends in .{old}."
        )
    letters = (
        new_letter.upper() if old_letter.isupper() else new_letter
        for old_letter, new_letter in zip(extension, new, strict=True)
    )
    return stem + dot + "".join(letters)
