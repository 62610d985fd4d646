"""Scores charsets by how likely the letters and signs are that a text in a Latin alphabet gets.

For each language there are its letters beyond ASCII, the most frequent first, from published letter
frequencies (en.wikipedia.org/wiki/Letter_frequency), and a few of its most common short words,
which indicate the language of the ASCII text around them; and its most common words with such
letters, which only the right charset yields.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from chalicelib.converter.detection import plausibility

SAMPLES = 120
"""Maximum bytes beyond ASCII that are scored; more changed no result that was tried."""

# Natural logarithms: of the share of texts in a charset, and what its readings lose or win.
CHARSETS = {
    "cp1252": 0.0,
    "cp1250": -1.5,
    "cp1254": -2.0,
    "cp1257": -2.0,
    "iso8859-15": -2.5,
    "iso8859-2": -2.5,
    "cp850": -3.0,
    "mac-roman": -3.0,
    "cp852": -3.5,
    "iso8859-13": -3.5,
    "mac-latin2": -4.5,
    "cp437": -4.0,
    "cp857": -4.5,
    "cp775": -4.5,
    "cp860": -4.5,
    "cp861": -5.0,
    "cp865": -4.5,
    "mac-turkish": -5.0,
    "mac-iceland": -6.0,
}
_MISFIT, _UNKNOWN, _UNDEFINED = math.log(1e-4), math.log(4e-4), math.log(1e-6)
_FLOOR = math.log(2e-3)
_OF_WORD = 0.7  # for each common word, at most so many
_OF_ACCENTED_WORD = 1.5
_MAX_WORDS = 6
_LONGEST_WORD = 8
DOUBT = 2.2

_SIGNS = "’“”–°€…«»£§©—•‘„®±²½×·™µ\xa0¿¡ºª³¼¾¢¥¹†¬¦÷‹›‚\xad"
_CURRENCIES = "£€$¥"
_OF_CURRENCY = math.log(1 / 2)  # beside a digit
_ASCII_SIGNS = "!@$#[]|{}\\~^`"
_ASCII_APART = "$#|{}\\~^`"  # rarely beside a letter
_LANGUAGES = (
    (
        "éïèçöñüêáíóôàâäëå",
        "the of and to in is that for it with was on be are this from",
        "café fiancé résumé naïve",
    ),
    (
        "éàèêçùâîôûœëïüÿæ",
        "le la les de des et du un une en est dans pour que qui par sont ou",
        "à où été même être déjà très là après",
    ),
    (
        "üäößé",
        "der die das und ist nicht von zu mit den ein eine auf dem sind im sich wird",
        "für über können möchte daß früher größe schön",
    ),
    (
        "óíáéñúü",
        "de la el los que en las del un una por con es para se no como su lo al mismo",
        "más está también él sí año años día según así",
    ),
    (
        "èàùòìé",
        "di il la che in un una per del si sono con della gli ed essi uno ogni",
        "è più perché così già può sarà né città",
    ),
    (
        "ãçáéíóêõúâàôü",
        "de que em para um uma do da os as com por mais dos todos nos tem se",
        "não é à são também já até você está há",
    ),
    (
        "éëïèóöüáê",
        "de het een van en in te dat op voor met niet zijn zij is aan hun geest",
        "één café ideeën",
    ),
    (
        "øåæéöä",
        "og er det til en at for som ikke med av af den har har alle de i mot",
        "på så være også når får år må før",
    ),
    (
        "äåöéü",
        "och att det som en av inte den har till med alla de ett samt",
        "på är för så här från när å får år också",
    ),
    (
        "äöåšž",
        "ja on ei se olla kuin mutta niin kaikki joka heille",
        "myös sitä että mitä vielä niitä tämä",
    ),
    (
        "áíðóéþúöæýÁÞ",
        "og er sem ekki hann til um menn maður hver frá svo",
        "að það á í við úr þá þeir öllum sér því",
    ),
    (
        "éèàóòíúïç·ü",
        "els de la que les amb dels una per en ha han com tots neixen",
        "és més també això són però què",
    ),
    (
        "ëç",
        "dhe se me nga te per kane arsye duhet ata dinjitet sillen",
        "është më një për të që në",
    ),
    ("áéíóú", "na an agus is ar go leith acu mheon iad daoine uile", "é tá sé bhí mé tú sí ó"),
    (
        "ąęłóżśćńź",
        "w i na z do nie jest o przez oraz sa ich od jak wszyscy ludzie",
        "się że są być także może będzie już też",
    ),
    (
        "íáěéžřščýůúťďňó",
        "a v se na je s z o k do ve jsou aby jako lidi lidsk",
        "že být už při také které může její",
    ),
    (
        "áíčéšýžúôľťďňäóĺŕ",
        "a v na je sa s z o do ako bez mali duchu ich",
        "že sú byť tým už ktoré môže",
    ),
    (
        "áéöőóüíúű",
        "a az egy hogy nem van meg el minden emberi joga emberek kell",
        "és már még én több két után között előtt",
    ),
    (
        "ăîâşţșț",
        "si de la in cu nu pe din care este fi sunt lor unele ele fa",
        "şi și în să că fără după până între",
    ),
    (
        "čšžćđ",
        "i je se u na da za od su s o ali ima pravo prema drugima",
        "što će više može još također već",
    ),
    ("čšž", "in je se na za so v z da ki ne bi ljudje vsi drug", "še že če več"),
    ("ėšžųįąūčęē", "ir yra su kad to jo ne turi kaip visi savo kito", "tačiau jūs šį iš už būti"),
    (
        "āīēšņūļžčģķ",
        "un ir ar no uz par kas ka to pret visi katram brīvi citam",
        "šis jūs būt visām tās jā kā tā",
    ),
    (
        "äõüöšž",
        "ja on ei see et kui ning oma neile inimesed igal peab vaim",
        "või mõne üks küll kõik õigus ära üle",
    ),
    (
        "ıüşğçöİâîû",
        "bir ve bu ile da de olan her sahip ferdin haklar insanlar hareket",
        "için değil çok şey yıl göre",
    ),
)


def ranked(window: bytes, names: Iterable[str] = CHARSETS) -> list[tuple[float, str]]:
    """Return score and name of each charset for the bytes of a window, best first.

    `names` are Python's names of single-byte codecs. Scores are natural logarithms of likelihoods.
    """
    at = [match.start() for match in re.finditer(rb"[\x80-\xff]", window)][:SAMPLES]
    words = ascii_words(window.decode("latin-1"))
    scores = [
        (score(window, window.decode(name, "replace"), at, words) + CHARSETS.get(name, -3.0), name)
        for name in names
    ]
    return sorted(scores, key=lambda pair: -pair[0])


def ascii_words(text: str) -> set[str]:
    """Return all sequences of ASCII letters in a text, in lower case."""
    return set(re.findall(r"[a-z]+", text.lower()))


def score(window: bytes, text: str, at: list[int], words: set[str]) -> float:
    """Return the log-likelihood of the characters that a decoded window has at some places.

    `text` has one character for each byte of the window, `at` are the indices of the characters to
    judge, and `words` the text's ASCII words, which indicate its language. A repeated byte counts
    less each time, as it may be in the same word or the same line.
    """
    counts = Counter(window[place] for place in at)
    weights = {byte: (1 + math.log(count)) / count for byte, count in counts.items()}
    signs = 0.0
    letters: Counter[str] = Counter()
    each: dict[str, float] = {}
    accented: set[str] = set()
    for place in at:
        weight = weights[window[place]]
        character = text[place]
        if plausibility.is_letter(character) and plausibility.fits(text, place):
            letters[character] += 1
            each[character] = weight
            accented.add(_word(text, place))
        else:
            sign = _of_sign(text, place)
            # The same sign on every line is one choice of the program that wrote the lines.
            signs += sign * (weight if sign <= _UNKNOWN else 1 / counts[window[place]])
    return signs + max(
        sum(count * each[letter] * table.get(letter, _UNKNOWN) for letter, count in letters.items())
        + _OF_WORD * min(len(words & common), _MAX_WORDS)
        + _OF_ACCENTED_WORD * min(len(accented & common_accented), _MAX_WORDS)
        for table, common, common_accented in _languages()
    )


def _word(text: str, place: int) -> str:
    """Return the word around a letter, in lower case; only the start of a long one."""
    start = place
    while start > 0 and place - start < _LONGEST_WORD and text[start - 1].isalpha():
        start -= 1
    end = place + 1
    while end < len(text) and end - start <= _LONGEST_WORD and text[end].isalpha():
        end += 1
    return text[start:end].lower()


def weight(window: bytes) -> float:
    """Return the weight in a score of a window's first SAMPLES bytes beyond ASCII.

    The unit is that of a byte that occurs once; repeated bytes count less.
    """
    others = [byte for byte in window if byte > 0x7F][:SAMPLES]
    return sum(1 + math.log(count) for count in Counter(others).values())


def _of_sign(text: str, place: int) -> float:
    """Return the log-likelihood of a sign, or of a letter that does not fit its context."""
    character = text[place]
    beside = text[place - 1 : place] + text[place + 1 : place + 2]
    if character == "\ufffd" or "\x80" <= character <= "\x9f":
        return _UNDEFINED
    if "\u2500" <= character <= "\u259f":
        is_drawing = any("\u2500" <= neighbour <= "\u259f" for neighbour in beside)
        is_in_word = any(map(str.isalpha, beside))
        return _MISFIT if is_in_word else (_FLOOR / 2 if is_drawing else _UNKNOWN)
    if not plausibility.fits(text, place):
        return _MISFIT
    if character in _CURRENCIES and any(map(str.isdigit, beside)):
        return _OF_CURRENCY
    if character in _ASCII_APART and any(map(str.isalpha, beside)):
        return _UNKNOWN
    return _of_signs().get(character, _UNKNOWN)


@cache
def _of_signs() -> dict[str, float]:
    signs = {sign: math.log(1 / (rank + 4)) for rank, sign in enumerate(_SIGNS)}
    return signs | {sign: math.log(1 / (rank + 2)) for rank, sign in enumerate(_ASCII_SIGNS)}


@cache
def _languages() -> list[tuple[dict[str, float], set[str], set[str]]]:
    tables = []
    every = {letter for letters, _, _ in _LANGUAGES for letter in letters}
    for letters, words, accented in _LANGUAGES:
        table = dict.fromkeys([*every, *"".join(every).upper()], _FLOOR)
        for rank, letter in enumerate(letters):
            for case in (letter, letter.upper()):
                table[case] = max(table.get(case, _FLOOR), math.log(1 / (rank + 2)))
        tables.append((table, set(words.split()), set(accented.split())))
    return tables
