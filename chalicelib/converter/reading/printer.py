"""Control sequences for printers, in text that was meant for one: PCL and ESC/P.

Sources: Hewlett-Packard, 'PCL 5 Printer Language Technical Reference Manual' (2, 4, 5); Epson,
'ESC/P Reference Manual'. Underlining, bold and the length of pages are kept; all else is left out.
"""

import re

# PCL's parameterized sequences, of which several may be joined: ESC &l1o6D. A value is required:
# ESC ( and ESC * begin sequences of terminals, too.
_VALUE = r"[-+]?[0-9.]{1,10}"
_JOINED = rf"(?:{_VALUE}[a-z]){{0,16}}{_VALUE}[A-Z]"
_PCL = (
    rf"\x1b[&*][a-z](?:{_JOINED}|@)"
    rf"|\x1b[()](?:s{_JOINED}|[0-9]{{1,5}}[A-Z@])"
    r"|\x1b%-?[0-9]{1,5}[A-Z]"
)

# ESC/P's commands with an argument. Without ESC @ before them they are distinguished from those of
# terminals by an argument that is a switch, or no text.
_CONTROL = r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]"
_ESCP = (
    r"\x1b[-WSpxwsU][\x00\x0101]|\x1bC\x00[\x01-\x16]"
    rf"|\x1b[3AJjCNQlRktai!/~+r\x19]{_CONTROL}|\x1b@"
)
_ESCP_AFTER_RESET = (
    r"\x1bC\x00[\x01-\x16]|\x1b[-WSpxwsU3AJjCNQlRktai!/~+r\x19][^\n\r\x1b]"
    r"|\x1b[02O]|\x1b[DB][\x01-\x7f]{0,32}\x00|\x1b[EFGH]|[\x07\x0e\x0f\x11-\x14\x18]"
)

_TERMINAL_OR_PCL = re.compile(f"{_PCL}|{_ESCP}")
_PRINTER = re.compile(f"{_PCL}|{_ESCP_AFTER_RESET}|{_ESCP}")
_RESET = "\x1b@"

# Lines for the printer's job control follow the Universal Exit Language sequence.
_EXIT = "\x1b%-12345X"
_JOB = re.compile(r"(?:@PJL[^\n]{0,512}\n)+")

_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]")
_SHORT = re.compile(r"\x1b[0-OQ-Z`-~]")  # of two characters, such as ESC E, which resets PCL
_LENGTH_VALUES = re.compile(rf"({_VALUE})([a-zA-Z])")
_BOLD_VALUE = re.compile(rf"({_VALUE})[bB]")

_MAX_LINES = 200
"""Maximum lines of a page that are obeyed; there is no longer paper."""

LONGEST = 256
"""Characters of the longest sequence, which is kept whole."""
_UNFINISHED = re.compile(r"\x1b(?:C\x00|[&*()%][-+0-9.a-z]{0,200}|[-@-Za-z0-9!/~+])?\Z")


class _Form:
    """The length of a printer's pages, of which 6 lines are an inch unless a sequence says so.

    PCL leaves half an inch blank at the top of a page and at its end, where the fold of the paper
    is, ESC/P as many lines there as a sequence says.
    """

    def __init__(self) -> None:
        self._lines_per_inch = 6.0
        self._skips_fold = True
        self._fold = 0
        self._text: float | None = None  # length of the text in lines, or else that of the page
        self._page: float | None = None
        self._is_pcl = False

    @property
    def lines(self) -> int | None:
        """Number of lines of a page, or None if no sequence set it."""
        if self._text:
            lines = self._text
        elif not self._page:
            return None
        elif self._is_pcl:
            lines = self._page - self._lines_per_inch * (1 if self._skips_fold else 0.5)
        else:
            lines = self._page - self._fold
        return int(lines) if 1 <= lines <= _MAX_LINES else None

    def obey(self, sequence: str) -> None:
        """Obey a sequence if it concerns the length of pages."""
        if sequence.startswith("\x1b&l"):
            for value, letter in _LENGTH_VALUES.findall(sequence):
                self._obey_pcl(_number(value), letter.upper())
        elif sequence.startswith("\x1bC\0"):
            self._page, self._is_pcl = ord(sequence[-1]) * self._lines_per_inch, False
        elif sequence.startswith("\x1bC"):
            self._page, self._is_pcl = ord(sequence[-1]), False
        elif sequence.startswith("\x1bN"):
            self._fold = ord(sequence[-1])
        elif sequence == "\x1bO":
            self._fold = 0
        elif sequence in {"\x1b0", "\x1b2"}:
            self._lines_per_inch = 8.0 if sequence == "\x1b0" else 6.0

    def _obey_pcl(self, value: float, letter: str) -> None:
        if letter == "P":
            self._page, self._text, self._is_pcl = value, None, True
        elif letter == "F":
            self._text = value
        elif letter == "D":
            self._lines_per_inch = value
        elif letter == "L":
            self._skips_fold = value != 0


