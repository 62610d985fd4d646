import resource
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from random import Random
from unicodedata import category, name

import pypdfium2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.errors import NotText, TextToPdfError
from tests.converter.converted import made
from tests.converter.texts import texts
from tests.examples import examples

ESCAPES = st.sampled_from(
    [b"\x1b[", b"\x1b]", b"\b", b"\r", b"\f", b"\0", b"\xff\xfe", b"\xef\xbb"]
)


@settings(max_examples=examples(120), deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(st.one_of(ESCAPES, st.binary(max_size=6)), min_size=20, max_size=150).map(
            b"".join
        ),
        texts(st.text(max_size=8)).map(lambda text: text.encode("utf-8", "ignore")),
    )
)
@example(b"\xff\xfe\x00")
@example(b"\xff\xfe\x00\xd8")
@example(b"\x1b$B\xff")
def test_any_bytes_give_a_pdf_or_an_error_for_the_user(source: bytes) -> None:
    try:
        document = made(source)
    except NotText:
        return
    with pypdfium2.PdfDocument(document.pdf) as opened:
        assert len(opened) == document.report.pages


SAMPLES = [
    path.read_bytes()
    for folder in ("data", "tests/converter/scripts")
    for path in sorted((Path(__file__).parents[2] / folder).rglob("*.txt"))
    if path.stat().st_size < 100_000
]
PIECES = [b"\0", b"\b", b"\t", b"\f", b"\r", b"\x1b[", b"\xff", b"\xe2\x80"]
PIECES += [
    text.encode()
    for text in (
        "\u202e",
        "\u200d",
        "\u2067(",
        "\ufeff",
        "\U0001f468\u200d",
        "א",
        "漢",
        "\u0301" * 90,
    )
]


@pytest.mark.slow
def test_mutated_samples_give_a_pdf_or_an_error_for_the_user() -> None:
    """Parts of real texts, joined, torn and strewn with what is special to some part of us."""
    random = Random(15)  # noqa: S311 - the same inputs in every run
    for number in range(examples(2000)):
        mutated = bytearray()
        for _ in range(random.randint(1, 3)):
            sample = random.choice(SAMPLES)
            start = random.randrange(len(sample) or 1)
            mutated += sample[start : start + random.randint(1, 120)]
        for _ in range(random.randint(0, 4)):
            at = random.randrange(len(mutated) + 1)
            mutated[at : at + random.randint(0, 3)] = random.choice(PIECES)
        try:
            made(bytes(mutated))
        except TextToPdfError:
            continue
        except Exception as error:
            raise AssertionError(f"input {number}: {bytes(mutated)!r}") from error


def test_hundreds_of_marks_of_any_script_on_one_letter_are_drawn() -> None:
    """HarfBuzz puts each mark above the one before, beyond what a font's 16 bits can tell."""
    marks = defaultdict(list)
    for code in range(0x300, 0x20000):
        if category(chr(code)).startswith("M"):
            marks[name(chr(code)).split()[0]].append(chr(code))
    failed = []
    for script, ones in marks.items():
        text = "a" + (ones[0] * 300) + "\n" + "".join(ones * (300 // len(ones) + 1)) + "\n"
        try:
            made(text)
        except Exception as error:  # noqa: BLE001 - all that fail are shown
            failed.append((script, repr(error)))
    assert not failed


def test_a_line_of_combining_marks_is_copied_completely() -> None:
    text = "\u0901\u093c" * 20_000
    assert made(text).letters == text


# What would take memory in proportion if anything were kept: (one piece, how often)
HEAVY = {
    "one line without a space": ("b'x' * 1000", 12_000),
    "one line of wide characters": ("'漢'.encode() * 300", 4_000),
    "one line of combining marks": ("'\\u0301'.encode() * 500", 2_000),
    "one line of overstrikes": ("b'x\\bx' * 300", 1_500),
    "backspaces": ("b'\\b' * 1000", 1_500),
    "an endless escape": ("b'\\x1b]' + b'y' * 998", 3_000),
    "empty lines": ("b'\\n' * 1000", 2_000),
    "form feeds": ("b'\\f' * 1000", 50),
    "one column of tabs": ("b'\\t' * 1000", 1_500),
}

SCRIPT = """
import resource, sys
from datetime import UTC, datetime
from chalicelib.converter import Source, convert
class Endless:
    def __init__(self, piece, times):
        self.piece, self.times, self.rest = piece, times, b""
    def read(self, size):
        while self.times and len(self.rest) < size:
            self.times -= 1
            self.rest += self.piece
        part, self.rest = self.rest[:size], self.rest[size:]
        return part
class Nowhere:
    def seekable(self): return False
    def write(self, data): return len(data)
convert(Endless({piece}, {times}), Nowhere(), Source("x", datetime.now(UTC), "x"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", HEAVY)
def test_memory_does_not_grow_with_the_text(kind: str) -> None:
    piece, times = HEAVY[kind]
    few, many = _peak_memory(piece, times // 5), _peak_memory(piece, times)
    assert many - few <= 25  # MB


def _peak_memory(piece: str, times: int) -> int:
    """Megabytes that a process needs to convert so many of the pieces."""
    limit = 300  # seconds of CPU: what is not linear would need hours
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(piece=piece, times=times)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)),
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert ran.returncode == 0, ran.stderr
    return int(ran.stdout)
