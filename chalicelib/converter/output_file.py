"""Files that are written whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def unfinished(target: Path) -> Path:
    """Return a new name beside the target, where its content is until it is whole.

    It must be on the same file system: only there is a rename all or nothing.
    """
    return target.with_name(f".{secrets.token_hex(8)}.part")


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `target` unless the block raises.

    A symbolic link stays and its target is replaced. What is no regular file, such as a device or
    a pipe, is written to directly, and so is all below /dev and /proc.
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
    is_below = target.absolute().parts[1:2] in {("dev",), ("proc",)}
    return is_below or (target.exists() and not target.is_file())