class Printer:
    """Takes a printer's sequences out of a text; its state goes on from piece to piece."""

    def __init__(self) -> None:
        self._is_escp = False
        self._is_job = False
        self._is_underlined = False
        self._is_bold = False
        self._form = _Form()
        self.has_printed = False  # whether there was text before what comes next

    @property
    def lines_per_page(self) -> int | None:
        """Number of lines of a page if a sequence before all text set it, or None."""
        return self._form.lines

    @property
    def is_active(self) -> bool:
        """Whether what was read so far also changes text without sequences that follows."""
        return self._is_escp or self._is_job or self._is_underlined or self._is_bold

    def plain(self, text: str) -> str:
        """Return a piece of text without sequences and lines for job control.

        What they make bold is struck over with backspaces, and what they underline follows an
        underscore and a backspace. The piece must not end within a sequence (see `unfinished`).
        """
        shown = []
        at = 0
        while True:
            at = self._after_job(text, at)
            pattern = _PRINTER if self._is_escp else _TERMINAL_OR_PCL
            match = pattern.search(text, at)
            if match is None:
                break
            shown.append(self._styled(text[at : match.start()]))
            self._obey(match[0])
            if not self.has_printed:
                self._form.obey(match[0])
            at = match.end()
        shown.append(self._styled(text[at:]))
        return "".join(shown)

    def _after_job(self, text: str, at: int) -> int:
        if not self._is_job:
            return at
        if job := _JOB.match(text, at):
            at = job.end()
        self._is_job = at == len(text)
        return at

    def _obey(self, sequence: str) -> None:
        if sequence == _RESET:
            self._is_escp, self._is_underlined, self._is_bold = True, False, False
        elif sequence == _EXIT:
            self._is_job = True
        elif sequence.startswith("\x1b&d"):
            self._is_underlined = not sequence.endswith("@")
        elif sequence.startswith("\x1b-"):
            self._is_underlined = sequence[-1] in "1\x01"
        elif sequence.startswith("\x1b(s") and (weight := _BOLD_VALUE.search(sequence)):
            self._is_bold = weight[1].startswith(("+", *"123456789")) and weight[1] != "+0"
        elif sequence[1:] in {"E", "G", "F", "H"}:
            self._is_bold = sequence[1:] in {"E", "G"}

    def _styled(self, text: str) -> str:
        self.has_printed = self.has_printed or bool(_SHORT.sub("", text).strip())
        if not text or "\b" in text or not (self._is_underlined or self._is_bold):
            return text
        before = "_\b" if self._is_underlined else ""
        after = "\b\\g<0>" if self._is_bold else ""
        return _PRINTABLE.sub(rf"{before}\g<0>{after}", text)


def _number(value: str) -> float:
    """Return the value of a parameter; printers take one that is no number for zero."""
    try:
        return float(value)
    except ValueError:
        return 0.0


def unfinished(text: str) -> int:
    """Return the index where a sequence begins that may go on after the text.

    Returns the length of the text if there is none.
    """
    match = _UNFINISHED.search(text, max(0, len(text) - LONGEST))
    return match.start() if match else len(text)
