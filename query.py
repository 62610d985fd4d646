"""Has this file been processed, and where is the result?  Asks the stage's table directly.

examples:
  python query.py reports/a.txt              one file
  python query.py reports/                   all files whose keys begin with reports/
  python query.py ""                         every file
  python query.py s3://BUCKET/reports/a.txt  a location instead of a key
  python query.py reports/ --output json     for programs
  python query.py reports/ --stage prod      another stage than the one deployed last

exit status:
  0 all found are SUCCESS    1 some FAILED or in progress    2 wrong usage
  3 nothing found            4 no access or no stack
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.errors import SettingsError
from chalicelib.settings import Settings, last_deployed_stage

if TYPE_CHECKING:
    from chalicelib.records import Record

PROJECT = Path(__file__).parent
CHALICE_DIRECTORY = PROJECT / ".chalice"


class Exit(IntEnum):
    """Exit statuses."""

    ALL_SUCCESS = 0
    SOME_NOT = 1
    USAGE = 2
    NOTHING_FOUND = 3
    NO_ACCESS = 4


class UsageError(Exception):
    """The command line asks for something that cannot be."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer the question on the command line; the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        stage = asked.stage or last_deployed_stage(CHALICE_DIRECTORY)
        settings = Settings.from_chalice_config(CHALICE_DIRECTORY, stage)
        key = _key_of(asked.key_or_prefix, settings)
        found = _ask(key, settings)
    except UsageError as error:
        return _fail(Exit.USAGE, str(error))
    except SettingsError as error:
        return _fail(Exit.NO_ACCESS, str(error))
    if isinstance(found, str):
        return _fail(Exit.NO_ACCESS, found)
    if asked.output == "json":
        _print_json(found)
    else:
        _print_table(found)
    if not found:
        return _fail(
            Exit.NOTHING_FOUND,
            f"nothing is known of {key!r} in s3://{settings.input_bucket} (stage {stage}): "
            'keys are case-sensitive; `python query.py ""` lists what there is',
        )
    return Exit.ALL_SUCCESS if all(r.status == "SUCCESS" for r in found) else Exit.SOME_NOT


def _parser() -> argparse.ArgumentParser:
    what, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="query.py",
        description=what,
        epilog=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "key_or_prefix",
        metavar="KEY_OR_PREFIX",
        help="a file's key or s3://bucket/key; if no file has it, all whose keys begin with it",
    )
    parser.add_argument("--stage", help="stage to ask (default: the one deployed last)")
    parser.add_argument("--output", choices=["table", "json"], default="table")
    return parser


def _key_of(argument: str, settings: Settings) -> str:
    if not argument.startswith("s3://"):
        return argument
    bucket, _, key = argument.removeprefix("s3://").partition("/")
    if bucket != settings.input_bucket:
        raise UsageError(
            f"bucket {bucket!r} is not the input bucket of stage {settings.stage}, "
            f"which is {settings.input_bucket!r}: name a key in that one, or another --stage"
        )
    return key


def _ask(key: str, settings: Settings) -> "list[Record] | str":
    """The records of the key, else of the prefix; or why they cannot be had."""
    _use_emulator(settings.stage)
    from botocore.exceptions import BotoCoreError, ClientError  # slow: not for --help

    from chalicelib import connections

    try:
        answers = connections.answers(settings)
        record = answers.key(key) if key else None
        return [record] if record else list(answers.all(key))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return (
                f"table {settings.table} of stage {settings.stage} is not there: check the region "
                f"(AWS_DEFAULT_REGION), or run `make deploy STAGE={settings.stage}`"
            )
        return f"AWS refused: {error.response['Error']['Message']}; check your credentials"
    except BotoCoreError as error:
        return f"AWS cannot be asked: {error}; check your credentials, region and network"


def _use_emulator(stage: str) -> None:
    """Point this process at the emulator of a running `make run`, which wrote down where it is."""
    connection = PROJECT / ".local" / "connection.json"
    if stage == "local" and "AWS_ENDPOINT_URL" not in os.environ and connection.exists():
        os.environ.update(json.loads(connection.read_text("utf-8")))


def _print_json(found: "list[Record]") -> None:
    from chalicelib.status import public

    print(json.dumps([public(record) for record in found], ensure_ascii=False, indent=2))


def _print_table(found: "list[Record]") -> None:
    """One line a file, aligned, never cut: a long one is the terminal's to wrap."""
    from rich.cells import cell_len

    rows = [_row(record) for record in found]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (c + " " * (w - cell_len(c)) for c, w in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def _row(record: "Record") -> list[str]:
    output = f"s3://{record.output_bucket}/{record.output_key}" if record.output_key else "-"
    source = f"s3://{record.input_bucket}/{record.input_key}"
    error = record.error or ""
    return [_shown(source), "→", _shown(output), record.status, record.processed_at, _shown(error)]


def _shown(text: str) -> str:
    """The text with every control character escaped: a key may hold terminal commands."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _fail(status: Exit, message: str) -> Exit:
    print(f"query.py: {_shown(message)}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
