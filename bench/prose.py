"""Prose in Arabic and Hindi: words as frequent as they really are, in sentences without sense.

The words and their frequencies are those of wordfreq (583,632 of Arabic, 24,008 of Hindi), drawn
independently. A real text has words that are in no list (names, compounds, slips), so one in 30 is
put together from two of the list. 10 MiB have 993,000 words in Arabic, 141,000
of them distinct, and 834,000 in Hindi, 40,000 of them distinct. Then, by chance:

- sentences of 4 to 24 words, paragraphs of 1 to 6 sentences, a line each;
- commas, semicolons, full stops, question and exclamation marks of the script;
- numbers, in the digits of the script or in ASCII; Latin words; words in parentheses or quotes;
- in Arabic a mark on one word in 40, and one paragraph in 60 with all its vowels.
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
    """What a language writes beside its words; likelier ends of a sentence come more often."""

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
        """Whether the word is written in this script alone, without digits or signs."""
        return all(
            self.first <= ord(one) <= self.last and unicodedata.category(one)[0] in "LM"
            for one in word
        )


ARABIC = Script(
    "ar", 0x0600, 0x06FF, 0x0660, (*"......", "؟", "!"), "،", "؛", ("«", "»"), vowelled=True
)
HINDI = Script(
    "hi", 0x0900, 0x097F, 0x0966, (*"।।।।।।", "?", "!"), ",", ";", ("“", "”"), vowelled=False
)


class Prose:
    """Paragraphs in one script, always the same ones."""

    def __init__(self, script: Script) -> None:
        from wordfreq import get_frequency_dict

        self._script = script
        self._chance = Random(20261124)  # noqa: S311 - a text, not a secret
        frequencies = get_frequency_dict(script.language, wordlist="best")
        self._words = [word for word in frequencies if script.has(word)]
        self._weights = list(accumulate(frequencies[word] for word in self._words))

    def lines(self) -> Iterator[bytes]:
        """Some hundred kilobytes of paragraphs at a time."""
        while True:
            yield "".join(self._paragraph() + "\n" for _ in range(1000)).encode("utf-8")

    def _paragraph(self) -> str:
        chance, script = self._chance, self._script
        paragraph = " ".join(self._sentence() for _ in range(chance.randint(1, 6)))
        if script.vowelled and chance.random() < 1 / 60:
            return "".join(self._vowelled(one) for one in paragraph)
        return paragraph

    def _sentence(self) -> str:
        chance, script = self._chance, self._script
        drawn = chance.choices(self._words, cum_weights=self._weights, k=chance.randint(4, 24))
        return " ".join([*map(self._dressed, drawn[1:]), drawn[0] + chance.choice(script.ends)])

    def _dressed(self, word: str) -> str:
        """The word, or now and then something else in its place or around it."""
        chance, script = self._chance, self._script
        match chance.randrange(240):
            case 0 | 1 | 2 | 3 | 4 | 5 | 6:
                return self._number()
            case 7 | 8 | 9:
                return chance.choice(_LATIN)
            case 10:
                return f"({chance.choice(_LATIN)})"
            case 11 | 12:
                return f"({word})"
            case 13 | 14:
                return script.quotes[0] + word + script.quotes[1]
            case 15:
                return word + script.semicolon
            case n if n < 32:
                return word + script.comma
            case n if n < 40:
                (other,) = chance.choices(self._words, cum_weights=self._weights)
                return self._joined(word, other)
            case n if n < 46 and script.vowelled:
                return self._marked(word)
        return word

    def _number(self) -> str:
        chance = self._chance
        number = chance.choice(
            (
                f"{chance.randint(1, 99)}",
                f"{chance.randint(1900, 2026)}",
                f"{chance.randint(1, 99)}.{chance.randint(0, 9)}",
                f"{chance.randint(1, 100)}%",
                f"{chance.randint(1, 999)},{chance.randint(0, 999):03}",
            )
        )
        if chance.random() < 0.5:
            return number
        return number.translate({ord("0") + n: self._script.zero + n for n in range(10)})

    @staticmethod
    def _joined(word: str, other: str) -> str:
        """The first half of one and the second half of the other, neither torn from its marks."""
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
        return letter + self._chance.choice(_VOWELS)

    @staticmethod
    def _marked(word: str) -> str:
        """An accusative's ending on an alef, else a doubled letter in the middle."""
        if word.endswith("ا"):
            return word + _FATHATAN
        middle = len(word) // 2 + 1
        return word[:middle] + ("" if word[middle - 1] in _BARE else _SHADDA) + word[middle:]
