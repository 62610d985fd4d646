"""The line breaking rules of UAX #14 (Unicode 15.0), tailored to plain text.

With the class NS for small kana, the prolonged sound mark and iteration marks, these are also the
basic rules of JIS X 4051: no row begins with one of them, or with closing punctuation, and none
ends with an opening bracket. Tailored are Korean, which breaks at spaces; quotation marks between
East Asian characters (rule LB19a of Unicode 16.0); and long words, see `row_end`.
"""

from functools import cache
from unicodedata import category, east_asian_width

from chalicelib.converter.line_breaking.line_break_classes import LineBreakClasses

CLASSES = LineBreakClasses()

# Rules for two characters that are next to each other, in order: the classes before and after
# the place, of which none means any, and whether a row may end there.
_RULES: tuple[tuple[str, str, bool], ...] = (
    ("", "SP ZW", False),  # LB7
    ("ZW", "", True),  # LB8
    ("", "WJ", False),  # LB11
    ("WJ", "", False),
    ("GL", "", False),  # LB12
    ("", "CL CP EX IS SY", False),  # LB13
    ("OP", "", False),  # LB14
    ("QU", "OP", False),  # LB15
    ("CL CP", "NS", False),  # LB16
    ("B2", "B2", False),  # LB17
    ("", "QU", False),  # LB19
    ("QU", "", False),
    ("", "CB", True),  # LB20
    ("CB", "", True),
    ("", "BA HY NS", False),  # LB21
    ("BB", "", False),
    ("SY", "HL", False),  # LB21b
    ("", "IN", False),  # LB22
    ("AL HL", "NU", False),  # LB23
    ("NU", "AL HL", False),
    ("PR", "ID EB EM", False),  # LB23a
    ("ID EB EM", "PO", False),
    ("PR PO", "AL HL", False),  # LB24
    ("AL HL", "PR PO", False),
    ("NU", "PR PO", False),  # LB25
    ("PR PO", "NU", False),
    ("HY NU", "NU", False),
    ("AL HL", "AL HL", False),  # LB28
    ("IS", "AL HL", False),  # LB29
    ("EB", "EM", False),  # LB30b
)

# The same for two characters with blanks between them.
_RULES_ACROSS_BLANKS: tuple[tuple[str, str, bool], ...] = (
    ("", "SP ZW", False),  # LB7
    ("ZW", "", True),  # LB8
    ("", "WJ CL CP EX IS SY", False),  # LB11, LB13
    ("OP", "", False),  # LB14
    ("QU", "OP", False),  # LB15
    ("CL CP", "NS", False),  # LB16
    ("B2", "B2", False),  # LB17
)


def may_end(line: str, at: int, start: int = 0) -> bool:
    """Return whether a row that begins at `start` may end before `line[at]`."""
    before, after = CLASSES[line[at - 1]], CLASSES[line[at]]
    allowed = _PAIRS.get((before, after), _UNKNOWN)
    if allowed is _UNKNOWN:
        allowed = _PAIRS[before, after] = _of_pair(before, after)
    if allowed is _CONTEXT:
        return _may_end_in_context(line, at, start)
    return allowed is True


_UNKNOWN, _CONTEXT = "unknown", "context"

# What the classes of two characters decide, unless it takes more than them.
_PAIRS: dict[tuple[str, str], bool | str] = {}

# Pairs that take more than their classes; an empty class stands for all.
_NEEDS_CONTEXT = frozenset(
    {("CM", ""), ("SP", ""), ("QU", ""), ("", "QU"), ("RI", "RI"), ("", "EM"), ("", "GL")}
    | {("HY", ""), ("BA", ""), ("SY", "NU"), ("IS", "NU"), ("", "PO"), ("", "PR")}
    | {("PR", "OP"), ("PO", "OP"), ("AL", "OP"), ("HL", "OP"), ("NU", "OP")}
    | {("CP", "AL"), ("CP", "HL"), ("CP", "NU")}
)


def _of_pair(before: str, after: str) -> bool | str:
    if before == "ZWJ":
        return False  # LB8a
    if after in ("CM", "ZWJ") and before not in ("SP", "ZW"):
        return False  # LB9
    allowed = _decided(_resolved(before), _resolved(after))
    if _NEEDS_CONTEXT.isdisjoint({(before, after), (before, ""), ("", after)}):
        return allowed
    # Only these may be allowed by their context, others may be forbidden.
    allowable = before in ("CM", "SP", "QU", "RI") or after in ("QU", "GL")
    return _CONTEXT if allowed or allowable else False


def _resolved(name: str) -> str:
    """Return AL for a mark without anything to be on (LB10)."""
    return "AL" if name in ("CM", "ZWJ") else name


