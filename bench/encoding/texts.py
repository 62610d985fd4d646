"""Generated texts of many kinds in every encoding that can represent them, some of them damaged."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from chalicelib.converter.detection import ebcdic

LENGTHS = (30, 100, 300, 1000, 10_000)
_LANGUAGES = Path(__file__).parent / "languages.txt"
_WITHOUT_BLANKS = ("ja", "zh", "zh-TW")
_WITH_CAPITALS = ("ru", "uk", "bg", "sr", "be", "el")
_OTHER_SCRIPTS = (*_WITH_CAPITALS, "he", "ar", "th", "ja", "zh", "zh-TW", "ko")


@dataclass(frozen=True)
class Case:
    """A text, its encoded bytes, and the row and length of the table that it counts for."""

    row: str
    length: int
    text: str
    source: bytes
    likely: tuple[str, ...] = ()


@dataclass(frozen=True)
class Language:
    """A language with its one-byte or East Asian encodings, and some of its words."""

    code: str
    encodings: tuple[str, ...]
    words: tuple[str, ...]


def languages() -> list[Language]:
    """Return the languages of `languages.txt`."""
    lines = [line.split(" | ") for line in _LANGUAGES.read_text("utf-8").splitlines()]
    return [
        Language(code, tuple(names.split()), tuple(text.split())) for code, names, text in lines
    ]


def cases(seed: int = 20261128, each: int = 3) -> Iterator[Case]:
    """Generate all cases: `each` texts of every kind, encoding and length."""
    for language in languages():
        for name in (*language.encodings, "utf-8", "utf-16-le", "utf-16-be"):
            for length in LENGTHS:
                rng = Random(f"{seed} {language.code} {name} {length}")  # noqa: S311
                for _ in range(each):
                    yield from _case(family(name), length, prose(language, rng, length), name)
                if length <= 1000:
                    for kind in (subtitles, addresses, csv, code):
                        text = kind(language, rng, length)
                        yield from _case(f"{family(name)}, mostly ASCII", length, text, name)
    yield from special(seed)


def special(seed: int, each: int = 40) -> Iterator[Case]:
    """Generate the rows for kinds of texts that detectors often get wrong."""
    english, *_ = languages()
    for length in LENGTHS:
        rng = Random(f"{seed} special {length}")  # noqa: S311
        for _ in range(each):
            row = "price list with € or £, cp1252"
            yield from _case(row, length, prices(rng, length), "cp1252")
            row = "log with one symbol, cp1252"
            yield from _case(row, length, log(rng, length), "cp1252")
            row = "quotation marks, cp1252"
            yield from _case(row, length, quotes(english, rng, length), "cp1252")
            for name in ("cp1252", "cp850"):
                row = f"upper-case report with one name, {name}"
                yield from _case(row, length, report(rng, length), name)
            row = "upper-case report with one name, cp850 in PDF_CHARSETS"
            yield from _case(row, length, report(rng, length), "cp850", ("cp850",))
        for language in languages():
            yield from _damaged(language, rng, length)
            yield from _few_words_or_capitals(language, rng, length)


def _case(
    row: str, length: int, text: str, name: str, likely: tuple[str, ...] = ()
) -> Iterator[Case]:
    try:
        source = text.encode(name)
    except UnicodeEncodeError:
        return
    if not source.isascii() or name.startswith(("utf-16", "iso2022")):
        yield Case(row, length, text, source, likely)


def _damaged(language: Language, rng: Random, length: int) -> Iterator[Case]:
    text = prose(language, rng, length)
    source = text.encode()
    if source.isascii():
        return
    if " " in text:
        stray = source.replace(b" ", b" \x80 ", 1)
        yield Case("UTF-8 with a stray byte", length, text.replace(" ", " € ", 1), stray)
    ascii_text = log(rng, length).encode("ascii", "ignore").decode().strip() + "\r\n"
    for mark in ("\ufeff", ""):
        row = f"ASCII, then UTF-16 {'with' if mark else 'without'} a mark"
        source = ascii_text.encode() + (mark + text).encode("utf-16-le")
        yield Case(row, length, ascii_text + text, source)
    source = ("\ufeff" + text).encode("utf-16-le") + ascii_text.encode()
    yield Case("UTF-16, then ASCII", length, text + ascii_text, source)


def _few_words_or_capitals(language: Language, rng: Random, length: int) -> Iterator[Case]:
    """Yield texts in another script that are logs in ASCII or, if it has capitals, in these."""
    if length > 1000 or language.code not in _OTHER_SCRIPTS:
        return
    for name in language.encodings:
        text = messages(language, rng, length)
        yield from _case("ASCII log, some messages in another script", length, text, name)
        if language.code in _WITH_CAPITALS:
            text = csv(language, rng, length).upper()
            yield from _case("capitals, Cyrillic and Greek", length, text, name)


def messages(language: Language, rng: Random, length: int) -> str:
    """Return log lines, of which one in six has a message in the language."""
    between = "" if language.code in _WITHOUT_BLANKS else " "
    texts = [between.join(rng.choices(language.words, k=4)) for _ in range(3)]

    def line() -> str:
        message = rng.choice(texts) if rng.random() < 1 / 6 else "request handled in 12 ms"
        return f"2026-01-31 08:{rng.randint(0, 59):02} host{rng.randint(1, 9)} {message}\n"

    return _with(texts[0], _filled(line, length), texts[0])


def family(name: str) -> str:
    """Return the group of encodings to which an encoding belongs."""
    if name in (*ebcdic.PAGES, "cp273", "cp500"):
        return "EBCDIC"
    if name.startswith("mac"):
        return "Mac"
    if name.startswith("utf"):
        return "UTF-8" if name == "utf-8" else "UTF-16"
    if name in {"cp932", "euc-jp", "iso2022_jp", "gb18030", "gb2312", "big5", "cp949", "euc-kr"}:
        return "East Asian"
    if name.startswith(("cp125", "cp874")):
        return "Windows"
    return "DOS" if name.startswith("cp") else "ISO and KOI8"


def _filled(line: Callable[[], str], length: int) -> str:
    """Return lines, cut to `length` characters."""
    text = ""
    while len(text) < length:
        text += line()
    return text[: length - 1] + "\n"


def prose(language: Language, rng: Random, length: int) -> str:
    """Return sentences with words in random order."""
    between = "" if language.code in _WITHOUT_BLANKS else " "

    def line() -> str:
        words = rng.choices(language.words, k=rng.randint(6, 14))
        return between.join(words).strip() + "\n"

    return _filled(line, length)


def subtitles(language: Language, rng: Random, length: int) -> str:
    """Return subtitles: times and short phrases."""
    between = "" if language.code in _WITHOUT_BLANKS else " "

    def line() -> str:
        at = rng.randint(0, 59)
        words = between.join(rng.choices(language.words, k=5))
        return f"00:{at:02}:01,000 --> 00:{at:02}:04,000\n{words}\n\n"

    return _filled(line, length)


def addresses(language: Language, rng: Random, length: int) -> str:
    """Return postal addresses."""

    def line() -> str:
        first, second, third = (w.strip(".,").title() for w in rng.choices(language.words, k=3))
        return f"{first} {second}\n{third} {rng.randint(1, 99)}\n{rng.randint(10000, 99999)}\n"

    return _filled(line, length)


def csv(language: Language, rng: Random, length: int) -> str:
    """Return CSV records of numbers and words."""

    def line() -> str:
        first, second = (word.strip(".,") for word in rng.choices(language.words, k=2))
        return f"{rng.randint(1, 9999)};{first};{rng.randint(1, 99)}.50;{second}\n"

    return _filled(line, length)


def code(language: Language, rng: Random, length: int) -> str:
    """Return source code with comments in the language."""
    between = "" if language.code in _WITHOUT_BLANKS else " "

    def line() -> str:
        words = between.join(rng.choices(language.words, k=4))
        return f"    if (n == {rng.randint(0, 99)}) return x;  // {words}\n"

    return _filled(line, length)


def prices(rng: Random, length: int) -> str:
    """Return a price list in one currency."""
    sign = rng.choice("€£")
    goods = "coffee tea sugar paper ink cable mouse screen desk lamp chair".split()  # noqa: SIM905

    def line() -> str:
        price = f"{rng.randint(1, 999)}.{rng.randint(0, 99):02}"
        money = f"{price} {sign}" if sign == "€" else f"{sign}{price}"
        return f"{rng.choice(goods):<10} {rng.randint(1, 99):>3}  {money}\n"

    return _with(sign, _filled(line, length), f"{sign}5")


def log(rng: Random, length: int) -> str:
    """Return log lines with one kind of symbol."""
    sign = rng.choice(["20°C", "±1 V", "5 µm", "½ full", "3 × 4", "wait…", "Acme™", "it’s", "© A"])

    def line() -> str:
        what = rng.choice(["started", "stopped", "temperature", "retry", "connected"])
        return f"2026-01-31 08:{rng.randint(0, 59):02} host{rng.randint(1, 9)} {what} {sign}\n"

    return _with(sign, _filled(line, length), sign)


def report(rng: Random, length: int) -> str:
    """Return an upper-case report with one accented name."""
    names = [
        "GARCÍA",
        "MÜLLER",
        "LÓPEZ",
        "NÚÑEZ",
        "FRANÇOIS",
        "JOSÉ",
        "ZOË",
        "BJÖRK",
        "ÅSE",
        "RENÉ",
    ]
    name = rng.choice(names)

    def line() -> str:
        what = rng.choice(["PAID ON TIME", "BALANCE DUE", "ACCOUNT CLOSED", "NO CHANGE"])
        return f"{rng.randint(1000, 9999)} {what:<16} {rng.randint(1, 9999):>8}.00\n"

    return _with(name, f"CUSTOMER {name}\n" + _filled(line, length), name)


def quotes(language: Language, rng: Random, length: int) -> str:
    """Return English text with typographic punctuation."""
    words = [word for word in language.words if word.isascii()]

    def line() -> str:
        a, b, c = rng.choices(words, k=3)
        return rng.choice((f"“{a} {b}” {c}", f"{a}’s {b} – {c}", f"{a}… ‘{b}’ {c}")) + "\n"

    return _filled(line, length)


def _with(sign: str, text: str, short: str) -> str:
    """Return the text, with the line `short` in front if the sign was cut off."""
    return text if sign in text else f"{short}\n{text}"[: max(len(text), len(short) + 1)]
