"""The command line: options, and which of them go together."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

from chalicelib import VERSION
from cli.screen import shown

WAIT_SECONDS = 600


def parsed(arguments: Sequence[str] | None, manual: str) -> argparse.Namespace:
    """The arguments, checked against each other; wrong ones end the process with status 2.

    `manual` is what --help says before and after the list of options.
    """
    what, _, rest = manual.partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="query.py",
        description=what,
        epilog=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "key_or_prefix",
        nargs="?",
        metavar="KEY_OR_PREFIX",
        help="a file's key or s3://bucket/key, else what keys begin with",
    )
    add("--key", help="exactly this file")
    add("--prefix", help="all files whose keys begin with this, even if one is called so")
    add("--stage", help="stage to ask (default: the one deployed last)")
    add("--output", choices=["table", "json", "jsonl", "text"], default="table")
    add("--status", choices=["SUCCESS", "FAILED", "PROCESSING"], help="only files that stand there")
    add("--since", metavar="TIME", help="only files processed since, such as 2026-01-31")
    add("--warnings", action="store_true", help="only files whose PDF may be wrong, and why")
    add(
        "--wait",
        nargs="?",
        const=str(WAIT_SECONDS),
        metavar="SECONDS",
        help=f"first wait until all are converted or failed, at most so long ({WAIT_SECONDS})",
    )
    add("--url", action="store_true", help="add a link to each PDF, good for five minutes")
    add("--version", action="version", version=f"query.py {VERSION}")
    add("--download", metavar="DIR", type=Path, help="fetch the PDFs into this folder")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--summary", action="store_true", help="only count the files")
    instead.add_argument(
        "--missing",
        action="store_true",
        help="instead, objects of the input bucket that have no record, or one of an older upload",
    )
    return _checked(parser, parser.parse_args(arguments))


def _checked(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> argparse.Namespace:
    if asked.wait is not None and not _is_seconds(asked.wait) and asked.key_or_prefix is None:
        # `--wait reports/`: it waits for reports/, not for so many seconds.
        asked.key_or_prefix, asked.wait = asked.wait, str(WAIT_SECONDS)
    if asked.wait is not None and not _is_seconds(asked.wait):
        parser.error(f"--wait {shown(asked.wait)}: that is no number of seconds")
    subjects = [asked.key_or_prefix, asked.key, asked.prefix]
    if sum(subject is not None for subject in subjects) != 1:
        parser.error('say which files, once: KEY_OR_PREFIX, --key or --prefix ("" is every file)')
    if asked.key is not None and (asked.summary or asked.missing or asked.status or asked.since):
        parser.error("--summary, --missing, --status and --since are about a prefix, not a --key")
    if asked.missing and (asked.status or asked.since or asked.warnings):
        parser.error(
            "--status, --since and --warnings are about records, and --missing about what has none"
        )
    if asked.summary and asked.warnings:
        parser.error("--warnings lists files, and --summary only counts them")
    if (asked.summary or asked.missing) and (asked.url or asked.download):
        parser.error("--url and --download go with a list of files")
    return asked


def _is_seconds(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and float(text) >= 0
    except ValueError:
        return False
