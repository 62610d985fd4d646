"""Has this file been processed, and where is the result?  Asks the stage's table directly.

examples:
  python query.py reports/a.txt                one file
  python query.py reports/                     all files whose keys begin with reports/
  python query.py ""                           every file
  python query.py s3://BUCKET/reports/a.txt    a location instead of a key, of the text or its PDF
  python query.py reports/ --wait              wait until all of them are settled
  python query.py reports/ --download pdfs     fetch their PDFs into the folder pdfs
  python query.py reports/ --status FAILED     only those that failed
  python query.py reports/ --warnings          only those whose PDF may be wrong
  python query.py "" --missing                 what is in the bucket and was never converted
  python query.py "" --summary                 how many files stand where
  python query.py "" --output jsonl | jq .     for programs
  python query.py reports/ --stage prod        another stage than the one deployed last

An argument of which there is a record means exactly that file; any other means all files whose
keys begin with it. --key and --prefix say which is meant, and take what begins with a hyphen
(--key=-a.txt). --summary and --missing always mean a prefix.

exit status:
  0 all found are SUCCESS    1 some FAILED or in progress    2 wrong usage
  3 nothing found            4 no access or no stack         5 a wait that ran out
  130 interrupted
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from chalicelib.errors import BadQuestion, SettingsError
from chalicelib.settings import Settings, last_deployed_stage
from cli.arguments import parsed
from cli.exit_status import Exit, fail

PROJECT = Path(__file__).parent
CHALICE_DIRECTORY = PROJECT / ".chalice"


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer the question on the command line; the exit status."""
    try:
        asked = parsed(arguments, __doc__ or "")
        stage = asked.stage or last_deployed_stage(CHALICE_DIRECTORY)
        settings = Settings.from_chalice_config(CHALICE_DIRECTORY, stage)
        return _answer(asked, settings)
    except BadQuestion as error:
        return fail(Exit.USAGE, str(error))
    except SettingsError as error:
        return fail(Exit.NO_ACCESS, str(error))
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def _answer(asked: argparse.Namespace, settings: Settings) -> Exit:
    """Answer a question that is well put."""
    _use_emulator(settings.stage)
    from botocore.exceptions import BotoCoreError, ClientError  # slow: not for --help

    from cli.run import QueryRun
    from cli.subject import Subject
    from infra.explanation import explain

    subject = Subject.of(
        settings,
        either=asked.key_or_prefix,
        key=asked.key,
        prefix=asked.prefix,
        status=asked.status,
        since=asked.since,
        has_warnings=asked.warnings,
    )
    try:
        return QueryRun(asked, settings, subject).result()
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            why = (
                f"table {settings.table} of stage {settings.stage} is not there: check the region "
            )
            why += f"(AWS_DEFAULT_REGION), or run `make deploy STAGE={settings.stage}`"
            return fail(Exit.NO_ACCESS, why)
        return fail(Exit.NO_ACCESS, explain(error))
    except BotoCoreError as error:
        return fail(Exit.NO_ACCESS, explain(error))


def _use_emulator(stage: str) -> None:
    """Point this process at the emulator of a running `make run`, which wrote down where it is."""
    connection = PROJECT / ".local" / "connection.json"
    if stage == "local" and "AWS_ENDPOINT_URL" not in os.environ and connection.exists():
        os.environ.update(json.loads(connection.read_text("utf-8")))


if __name__ == "__main__":
    sys.exit(main())
