"""The converter on its own, without AWS.

`python -m chalicelib.converter in.txt out.pdf` in this repository, `text-to-pdf in.txt out.pdf`
where the package is installed.
"""

import gc
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from chalicelib import VERSION
from chalicelib.converter import OnProgress, Options, Progress, Report, Source, convert
from chalicelib.converter.language import tag
from chalicelib.converter.options import FONT_SIZES, MARGINS, Orientation, PageSize
from chalicelib.converter.output_file import replacing
from chalicelib.errors import TextToPdfError

MODULE = "python -m chalicelib.converter"
_LARGE = 4 * 1024 * 1024  # bytes; below, it is done before a bar could be read


def main(arguments: list[str] | None = None, program: str = MODULE) -> int:
    """Exit code: 0; 1 with one sentence on standard error; 130 if it was interrupted.

    `program` is the command's name in --help and in messages about wrong usage.
    """
    given = _parser(program).parse_args(arguments)
    try:
        chosen = {
            "pdf-page-size": given.page_size,
            "pdf-orientation": given.orientation,
            "pdf-font-size": given.font_size,
            "pdf-margin": given.margin,
            "pdf-charset": given.charset,
            "pdf-charsets": given.charsets,
            "pdf-tagged": given.tagged,
        }
        options = Options.parse({key: value for key, value in chosen.items() if value})
        report = _convert(given, options)
    except (TextToPdfError, OSError) as error:
        print(f"{given.input}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if given.verbose:
        print(
            f"{report.pages} pages; "
            f"{report.encoding} ({report.encoding_basis}); decided by {report.encoding_step}; "
            f"{report.replaced} characters replaced, {report.repaired} bytes repaired",
            file=sys.stderr,
        )
    for warning in report.warnings:
        print(f"{given.input}: {warning.message}", file=sys.stderr)
    return 0


def text_to_pdf() -> int:
    """Run the installed command `text-to-pdf`; return its exit code, as `main` does."""
    return _without_garbage_collection("text-to-pdf")


def _without_garbage_collection(program: str) -> int:
    """Return the exit code of `main`, run without searches for reference cycles.

    Searching the objects of fpdf2's 400 modules, while they are imported and at exit, is a quarter
    of the time that a small file takes. A conversion makes no cycles.
    """
    gc.disable()
    status = main(program=program)
    gc.freeze()
    return status


def _parser(program: str) -> ArgumentParser:
    parser = ArgumentParser(prog=program, description="Turn a text file into a PDF.")
    parser.add_argument("input", help="text file, or - for standard input")
    parser.add_argument("output", help="PDF file, or - for standard output")
    parser.add_argument("--page-size", help=f"{' or '.join(PageSize)} (a4)")
    parser.add_argument("--orientation", help=f"{' or '.join(Orientation)} (portrait)")
    parser.add_argument("--font-size", help="points, {:g} to {:g} (10)".format(*FONT_SIZES))
    parser.add_argument("--margin", help="millimetres, {:g} to {:g} (15)".format(*MARGINS))
    parser.add_argument("--charset", help="the encoding, if it is known")
    parser.add_argument(
        "--charsets", help="encodings that decide if it is not known: cp850,windows-1252"
    )
    parser.add_argument(
        "--language", type=_language, help="of the text, as a BCP 47 tag: en, pt-BR, …"
    )
    parser.add_argument("--tagged", help="on or off: paragraphs for assistive technology (on)")
    parser.add_argument(
        "--created",
        type=_moment,
        help="date and time of the text, ISO 8601 (that of the file, or now)",
    )
    parser.add_argument("--title", help="shown in the header (the file's name)")
    parser.add_argument("-v", "--verbose", action="store_true", help="report what was done")
    parser.add_argument("--version", action="version", version=f"text-to-pdf {VERSION}")
    return parser


def _moment(text: str) -> datetime:
    """Return a moment with its zone, that of this machine if none is given."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.astimezone()
        moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ArgumentTypeError(
            f"{text!a} is no date and time such as 2026-01-31T08:00+01:00"
        ) from error
    return moment


def _language(text: str) -> str:
    language = tag(text)
    if language is None:
        raise ArgumentTypeError(f"{text!a} is no language tag such as en or pt-BR (BCP 47)")
    return language


def _convert(given: Namespace, options: Options) -> Report:
    with ExitStack() as stack:
        if given.input == "-":
            source, about = sys.stdin.buffer, _about(given, "standard input", None)
        else:
            path = Path(given.input)
            source = stack.enter_context(path.open("rb"))
            about = _about(given, path.name, path)
        progress = _bar(about.size, stack)
        if given.output == "-":
            return convert(source, sys.stdout.buffer, about, options, progress)
        output = Path(given.output)
        if _is_same_file(source, output):
            raise OSError(f"the PDF would replace the text in {given.output}: choose another name")
        with replacing(output) as sink:
            return convert(source, sink, about, options, progress)


def _is_same_file(source: BinaryIO, output: Path) -> bool:
    return output.is_file() and os.path.samestat(os.fstat(source.fileno()), output.stat())


def _about(given: Namespace, name: str, path: Path | None) -> Source:
    created = given.created
    if created is None:
        seconds = path.stat().st_mtime if path else None
        created = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    name = _unicode(given.title or name)
    return Source(
        name=name,
        created_at=created,
        document_id=f"{name} {created.isoformat()}",
        size=path.stat().st_size if path else None,
        language=given.language,
    )


def _unicode(name: str) -> str:
    """Return the name with U+FFFD for each byte that is no UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


def _bar(size: int | None, stack: ExitStack) -> OnProgress | None:
    """A progress bar for a large file, if there is a terminal to show it on."""
    if not sys.stderr.isatty() or (size is not None and size < _LARGE):
        return None
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = BarColumn(), DownloadColumn(), TextColumn("{task.fields[pages]} pages")
    bar = stack.enter_context(
        Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
    )
    task = bar.add_task("", total=size, pages=0)

    def show(progress: Progress) -> None:
        bar.update(task, completed=progress.bytes_read, pages=progress.pages)

    return show


if __name__ == "__main__":
    sys.exit(_without_garbage_collection(MODULE))
