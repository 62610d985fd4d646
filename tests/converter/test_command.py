import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from chalicelib.converter import Options
from chalicelib.converter import __main__ as command
from chalicelib.converter.__main__ import main
from chalicelib.converter.option_kinds import Option
from chalicelib.converter.options import OPTIONS
from chalicelib.errors import NotText


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return str(document[0].get_textpage().get_text_range())


def test_a_file_becomes_a_pdf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.pdf"
    source.write_text("from a file\n", encoding="utf-8")
    assert main([str(source), str(target), "--page-size", "letter", "-v"]) == 0
    assert text_of(target.read_bytes()).startswith("from a file")
    stderr = capsys.readouterr().err
    assert "1 pages; ascii (certain)" in stderr
    assert "letter portrait, 10 pt" in stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.txt", "out.pdf"]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.flag)
def test_every_option_can_be_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: Option
) -> None:
    received: list[object] = []

    def convert(*arguments: object) -> None:
        received.extend(arguments)
        raise NotText("seen enough")

    monkeypatch.setattr(command, "convert", convert)
    source = tmp_path / "in.txt"
    source.write_bytes(b"text")
    assert main([str(source), str(tmp_path / "out.pdf"), option.flag, option.example]) == 1
    assert Options.parse({option.key: option.example}) in received


def test_help_has_every_option_with_its_values_and_default(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")  # wide enough not to wrap at hyphens
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for option in OPTIONS:
        assert f"{option.flag} {option.name.upper()} {option.help}: {option.kind.allowed}" in text
        assert not option.default_text or f"(default: {option.default_text})" in text


def test_the_same_file_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text("twice", encoding="utf-8")
    targets = [tmp_path / "1.pdf", tmp_path / "2.pdf"]
    assert [main([str(source), str(target)]) for target in targets] == [0, 0]
    assert targets[0].read_bytes() == targets[1].read_bytes()


def test_standard_input_becomes_standard_output() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "chalicelib.converter", "-", "-"],
        input=b"through a pipe\n",
        capture_output=True,
        check=True,
    )
    assert text_of(ran.stdout).startswith("through a pipe")
    assert ran.stderr == b""


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (bytes(100), [], "not a text file"),
        (b"x", ["--font-size", "1000"], "pdf-font-size cannot be '1000'"),
    ],
)
def test_an_error_is_one_sentence_and_keeps_the_old_file(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    arguments: list[str],
    message: str,
) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.pdf"
    source.write_bytes(content)
    target.write_bytes(b"old")
    assert main([str(source), str(target), *arguments]) == 1
    assert message in capsys.readouterr().err
    assert target.read_bytes() == b"old"
    assert not target.with_name("out.pdf.part").exists()


def test_a_missing_file_is_named_in_the_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none.txt"), str(tmp_path / "out.pdf")]) == 1
    assert "none.txt" in capsys.readouterr().err


def run(*arguments: str | bytes, stdin: int | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "chalicelib.converter", *arguments], capture_output=True, stdin=stdin
    )


@pytest.mark.parametrize("kind", ["itself", "hard link", "symbolic link", "standard input"])
def test_a_pdf_never_replaces_its_text(tmp_path: Path, kind: str) -> None:
    source, target = tmp_path / "same.txt", tmp_path / "other.txt"
    source.write_bytes(b"text")
    if kind == "hard link":
        target.hardlink_to(source)
    elif kind == "symbolic link":
        target.symlink_to(source)
    else:
        target = source
    if kind == "standard input":
        with source.open("rb") as opened:
            done = run("-", str(target), stdin=opened.fileno())
    else:
        done = run(str(source), str(target))
    assert done.returncode == 1
    assert b"choose another name" in done.stderr
    assert source.read_bytes() == b"text"


def test_an_error_is_reported_when_the_pdf_goes_to_a_device(tmp_path: Path) -> None:
    source = tmp_path / "zeros.txt"
    source.write_bytes(bytes(100))
    done = run(str(source), "/dev/null")
    assert done.returncode == 1
    assert b"not a text file" in done.stderr


def test_file_names_that_are_not_utf8_are_accepted(tmp_path: Path) -> None:
    source = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(source)).write_bytes(b"text")
    target = tmp_path / "out.pdf"
    assert run(source, str(target)).returncode == 0
    assert "caf\ufffd.txt" in text_of(target.read_bytes())
    assert run(source, str(target), "--title", b"th\xe9").returncode == 0
    assert "th\ufffd" in text_of(target.read_bytes())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--created", "0001-01-01T00:00:00+14:00"),
        ("--created", "yesterday"),
        ("--language", "en, de"),
    ],
)
def test_an_invalid_value_is_named_in_the_error(tmp_path: Path, option: str, value: str) -> None:
    source = tmp_path / "in.txt"
    source.write_bytes(b"text")
    done = run(str(source), str(tmp_path / "out.pdf"), option, value)
    assert done.returncode == 2
    assert option.encode() in done.stderr
    assert value.encode() in done.stderr
    assert b"Traceback" not in done.stderr
    assert not (tmp_path / "out.pdf").exists()


def test_a_file_of_1970_is_dated_1970(tmp_path: Path) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.pdf"
    source.write_bytes(b"text")
    os.utime(source, (0, 0))
    assert main([str(source), str(target)]) == 0
    with pikepdf.open(target) as opened:
        assert str(opened.docinfo["/CreationDate"]).startswith("D:19700101")
