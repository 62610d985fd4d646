"""Which pages a text gets by the width of its lines."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from chalicelib.converter import Options, Orientation, PageSize
from chalicelib.converter.document.fit import MAX_LENGTH, SMALLEST_TYPE, Widths, fitted
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.options import Fit
from tests.converter.converted import ABOUT, made

PROJECT = Path(__file__).parents[3]
SENTENCE = "It was the best of times, it was the worst of times, it was the age of wisdom. "


def log(width: int, lines: int = 200) -> str:
    """Lines of a log that are all of about the same width."""
    chance = random.Random(width)  # noqa: S311 - a text, not a secret

    def line(number: int) -> str:
        start = f"2026-11-{1 + number % 28:02} 08:{number % 60:02}:17,{number:03} INFO [worker-3] "
        fields = "".join(f"id={chance.randrange(10**6)} " for _ in range(width // 5 + 1))
        return (start + fields)[: width - number % 3]

    return "\n".join(map(line, range(lines))) + "\n"


def extra_rows(text: str, options: Options) -> float:
    lines = text.splitlines()
    return Widths.of(lines).extra_rows(Geometry.of(options).columns)


@pytest.mark.parametrize(
    ("width", "orientation", "size"),
    [
        (84, Orientation.PORTRAIT, 10),
        (100, Orientation.PORTRAIT, 8),
        (121, Orientation.PORTRAIT, 7),
        (125, Orientation.LANDSCAPE, 10),
        (132, Orientation.LANDSCAPE, 9.5),
        (179, Orientation.LANDSCAPE, 7),
    ],
)
def test_a_log_gets_the_mildest_change_with_which_its_lines_fit(
    width: int, orientation: Orientation, size: float
) -> None:
    options = fitted(Options(), log(width))
    assert (options.orientation, options.font_size) == (orientation, size)
    assert extra_rows(log(width), options) == 0


def printed(columns: int, rows: int, pages: int = 4) -> str:
    """A print file: so many lines on each of its pages, which form feeds end."""
    page = "".join(log(columns, rows).splitlines(keepends=True))
    return f"{page}\f" * pages


@pytest.mark.parametrize(("columns", "rows"), [(132, 60), (132, 66), (80, 66), (80, 72), (132, 50)])
def test_a_page_of_a_print_file_is_one_page(columns: int, rows: int) -> None:
    geometry = Geometry.of(fitted(Options(), printed(columns, rows)))
    assert geometry.rows >= rows
    assert geometry.columns >= columns
    assert len(made(printed(columns, rows)).pages) == 4


def test_a_print_file_whose_pages_fit_keeps_its_page() -> None:
    assert fitted(Options(), printed(72, 58)) == Options()
    assert fitted(Options(), printed(72, 300)) == Options()
    assert fitted(Options.parse({"pdf-margin": "15"}), printed(132, 60)).margin == 15


def test_lines_of_300_columns_keep_one_more_row_each() -> None:
    options = fitted(Options(), log(300))
    assert extra_rows(log(300), Options()) == 3
    assert extra_rows(log(300), options) == 1
    assert options.font_size >= SMALLEST_TYPE


def unchanged() -> Iterator[str]:
    """Texts that keep their pages: prose of both kinds, poetry, code, mail."""
    yield "".join(SENTENCE for _ in range(12)) + "\n"
    yield "\n\n".join(SENTENCE * n for n in (3, 7, 2, 9, 5)) + "\n"
    yield "\n".join(SENTENCE.strip() + " In 1789" for _ in range(50)) + "\n"
    yield "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:\n" * 9
    yield "    value = table[key, 0] if key in table else {'a': 1}  # 12\n" * 50 + log(120, 15)
    yield (
        "From: a@example.com\nDate: Sat, 28 Nov 2026 08:00:00 +0000\n\n" + SENTENCE * 4 + "\n-- \nA"
    )
    yield (
        "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。\n"
        * 20
    )
    yield (
        "すべての人間は、生まれながらにして自由であり、「尊厳」と「権利」とについて平等である。\n"
        * 9
    )
    yield "x" * 100_000
    yield '{"a": 1, "b": [2, 3]}' * 2000
    yield ""


@pytest.mark.parametrize("text", list(unchanged()))
def test_other_texts_keep_their_pages(text: str) -> None:
    assert fitted(Options(), text) == Options()


@pytest.mark.parametrize(
    "path",
    [
        *sorted((PROJECT / "tests" / "converter" / "scripts").glob("*.*")),
        *sorted((PROJECT / "chalicelib" / "converter").glob("p*.py")),
        *sorted((PROJECT / "docs").glob("*.md")),
    ],
    ids=lambda path: path.name,
)
def test_articles_code_and_documentation_keep_their_pages(path: Path) -> None:
    assert fitted(Options(), path.read_text("utf-8")) == Options()


def test_options_that_were_given_are_kept() -> None:
    text = log(132)
    assert fitted(Options(fit=Fit.NONE), text) == Options(fit=Fit.NONE)
    turned = fitted(Options.parse({"pdf-font-size": "10"}), text)
    assert (turned.orientation, turned.font_size) == (Orientation.PORTRAIT, 10)
    stage = Options.parse({"pdf-orientation": "portrait"})
    shrunk = fitted(Options.parse({"author": "somebody"}, stage), log(121))
    assert (shrunk.orientation, shrunk.font_size) == (Orientation.PORTRAIT, 7)
    both = Options.parse({"pdf-font-size": "10", "pdf-orientation": "portrait"})
    assert fitted(both, text) == both
    assert fitted(Options(page_size=PageSize.LETTER), text).page_size is PageSize.LETTER


def test_a_user_may_allow_one_change_only() -> None:
    shrunk = fitted(Options(fit=Fit.SHRINK), log(100))
    assert (shrunk.orientation, shrunk.font_size) == (Orientation.PORTRAIT, 8)
    turned = fitted(Options(fit=Fit.LANDSCAPE), log(100))
    assert (turned.orientation, turned.font_size) == (Orientation.LANDSCAPE, 10)
    # With neither would the lines fit, so nothing is gained.
    assert fitted(Options(fit=Fit.SHRINK), log(160)) == Options(fit=Fit.SHRINK)


@pytest.mark.slow
def test_the_choice_depends_on_the_first_block_alone() -> None:
    text = "short\n" * (MAX_LENGTH // 6 + 1)
    assert fitted(Options(), text + log(132, 90_000)) == Options()
    assert fitted(Options(), log(132, 3_000) + text) == fitted(Options(), log(132, 3_000))


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("1_\b2\b2 [x]=" * 12 + "\n", 84),
        ("漢字12=[3] " * 7 + "\n", 84),
        ("a=1\tb=2\t[c]\t" * 4 + "\n", 91),
    ],
)
def test_lines_are_measured_as_they_are_seen(text: str, columns: int) -> None:
    options = fitted(Options(), text * 20)
    assert Geometry.of(options).columns >= columns
    assert (options == Options()) == (columns == 84)


def test_pages_and_report_say_what_was_chosen() -> None:
    document = made(log(132))
    assert document.report.page_format == "a4 landscape, 9.5 pt"
    with pypdfium2.PdfDocument(document.pdf) as pdf:
        assert pdf[0].get_size() == pytest.approx((841.89, 595.28))
    assert document.pages[0].splitlines()[0] == log(132).splitlines()[0]
    assert made(log(132), replace(Options(), fit=Fit.NONE), ABOUT).report.page_format == (
        "a4 portrait, 10 pt"
    )


LONG_ADDRESS = "https://example.net/" + "part00/?id=1&b=%20#" * 12


@pytest.mark.parametrize(
    "text",
    [
        LONG_ADDRESS,
        f"open {LONG_ADDRESS}\n",
        f"Read {LONG_ADDRESS}, then write.\nA long one: {LONG_ADDRESS} ends here.\n",
        f"Short.\n\n{LONG_ADDRESS}\n",
        f"- see {LONG_ADDRESS}\n" * 30,
    ],
)
def test_long_addresses_are_no_table(text: str) -> None:
    assert fitted(Options(), text) == Options()


@pytest.mark.parametrize(
    "text",
    [
        f'10.0.0.1 - - [27/Nov/2026:08:15:17] "GET /a HTTP/1.1" 200 1234 {LONG_ADDRESS[:90]}\n' * 9,
        f"{LONG_ADDRESS[:120]}\n" * 9,
        "".join(f"{n},2026-11-27,{LONG_ADDRESS[:90]},{n},0.5,2026\n" for n in range(9)),
    ],
)
def test_logs_and_lists_with_addresses_are_fitted(text: str) -> None:
    assert fitted(Options(), text) != Options()
