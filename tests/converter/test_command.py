import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from chalicelib.converter.__main__ import main


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return str(document[0].get_textpage().get_text_range())


def test_a_file_becomes_a_pdf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.pdf"
    source.write_text("from a file\n", encoding="utf-8")
    assert main([str(source), str(target), "--page-size", "letter", "-v"]) == 0
    assert text_of(target.read_bytes()).startswith("from a file")
    assert "1 pages; ascii (certain)" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.txt", "out.pdf"]


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
def test_what_cannot_be_done_is_one_sentence_and_leaves_the_old_file(
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


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.txt"), str(tmp_path / "out.pdf")]) == 1
    assert "none.txt" in capsys.readouterr().err
