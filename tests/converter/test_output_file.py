"""Files that are written whole or not at all, and what must never be replaced."""

import os
import stat
import threading
from pathlib import Path

import pytest

from chalicelib.converter.output_file import replacing


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "out.pdf"
    with replacing(target) as file:
        file.write(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert names(tmp_path) == ["out.pdf"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_an_error_only_the_old_file_is_left(
    tmp_path: Path, error: type[BaseException]
) -> None:
    target, own = tmp_path / "out.pdf", tmp_path / "out.pdf.part"
    target.write_bytes(b"old")
    own.write_bytes(b"the user's own")

    def interrupted() -> None:
        with replacing(target) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        interrupted()
    assert (target.read_bytes(), own.read_bytes()) == (b"old", b"the user's own")
    assert names(tmp_path) == ["out.pdf", "out.pdf.part"]


def test_a_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "out.pdf"
    target.write_bytes(b"old")
    target.chmod(0o600)
    with replacing(target) as file:
        file.write(b"new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_the_target_of_a_symbolic_link_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "real.pdf", tmp_path / "link.pdf"
    target.write_bytes(b"old")
    link.symlink_to(Path("there") / "real.pdf")
    with replacing(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert (names(tmp_path), names(tmp_path / "there")) == (["link.pdf", "there"], ["real.pdf"])


def test_a_file_name_may_have_the_maximum_length(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 251 + ".pdf")
    with replacing(target) as file:
        file.write(b"new")
    assert target.read_bytes() == b"new"


def test_a_pipe_is_written_to_directly(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    with replacing(pipe) as file:
        file.write(b"through")
    reader.join()
    assert read == [b"through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert names(tmp_path) == ["pipe"]


def test_a_device_is_written_to_directly() -> None:
    before = Path("/dev/null").stat()
    with replacing(Path("/dev/null")) as file:
        file.write(b"gone")
    after = Path("/dev/null").stat()
    assert stat.S_ISCHR(after.st_mode)
    assert (after.st_ino, after.st_rdev) == (before.st_ino, before.st_rdev)
