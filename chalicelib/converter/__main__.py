"""`python -m chalicelib.converter in.txt out.pdf`: the converter on its own."""

import sys
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from chalicelib.converter import OnProgress, Options, Progress, Report, Source, convert
from chalicelib.converter.options import FONT_SIZES, MARGINS, Orientation, PageSize
from chalicelib.errors import TextToPdfError

_LARGE = 4 * 1024 * 1024  # bytes; below, it is done before a bar could be read


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0; 1 with one sentence on standard error; 130 if it was interrupted."""
    given = _parser().parse_args(arguments)
    try:
        chosen = {
            "pdf-page-size": given.page_size,
            "pdf-orientation": given.orientation,
            "pdf-font-size": given.font_size,
            "pdf-margin": given.margin,
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
            f"{report.pages} pages; {report.encoding} ({report.encoding_basis}); "
            f"{report.replaced} characters replaced, {report.repaired} bytes repaired",
            file=sys.stderr,
        )
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m chalicelib.converter", description="Turn a text file into a PDF."
    )
    parser.add_argument("input", help="text file, or - for standard input")
    parser.add_argument("output", help="PDF file, or - for standard output")
    parser.add_argument("--page-size", help=f"{' or '.join(PageSize)} (a4)")
    parser.add_argument("--orientation", help=f"{' or '.join(Orientation)} (portrait)")
    parser.add_argument("--font-size", help="points, {:g} to {:g} (10)".format(*FONT_SIZES))
    parser.add_argument("--margin", help="millimetres, {:g} to {:g} (15)".format(*MARGINS))
    parser.add_argument("--charset", help="the encoding, if it is known")
    parser.add_argument("--language", help="of the text, as a BCP 47 tag: en, pt-BR, …")
    parser.add_argument(
        "--created",
        type=datetime.fromisoformat,
        help="date and time of the text, ISO 8601 (that of the file, or now)",
    )
    parser.add_argument("--title", help="shown in the header (the file's name)")
    parser.add_argument("-v", "--verbose", action="store_true", help="report what was done")
    return parser


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
        return _to_file(Path(given.output), source, about, options, progress)


def _to_file(
    output: Path, source: BinaryIO, about: Source, options: Options, progress: OnProgress | None
) -> Report:
    """Write beside the file and move at the end, so that there is never half a PDF."""
    partial = output.with_name(output.name + ".part")
    try:
        with partial.open("wb") as sink:
            report = convert(source, sink, about, options, progress)
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    return report


def _about(given: Namespace, name: str, path: Path | None) -> Source:
    created = given.created
    if created is None:
        seconds = path.stat().st_mtime if path else None
        created = datetime.fromtimestamp(seconds, UTC) if seconds else datetime.now(UTC)
    name = given.title or name
    return Source(
        name=name,
        created_at=created if created.tzinfo else created.astimezone(),
        document_id=f"{name} {created.isoformat()}",
        charset=given.charset,
        size=path.stat().st_size if path else None,
        language=given.language,
    )


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
    sys.exit(main())
