"""Generated prose in Arabic and Hindi: meaningless sentences with real frequencies of words.

The words and their frequencies are those of wordfreq (583,632 of Arabic, 24,008 of Hindi), drawn
independently. Real texts have words that are in no list (names, compounds, typos), so one in 30 is
combined from two of the list. 10 MiB have 993,000 words in Arabic, of which 141,000 are distinct,
and 834,000 in Hindi, of which 40,000 are distinct. The following is added at random:

- sentences of 4 to 24 words, paragraphs of 1 to 6 sentences, one paragraph a line;
- commas, semicolons, full stops, question and exclamation marks of the script;
- numbers, in the digits of the script or in ASCII; Latin words; words in parentheses or quotes;
- in Arabic, a mark on one word in 40, and one paragraph in 60 with all vowels.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random

_LATIN = """Windows Linux HTTP PDF Python London Paris Google NASA UNESCO iPhone USB DNA Wi-Fi
Microsoft Facebook Einstein Toyota BBC COVID-19""".split()  # noqa: SIM905 - easier to read so
_FATHATAN, _SHADDA = "\u064b", "\u0651"
_VOWELS = "\u064e\u064f\u0650\u0652"  # fatha, damma, kasra, and sukun
_BARE = "اآأإىءؤئة"  # letters that are left without a mark here


@dataclass(frozen=True)
class Script:
    """The characters of a language's script; more frequent ends of a sentence occur more often."""

    language: str
    first: int
    last: int
    zero: int
    ends: tuple[str, ...]
    comma: str
    semicolon: str
    quotes: tuple[str, str]
    vowelled: bool

    def has(self, word: str) -> bool:
        """Return whether the word consists of letters and marks of this script only."""
        return all(
            self.first <= ord(character) <= self.last and unicodedata.category(character)[0] in "LM"
            for character in word
        )


ARABIC = Script(
    "ar", 0x0600, 0x06FF, 0x0660, (*"......", "؟", "!"), "،", "؛", ("«", "»"), vowelled=True
)
HINDI = Script(
    "hi", 0x0900, 0x097F, 0x0966, (*"।।।।।।", "?", "!"), ",", ";", ("“", "”"), vowelled=False
)


class Prose:
    """A reproducible sequence of paragraphs in one script."""

    def __init__(self, script: Script) -> None:
        from wordfreq import get_frequency_dict

        self._script = script
        self._rng = Random(20261124)  # noqa: S311 - a text, not a secret
        frequencies = get_frequency_dict(script.language, wordlist="best")
        self._words = [word for word in frequencies if script.has(word)]
        self._weights = list(accumulate(frequencies[word] for word in self._words))

    def lines(self) -> Iterator[bytes]:
        """Yield blocks of 1,000 paragraphs, without end."""
        while True:
            yield "".join(self._paragraph() + "\n" for _ in range(1000)).encode("utf-8")

    def _paragraph(self) -> str:
        rng, script = self._rng, self._script
        paragraph = " ".join(self._sentence() for _ in range(rng.randint(1, 6)))
        if script.vowelled and rng.random() < 1 / 60:
            return "".join(self._vowelled(letter) for letter in paragraph)
        return paragraph

    def _sentence(self) -> str:
        rng, script = self._rng, self._script
        drawn = rng.choices(self._words, cum_weights=self._weights, k=rng.randint(4, 24))
        return " ".join([*map(self._varied, drawn[1:]), drawn[0] + rng.choice(script.ends)])

    def _varied(self, word: str) -> str:
        """Return the word or, sometimes, a replacement or the word with punctuation."""
        rng, script = self._rng, self._script
        match rng.randrange(240):
            case 0 | 1 | 2 | 3 | 4 | 5 | 6:
                return self._number()
            case 7 | 8 | 9:
                return rng.choice(_LATIN)
            case 10:
                return f"({rng.choice(_LATIN)})"
            case 11 | 12:
                return f"({word})"
            case 13 | 14:
                return script.quotes[0] + word + script.quotes[1]
            case 15:
                return word + script.semicolon
            case n if n < 32:
                return word + script.comma
            case n if n < 40:
                (other,) = rng.choices(self._words, cum_weights=self._weights)
                return self._joined(word, other)
            case n if n < 46 and script.vowelled:
                return self._marked(word)
        return word

    def _number(self) -> str:
        rng = self._rng
        number = rng.choice(
            (
                f"{rng.randint(1, 99)}",
                f"{rng.randint(1900, 2026)}",
                f"{rng.randint(1, 99)}.{rng.randint(0, 9)}",
                f"{rng.randint(1, 100)}%",
                f"{rng.randint(1, 999)},{rng.randint(0, 999):03}",
            )
        )
        if rng.random() < 0.5:
            return number
        return number.translate({ord("0") + n: self._script.zero + n for n in range(10)})

    @staticmethod
    def _joined(word: str, other: str) -> str:
        """Return the first half of a word and the second half of the other, each with its marks."""
        end = (len(word) + 1) // 2
        while end < len(word) and unicodedata.category(word[end])[0] == "M":
            end += 1
        start = len(other) // 2
        while start and unicodedata.category(other[start])[0] == "M":
            start -= 1
        return word[:end] + other[start:]

    def _vowelled(self, letter: str) -> str:
        if not self._script.has(letter) or letter in _BARE:
            return letter
        return letter + self._rng.choice(_VOWELS)

    @staticmethod
    def _marked(word: str) -> str:
        """Return the word with a fathatan on a final alef, or else a shadda in the middle."""
        if word.endswith("ا"):
            return word + _FATHATAN
        middle = len(word) // 2 + 1
        return word[:middle] + ("" if word[middle - 1] in _BARE else _SHADDA) + word[middle:]
