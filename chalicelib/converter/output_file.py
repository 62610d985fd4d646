"""Writes output files atomically: complete or not at all."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def unfinished(target: Path) -> Path:
    """Return a new path for the content of `target` until it is complete; create nothing.

    It is that of a hidden file in the same folder, as renaming is atomic only within a file system.
    """
    return target.with_name(f".{secrets.token_hex(8)}.part")


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that replaces `target` at the end of the block unless that raises.

    If `target` exists, its permissions are kept; for a symbolic link, the file that it points to is
    replaced. Devices, pipes and anything below /dev and /proc are written to directly. Raises
    OSError if the file cannot be created, written or renamed.
    """
    if _is_special(target):
        with target.open("wb") as file:
            yield file
        return
    target = Path(os.path.realpath(target))
    partial = unfinished(target)
    try:
        with partial.open("xb") as file:
            yield file
        if target.exists():
            shutil.copymode(target, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _is_special(target: Path) -> bool:
    """Return whether a target must be written to directly."""
    is_below = target.absolute().parts[1:2] in {("dev",), ("proc",)}
    return is_below or (target.exists() and not target.is_file())
