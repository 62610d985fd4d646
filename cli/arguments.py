"""The options of query.py, and which of them can be combined."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

from chalicelib import VERSION
from cli.screen import escape

DEFAULT_WAIT_SECONDS = 600


def parse_arguments(arguments: Sequence[str] | None, manual: str) -> argparse.Namespace:
    """Return the parsed options; `arguments` are those of the process if None.

    Raises SystemExit with status 2 if they are wrong or cannot be combined, and with 0 after --help
    or --version. The first paragraph of `manual` becomes the description in --help, and the rest
    its epilog.
    """
    description, _, epilog = manual.partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="query.py",
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "key_or_prefix",
        nargs="?",
        metavar="KEY_OR_PREFIX",
        help="the key of a file, s3://bucket/key, or the beginning of keys",
    )
    add("--key", help="exactly this file")
    add("--prefix", help="all files whose keys begin with this, even if it is itself a key")
    add("--stage", help="stage to query (default: the one deployed last)")
    add("--output", choices=["table", "json", "jsonl", "text"], default="table")
    add("--status", choices=["SUCCESS", "FAILED", "PROCESSING"], help="only files with this status")
    add("--since", metavar="TIME", help="only files processed since then, such as 2026-01-31")
    add("--warnings", action="store_true", help="only files whose PDF may be wrong, and why")
    add(
        "--wait",
        nargs="?",
        const=str(DEFAULT_WAIT_SECONDS),
        metavar="SECONDS",
        help="wait until all files are converted or have failed, at most this long "
        f"(default: {DEFAULT_WAIT_SECONDS})",
    )
    add("--url", action="store_true", help="add a link to each PDF, valid for five minutes")
    add("--version", action="version", version=f"query.py {VERSION}")
    add("--download", metavar="DIR", type=Path, help="download the PDFs into this folder")
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--summary", action="store_true", help="only count the files")
    modes.add_argument(
        "--missing",
        action="store_true",
        help="list objects of the input bucket without a record, or with one of an older upload",
    )
    return _check(parser, parser.parse_args(arguments))


def _check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> argparse.Namespace:
    """Return the options, completed; exit with status 2 if they are wrong or cannot be combined."""
    if options.wait is not None and not _is_seconds(options.wait) and options.key_or_prefix is None:
        # argparse takes the prefix of `--wait reports/` for the number of seconds.
        options.key_or_prefix, options.wait = options.wait, str(DEFAULT_WAIT_SECONDS)
    if options.wait is not None and not _is_seconds(options.wait):
        parser.error(f"--wait {escape(options.wait)}: give a number of seconds")
    subjects = [options.key_or_prefix, options.key, options.prefix]
    if sum(subject is not None for subject in subjects) != 1:
        parser.error(
            'give exactly one of KEY_OR_PREFIX, --key and --prefix ("" selects every file)'
        )
    if options.key is not None and (
        options.summary or options.missing or options.status or options.since
    ):
        parser.error("--summary, --missing, --status and --since need a prefix, not a --key")
    if options.missing and (options.status or options.since or options.warnings):
        parser.error(
            "--status, --since and --warnings filter records, and --missing lists objects without"
        )
    if options.summary and options.warnings:
        parser.error("--warnings lists files, and --summary only counts them")
    if (options.summary or options.missing) and (options.url or options.download):
        parser.error("--url and --download cannot be combined with --summary or --missing")
    return options


def _is_seconds(text: str) -> bool:
    """Return whether the text is a finite number, zero or more."""
    try:
        return math.isfinite(float(text)) and float(text) >= 0
    except ValueError:
        return False
