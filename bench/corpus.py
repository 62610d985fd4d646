"""Texts to convert: always the same ones, of any size, written once."""

import pydoc_data.topics
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bench.prose import ARABIC, HINDI, Prose, Script

MB = 2**20
GB = 1024 * MB
_SCRIPTS = Path(__file__).parent.parent / "tests" / "converter" / "scripts"

_WORDS = """слово привет мир и в на город человек время год дело жизнь день рука раз глаз друг дом
Ελλάδα λόγος καλημέρα άνθρωπος ημέρα χρόνος ζωή μέρος the of and in naïve Größe język žluťoučký
kůň est déjà ţară şi łódź świat école être""".split()  # noqa: SIM905 - easier to read so


def corpus(folder: Path, name: str, size: int) -> Path:
    """A file with `size` bytes (less a character cut in two) of the text called `name`."""
    path = folder / f"{name}-{size}.txt"
    if not path.exists():
        # By a process of its own: Linux counts what a process had in memory when it started
        # another one to the other's peak, and lists of words are larger than what is measured.
        with ProcessPoolExecutor(1, get_context("spawn")) as writer:
            writer.submit(_write, path, name, size).result()
    return path


def size_of(size: int) -> str:
    """A number of bytes for a person."""
    for unit, name in ((GB, "GiB"), (MB, "MiB"), (1000, "kB")):
        if size >= unit:
            return f"{size / unit:,.4g} {name}"
    return f"{size} B"


def _write(path: Path, name: str, size: int) -> None:
    with path.open("wb") as file:
        written = 0
        for piece in TEXTS[name]():
            # Never within a character, for readers that insist on valid UTF-8.
            whole = piece[: size - written].decode("utf-8", "ignore").encode("utf-8")
            written += file.write(whole)
            if len(whole) < len(piece):
                return


def _ascii() -> Iterator[bytes]:
    """English prose: Python's own documentation, as it comes with Python."""
    topics = pydoc_data.topics.topics
    text = "\n".join(topics[name] for name in sorted(topics))
    data = text.encode("ascii", "ignore")
    while True:
        yield data


def _lines(line: Callable[[random.Random], str]) -> Iterator[bytes]:
    chance = random.Random(20261124)  # noqa: S311 - a text, not a secret
    while True:
        yield "".join(line(chance) for _ in range(1000)).encode("utf-8")


def _european() -> Iterator[bytes]:
    def line(chance: random.Random) -> str:
        return " ".join(chance.choices(_WORDS, k=chance.randint(3, 12))) + "\n"

    return _lines(line)


def _cjk() -> Iterator[bytes]:
    """Characters as unevenly frequent as in real text (Zipf's law)."""
    kana = [chr(code) for code in range(0x3042, 0x3094)]
    han = [chr(code) for code in range(0x4E00, 0x4E00 + 3000 * 6, 6)]
    characters = [one for pair in zip(kana, han, strict=False) for one in pair] + han[len(kana) :]
    weights = [1 / (rank + 3) for rank in range(len(characters))]

    def line(chance: random.Random) -> str:
        return "".join(chance.choices(characters, weights, k=chance.randint(10, 38))) + "。\n"

    return _lines(line)


def _prose(script: Script) -> Callable[[], Iterator[bytes]]:
    return lambda: Prose(script).lines()


def _many_scripts() -> Iterator[bytes]:
    """Article 1 in 47 languages, lines mixed: few distinct words, kind to whoever keeps them."""
    lines = [
        line
        for file in sorted(_SCRIPTS.glob("*.txt"))
        for line in file.read_text("utf-8").splitlines(keepends=True)
    ]
    return _lines(lambda chance: chance.choice(lines))


def _repeated(piece: bytes) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        while True:
            yield piece * 65536

    return pieces


TEXTS: dict[str, Callable[[], Iterator[bytes]]] = {
    "ascii": _ascii,
    "european": _european,
    "cjk": _cjk,
    "arabic": _prose(ARABIC),
    "devanagari": _prose(HINDI),
    "many-scripts": _many_scripts,
    "one-line": _repeated(b"x"),
    "empty-lines": _repeated(b"\n"),
    "form-feeds": _repeated(b"\f"),
}
