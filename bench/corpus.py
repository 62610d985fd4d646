"""The texts that benchmarks convert: reproducible, and of any size."""

import hashlib
import pydoc_data.topics
import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from string import ascii_lowercase
from unicodedata import category
from urllib.request import urlopen

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


# The text of HexaPDF's benchmark of PDF libraries: Project Gutenberg's Odyssey. Its licence allows
# copies. It is not in this repository, but downloaded when it is first needed.
_ODYSSEY = (
    "https://raw.githubusercontent.com/gettalong/hexapdf/f1176c6413df266cd07e27c17aa76e6264bd86dc"
    "/benchmark/raw_text/odyssey.txt"
)
_ODYSSEY_SHA256 = "941e159c78b97592b7b1a4e8249a58a6be21f9a1208eadf1fc359e483663b46f"
_DOWNLOADS = Path(__file__).parent.parent / ".local"


def _odyssey() -> Iterator[bytes]:
    path = _DOWNLOADS / "odyssey.txt"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        try:
            with urlopen(_ODYSSEY, timeout=60) as response:
                path.write_bytes(response.read())
        except OSError as error:
            raise SystemExit(
                f"make bench: {_ODYSSEY} cannot be downloaded ({error}): store it as {path}, or "
                "choose other texts with ONLY=…"
            ) from None
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != _ODYSSEY_SHA256:
        raise ValueError(f"{path} is not the text of {_ODYSSEY}: remove it to download it again")
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


def _random_words(alphabet: str) -> Callable[[random.Random, int], str]:
    """Return a function that draws words of one to twelve letters, of a length in all."""

    def words(rng: random.Random, length: int) -> str:
        drawn: list[str] = []
        missing = length
        while missing > 0:
            drawn.append("".join(rng.choices(alphabet, k=rng.randint(1, 12))))
            missing -= len(drawn[-1]) + 1
        return " ".join(drawn)[:length]

    return words


def _wrapped() -> Iterator[bytes]:
    """Lines of 0 to 130 columns, of which nearly half take two rows."""
    words = _random_words(ascii_lowercase)
    return _lines(lambda rng: words(rng, rng.randint(0, 130)) + "\n")


def _paragraphs(alphabet: str) -> Callable[[], Iterator[bytes]]:
    """One paragraph of 200 to 1,500 characters a line, without line ends within."""
    words = _random_words(alphabet)
    return lambda: _lines(lambda rng: words(rng, rng.randint(200, 1500)) + ".\n")


def _emoji() -> Iterator[bytes]:
    """A line of a chat log, with one of 200 emoji."""
    emoji = [chr(code) for code in (*range(0x1F600, 0x1F64F), *range(0x1F680, 0x1F6C5))]
    emoji += ["\u2764\ufe0f", "\U0001f44d\U0001f3fd", "\U0001f468\u200d\U0001f469\u200d\U0001f467"]
    words = _random_words(ascii_lowercase)

    def line(rng: random.Random) -> str:
        return f"{words(rng, rng.randint(5, 60))} {rng.choice(emoji)} {words(rng, 10)}\n"

    return _lines(line)


def _assigned() -> Iterator[bytes]:
    """All assigned characters in random order, sixty a line, which share no words or fonts."""
    characters = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if category(character) not in ("Cc", "Cn", "Co", "Cs")
    ]

    def line(rng: random.Random) -> str:
        return "".join(rng.choices(characters, k=60)) + "\n"

    return _lines(line)


def _alternating() -> Iterator[bytes]:
    """Words of Hebrew, Arabic and Latin letters, each in the other direction than the last."""
    latin = _random_words(ascii_lowercase)
    others = [
        _random_words("".join(map(chr, range(*ends)))) for ends in ((0x5D0, 0x5EB), (0x627, 0x63B))
    ]

    def line(rng: random.Random) -> str:
        pairs = (
            f"{rng.choice(others)(rng, rng.randint(1, 6))} {latin(rng, rng.randint(1, 6))}"
            for _ in range(10)
        )
        return " ".join(pairs) + "\n"

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
    "odyssey": _odyssey,
    "european": _european,
    "cjk": _cjk,
    "arabic": _prose(ARABIC),
    "devanagari": _prose(HINDI),
    "many-scripts": _many_scripts,
    "wrapped": _wrapped,
    "paragraphs": _paragraphs(ascii_lowercase),
    "cyrillic": _paragraphs("абвгдежзийклмнопрстуфхцчшщъыьэюя"),
    "emoji": _emoji,
    "assigned": _assigned,
    "alternating": _alternating,
    "one-line": _repeated(b"x"),
    "empty-lines": _repeated(b"\n"),
    "form-feeds": _repeated(b"\f"),
}
