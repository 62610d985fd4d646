"""The deployed API responds to valid and invalid requests as its OpenAPI document says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from chalicelib.api import routes
from infra.deploy import PROJECT
from tests.stack import Stack

KNOWN_KEY = "contract/known.txt"
EXAMPLES = 5
"""Examples for each operation and phase; five times as many found nothing more."""


def test_the_api_conforms_to_its_openapi_document(stack: Stack, tmp_path: Path) -> None:
    stack.upload(KNOWN_KEY)
    stack.settled(KNOWN_KEY)
    document = tmp_path / "openapi.json"
    document.write_text(routes.document(), "utf-8")
    schemathesis = Path(sys.executable).with_name("schemathesis")
    options = [
        *("--url", stack.url, "--header", f"Authorization: Bearer {stack.token}"),
        # The gateway responds to unsupported methods with 403, as to any unknown path.
        *("--checks", "all", "--exclude-checks", "unsupported_method"),
        *("--phases", "examples,coverage,fuzzing,stateful"),
        *("--tls-verify", str(stack.aws.authority)),
        *("--max-examples", str(EXAMPLES), "--seed", "1"),
    ]
    process = subprocess.run(
        [str(schemathesis), "--no-color", "run", str(document), *options],
        cwd=tmp_path,
        env=dict(os.environ)
        | {
            "SCHEMATHESIS_HOOKS": "tests.contract.hooks",
            "PYTHONPATH": str(PROJECT),
            "INPUT_BUCKET": stack.settings.input_bucket,
            "KNOWN_KEY": KNOWN_KEY,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.returncode == 0, process.stdout
    tested = re.search(r"Tested: +(\d+)", process.stdout)
    assert tested is not None
    assert int(tested[1]) == len(json.loads(routes.document())["paths"])
