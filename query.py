"""Show which files have been converted, and where their PDFs are. Reads the stage's table directly.

examples:
  python query.py reports/a.txt                one file
  python query.py reports/                     all files whose keys begin with reports/
  python query.py ""                           every file
  python query.py s3://BUCKET/reports/a.txt    the S3 location of a text or a PDF instead of a key
  python query.py reports/ --wait              wait until all of them are converted or have failed
  python query.py reports/ --download pdfs     download their PDFs into the folder pdfs
  python query.py reports/ --status FAILED     only files that failed
  python query.py reports/ --warnings          only files whose PDF may be wrong
  python query.py "" --missing                 objects in the bucket that were never converted
  python query.py "" --summary                 the number of files with each status
  python query.py "" --output jsonl | jq .     output for programs
  python query.py reports/ --stage prod        another stage than the one deployed last

KEY_OR_PREFIX selects exactly one file if there is a record with that key, and otherwise all files
whose keys begin with it. Use --key or --prefix to choose, or if it begins with a hyphen
(--key=-a.txt). --summary and --missing always take a prefix.

exit status:
  0 all files are SUCCESS    1 some FAILED or in progress    2 wrong usage
  3 no such file             4 no access or no stack         5 --wait timed out
  130 interrupted
"""

import argparse
import gc
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from chalicelib.errors import BadQuestion, SettingsError
from chalicelib.settings import Settings, last_deployed_stage
from cli.arguments import parse_arguments
from cli.exit_status import Exit, fail

PROJECT = Path(__file__).parent
CHALICE_DIRECTORY = PROJECT / ".chalice"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit status."""
    try:
        options = parse_arguments(arguments, __doc__ or "")
        stage = options.stage or last_deployed_stage(CHALICE_DIRECTORY)
        settings = Settings.from_chalice_config(CHALICE_DIRECTORY, stage)
        return _run_query(options, settings)
    except BadQuestion as error:
        return fail(Exit.USAGE, str(error))
    except SettingsError as error:
        return fail(Exit.NO_ACCESS, str(error))
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def _run_query(options: argparse.Namespace, settings: Settings) -> Exit:
    """Run a query with valid options, and explain errors of AWS."""
    _use_emulator(settings.stage)
    from botocore.exceptions import BotoCoreError, ClientError  # a slow import that --help can skip

    from cli.run import QueryRun
    from cli.subject import Subject
    from infra.explanation import explain

    gc.freeze()
    gc.enable()
    subject = Subject.of(
        settings,
        key_or_prefix=options.key_or_prefix,
        key=options.key,
        prefix=options.prefix,
        status=options.status,
        since=options.since,
        has_warnings=options.warnings,
    )
    try:
        return QueryRun(options, settings, subject).run()
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            message = (
                f"table {settings.table} of stage {settings.stage} does not exist: check the region"
                f" (AWS_DEFAULT_REGION), or run `make deploy STAGE={settings.stage}`"
            )
            return fail(Exit.NO_ACCESS, message)
        return fail(Exit.NO_ACCESS, explain(error))
    except BotoCoreError as error:
        return fail(Exit.NO_ACCESS, explain(error))


def _use_emulator(stage: str) -> None:
    """Point AWS clients of this process at the emulator of a running `make run`, if there is one.

    `make run` writes the emulator's address to .local/connection.json.
    """
    connection = PROJECT / ".local" / "connection.json"
    if stage == "local" and "AWS_ENDPOINT_URL" not in os.environ and connection.exists():
        os.environ.update(json.loads(connection.read_text("utf-8")))


if __name__ == "__main__":
    gc.disable()  # until all is imported: garbage collections would take a sixth of a short query
    sys.exit(main())