@cache
def _decided(before: str, after: str, *, across_blanks: bool = False) -> bool:
    for first, second, allowed in _RULES_ACROSS_BLANKS if across_blanks else _RULES:
        if (not first or before in first.split()) and (not second or after in second.split()):
            return allowed
    return True  # LB18, LB31


def _may_end_in_context(line: str, at: int, start: int) -> bool:
    after = _resolved(CLASSES[line[at]])
    if line[at - 1] == " ":
        base = start + len(line[start:at].rstrip(" ")) - 1
        before = _class(line, _base(line, base, start), start) if base >= start else "AL"
        return _decided(before, after, across_blanks=True)
    base = _base(line, at - 1, start)
    before = _class(line, base, start)
    for rule in (_number, _hyphen, _pair_of_indicators, _bracket, _quotation_mark, _emoji):
        if (allowed := rule(line, base, at, start)) is not None:
            return allowed
    return _decided(before, after)


def _base(line: str, at: int, start: int) -> int:
    """Return the place of the character that carries the mark at `line[at]`, or of the mark."""
    base = at
    while base > start and CLASSES[line[base]] in ("CM", "ZWJ"):
        base -= 1
    return base + 1 if base < at and CLASSES[line[base]] in ("SP", "ZW") else base


def _class(line: str, at: int, start: int) -> str:
    return _resolved(CLASSES[line[at]]) if at >= start else ""


def _before(line: str, at: int, start: int) -> tuple[int, str]:
    """Return place and class of the base character before `line[at]`, from `start` on.

    Without one, they are -1 and "".
    """
    if at <= start:
        return -1, ""
    base = _base(line, at - 1, start)
    return base, _class(line, base, start)


def _number(line: str, base: int, at: int, start: int) -> bool | None:
    """Return False within a number with its signs, as the rule LB25 of section 8.2 has it."""
    before, after = _class(line, base, start), CLASSES[line[at]]
    if before in ("PR", "PO") and after == "OP":
        return False if at + 1 < len(line) and CLASSES[line[at + 1]] == "NU" else None
    if after not in ("NU", "PO", "PR"):
        return None
    if before in ("CL", "CP") and after != "NU":
        base, before = _before(line, base, start)
    while before in ("SY", "IS"):
        base, before = _before(line, base, start)
    return False if before == "NU" else None


def _hyphen(line: str, base: int, at: int, start: int) -> bool | None:
    """Return False behind a Hebrew letter with a hyphen (LB21a), None before what LB12a allows."""
    before, after = _class(line, base, start), CLASSES[line[at]]
    if before in ("HY", "BA"):
        if _before(line, base, start)[1] == "HL":
            return False
        return True if after == "GL" else None
    return False if after == "GL" and before != "ZW" else None


def _pair_of_indicators(line: str, base: int, at: int, start: int) -> bool | None:
    """Return whether a flag ends, between two regional indicators (LB30a)."""
    if CLASSES[line[at]] != "RI" or _class(line, base, start) != "RI":
        return None
    count = 0
    name = "RI"
    while name == "RI":
        count += 1
        base, name = _before(line, base, start)
    return count % 2 == 0


def _bracket(line: str, base: int, at: int, start: int) -> bool | None:
    """Return False between a bracket and a letter or digit it belongs to (LB30)."""
    before, after = _class(line, base, start), _resolved(CLASSES[line[at]])
    if before in ("AL", "HL", "NU") and after == "OP" and not is_wide(line[at]):
        return False
    if before == "CP" and after in ("AL", "HL", "NU") and not is_wide(line[base]):
        return False
    return None


def _quotation_mark(line: str, base: int, at: int, start: int) -> bool | None:
    """Return True outside of a quotation within East Asian text (LB19a)."""
    if CLASSES[line[at]] == "QU" and category(line[at]) == "Pi":
        following = line[at + 1 : at + 2]
        outside = is_wide(line[base]) and following and is_wide(following)
        return _decided(_class(line, base, start), "ID") if outside else None
    if CLASSES[line[base]] == "QU" and category(line[base]) == "Pf":
        outside = base > start and is_wide(line[base - 1]) and is_wide(line[at])
        return _decided("ID", CLASSES[line[at]]) if outside else None
    return None


def _emoji(line: str, base: int, at: int, start: int) -> bool | None:
    """Return False before a skin colour, behind a picture that Unicode has reserved (LB30b)."""
    reserved = CLASSES[line[at]] == "EM" and _class(line, base, start) == "ID"
    return False if reserved and category(line[base]) == "Cn" else None


@cache
def is_wide(character: str) -> bool:
    """Return whether a character is East Asian: wide, full-width or half-width (UAX #11)."""
    return east_asian_width(character) in "WFH"
