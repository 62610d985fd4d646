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
from chalicelib.converter.language import language_tag
from chalicelib.converter.options import OPTIONS
from chalicelib.converter.output_file import replacing
from chalicelib.converter.reading.compression import Readable, decoded
from chalicelib.errors import TextToPdfError

MODULE = "python -m chalicelib.converter"

_MIN_PROGRESS_SIZE = 4 * 1024 * 1024
"""Size of a file in bytes below which it is converted before a progress bar could be read."""


def main(arguments: list[str] | None = None, program: str = MODULE) -> int:
    """Run the command; return its exit code.

    This is 0, 1 after an error message of one sentence, or 130 if interrupted. `program` is the
    command's name in --help and in messages about wrong usage.
    """
    args = _parser(program).parse_args(arguments)
    try:
        values = {option.key: getattr(args, option.name) for option in OPTIONS}
        options = Options.parse({key: value for key, value in values.items() if value})
        report = _convert(args, options)
    except (TextToPdfError, OSError) as error:
        print(f"{args.input}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if args.verbose:
        print(
            f"{report.pages} pages; "
            f"{report.encoding} ({report.encoding_basis}); decided by {report.encoding_step}; "
            f"{report.replaced} characters replaced, {report.repaired} bytes repaired; "
            f"{report.page_format}",
            file=sys.stderr,
        )
    for warning in report.warnings:
        print(f"{args.input}: {warning.message}", file=sys.stderr)
    return 0


def text_to_pdf() -> int:
    """Run the installed command `text-to-pdf`; return its exit code, as `main` does."""
    return _without_garbage_collection("text-to-pdf")


def _without_garbage_collection(program: str) -> int:
    """Run `main` without garbage collection; return its exit code.

    Collections among the objects of fpdf2's 400 modules, during their import and at exit, are a
    quarter of the time that a small file takes. A conversion makes no reference cycles.
    """
    gc.disable()
    status = main(program=program)
    gc.freeze()
    return status


def _parser(program: str) -> ArgumentParser:
    """Return the parser of the command line."""
    parser = ArgumentParser(prog=program, description="Turn a text file into a PDF.")
    parser.add_argument("input", help="text file, may be compressed (.gz), or - for standard input")
    parser.add_argument("output", help="PDF file, or - for standard output")
    for option in OPTIONS:
        # argparse reports an invalid language as wrong usage; Options checks the other values.
        type_ = _language if option.name == "language" else str
        parser.add_argument(option.flag, type=type_, help=option.description)
    parser.add_argument(
        "--created",
        type=_date_and_time,
        help="date and time of the text, in ISO 8601 (default: when the file was modified, or now)",
    )
    parser.add_argument("--title", help="title, shown in the header (default: name of the file)")
    parser.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="print the number of pages, the encoding and the repairs",
    )
    parser.add_argument("--version", action="version", version=f"text-to-pdf {VERSION}")
    return parser


def _date_and_time(text: str) -> datetime:
    """Return a date and time with its time zone, by default that of this machine."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.astimezone()
        moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ArgumentTypeError(
            f"{text!a} is not a date and time such as 2026-01-31T08:00+01:00"
        ) from error
    return moment


def _language(text: str) -> str:
    """Return a valid language tag; used as the type of an argument."""
    language = language_tag(text)
    if language is None:
        raise ArgumentTypeError(f"{text!a} is not a language tag (BCP 47) such as en or pt-BR")
    return language


def _convert(args: Namespace, options: Options) -> Report:
    """Convert the input to the output that the arguments name."""
    with ExitStack() as stack:
        if args.input == "-":
            source, about = sys.stdin.buffer, _describe(args, "standard input", None)
        else:
            path = Path(args.input)
            source = stack.enter_context(path.open("rb"))
            about = _describe(args, path.name, path)
        progress = _progress_bar(about.size, stack)
        if args.output == "-":
            return convert(_text(source, args), sys.stdout.buffer, about, options, progress)
        output = Path(args.output)
        if _is_same_file(source, output):
            raise OSError(f"the PDF would replace the text in {args.output}; choose another name")
        with replacing(output) as sink:
            return convert(_text(source, args), sink, about, options, progress)


def _text(source: BinaryIO, given: Namespace) -> Readable:
    return decoded(source, None, given.input)


def _is_same_file(source: BinaryIO, output: Path) -> bool:
    """Return whether the output is the file that is being read."""
    return output.is_file() and os.path.samestat(os.fstat(source.fileno()), output.stat())


def _describe(args: Namespace, name: str, path: Path | None) -> Source:
    """Return the description of a text that is in a file or, without `path`, on standard input."""
    created = args.created
    if created is None:
        seconds = path.stat().st_mtime if path else None
        created = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    name = _unicode(args.title or name)
    return Source(
        name=name,
        created_at=created,
        document_id=f"{name} {created.isoformat()}",
        size=path.stat().st_size if path else None,
    )


def _unicode(name: str) -> str:
    """Return the name with U+FFFD for each byte that is not UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


def _progress_bar(size: int | None, stack: ExitStack) -> OnProgress | None:
    """Start a progress bar for a large file on a terminal; return its callback, or None."""
    if not sys.stderr.isatty() or (size is not None and size < _MIN_PROGRESS_SIZE):
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
