"""The texts that benchmarks convert: reproducible, and of any size."""

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
    """Return a file with the first `size` bytes of a text, writing it if it does not exist.

    It is a few bytes shorter if it would otherwise end within a character.
    """
    path = folder / f"{name}-{size}.txt"
    if not path.exists():
        # In a separate process: on Linux, the memory of a process at the time it starts another
        # one counts towards the other's peak, and lists of words are larger than the measured ones.
        with ProcessPoolExecutor(1, get_context("spawn")) as writer:
            writer.submit(_write, path, name, size).result()
    return path


def size_of(size: int) -> str:
    """Return a number of bytes as text, with a unit."""
    for unit, name in ((GB, "GiB"), (MB, "MiB"), (1000, "kB")):
        if size >= unit:
            return f"{size / unit:,.4g} {name}"
    return f"{size} B"


def _write(path: Path, name: str, size: int) -> None:
    with path.open("wb") as file:
        written = 0
        for block in TEXTS[name]():
            # Ends between characters, since some converters require valid UTF-8.
            part = block[: size - written].decode("utf-8", "ignore").encode("utf-8")
            written += file.write(part)
            if len(part) < len(block):
                return


def _ascii() -> Iterator[bytes]:
    """English prose: the documentation that is included in Python."""
    topics = pydoc_data.topics.topics
    text = "\n".join(topics[name] for name in sorted(topics))
    data = text.encode("ascii", "ignore")
    while True:
        yield data


def _lines(line: Callable[[random.Random], str]) -> Iterator[bytes]:
    rng = random.Random(20261124)  # noqa: S311 - a text, not a secret
    while True:
        yield "".join(line(rng) for _ in range(1000)).encode("utf-8")


def _european() -> Iterator[bytes]:
    def line(rng: random.Random) -> str:
        return " ".join(rng.choices(_WORDS, k=rng.randint(3, 12))) + "\n"

    return _lines(line)


def _cjk() -> Iterator[bytes]:
    """Characters with frequencies as in real text (Zipf's law)."""
    kana = [chr(code) for code in range(0x3042, 0x3094)]
    han = [chr(code) for code in range(0x4E00, 0x4E00 + 3000 * 6, 6)]
    characters = [c for pair in zip(kana, han, strict=False) for c in pair] + han[len(kana) :]
    weights = [1 / (rank + 3) for rank in range(len(characters))]

    def line(rng: random.Random) -> str:
        return "".join(rng.choices(characters, weights, k=rng.randint(10, 38))) + "。\n"

    return _lines(line)


def _prose(script: Script) -> Callable[[], Iterator[bytes]]:
    return lambda: Prose(script).lines()


def _many_scripts() -> Iterator[bytes]:
    """Lines of Article 1 in 47 languages, mixed: few distinct words, which favours caches."""
    lines = [
        line
        for file in sorted(_SCRIPTS.glob("*.txt"))
        for line in file.read_text("utf-8").splitlines(keepends=True)
    ]
    return _lines(lambda rng: rng.choice(lines))


def _repeated(character: bytes) -> Callable[[], Iterator[bytes]]:
    def blocks() -> Iterator[bytes]:
        while True:
            yield character * 65536

    return blocks


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
