"""UTF-8 whose characters are cut: fields of logs end after so many bytes, or halves of UTF-16."""

import io

import pytest

from chalicelib.converter.reading.decoding import Decoding

CHINESE = [f"2024-01-01 用户 {n} 登录成功，来自北京市海淀区中关村大街的请求" for n in range(60)]


def read(source: bytes, block: int = 4096) -> tuple[str, int, int]:
    """The text, and how many of its characters were replaced and repaired."""
    decoding = Decoding(io.BytesIO(source), block=block)
    return "".join(decoding), decoding.replaced, decoding.repaired


@pytest.mark.parametrize("block", [64, 4096])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_character_that_is_cut_at_the_end_of_a_line_is_one_replacement(
    end: str, block: int
) -> None:
    fields = [line.encode()[: 60 + n % 9] for n, line in enumerate(CHINESE)]
    text, replaced, repaired = read(b"".join(field + end.encode() for field in fields), block)
    assert text == "".join(field.decode("utf-8", "replace") + end for field in fields)
    assert (replaced, repaired) == (text.count("\ufffd"), 0)


def test_half_of_a_surrogate_pair_is_one_replacement() -> None:
    for text in ("plain text\n" * 50 + "emoji \ud83d cut\n", "x \ud83d é\n" * 50, "\ude00 ä\n" * 9):
        halves = sum("\ud800" <= one <= "\udfff" for one in text)
        wanted = "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in text)
        assert read(text.encode("utf-8", "surrogatepass")) == (wanted, halves, 0)


def test_a_letter_of_windows_1252_at_the_end_of_a_line_is_that_letter() -> None:
    text = "Größe, Übung, Maß, für, schön\n" * 20
    stray = "Café\n".encode("cp1252")
    assert read(text.encode() + stray) == (text + "Café\n", 0, 1)


@pytest.mark.parametrize(
    "line",
    [
        "Il dit: “bon café”",
        "Et « voilà»",
        "Mais voilà…",
        "name=“René”",
        "la casa «José»",
    ],
)
def test_letters_and_quotation_marks_at_the_end_of_a_line_are_kept(line: str) -> None:
    text = "Le garçon a été là-bas, déjà, naïve, où ça ? Élève à côté.\n" * 3
    source = text.encode() + f"{line}\n".encode("cp1252") + text.encode()
    assert read(source)[:2] == (f"{text}{line}\n{text}", 0)


def test_a_quotation_mark_of_utf8_does_not_make_a_letter_at_the_end_a_cut_one() -> None:
    assert (
        read(b"It\xe2\x80\x99s Ren\xe9\nIt\xe2\x80\x99s ok\n" * 3)[0] == "It’s René\nIt’s ok\n" * 3
    )
