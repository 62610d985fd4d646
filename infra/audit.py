"""Check the libraries of the Lambda package for known vulnerabilities with pip-audit.

python -m infra.audit PIP_AUDIT [--strict]
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.command import exit_status
from infra.explanation import StageError

LOCK = Path(__file__).parents[1] / "requirements.lock"


@dataclass(frozen=True)
class AuditResult:
    """The result of an audit.

    `checked` is the number of libraries checked; `vulnerabilities` has a line for each known one,
    and `unchecked` the reason of each check that was skipped.
    """

    checked: int
    vulnerabilities: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


def parse_output(stdout: str, stderr: str) -> AuditResult:
    """Return the result that pip-audit printed as JSON on `stdout`.

    If it printed none, no library counts as checked, and the last line of `stderr` is the reason.
    """
    try:
        packages = json.loads(stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last_line = stderr.strip().splitlines()[-1:] or ["pip-audit printed nothing"]
        return AuditResult(0, unchecked=(last_line[0],))
    vulnerabilities = tuple(
        f"{package['name']} {package['version']}: {vulnerability['id']}, "
        f"fixed in {', '.join(vulnerability['fix_versions']) or 'no version yet'}"
        for package in packages
        for vulnerability in package.get("vulns", ())
    )
    unchecked = tuple(p["skip_reason"] for p in packages if "skip_reason" in p)
    return AuditResult(len(packages) - len(unchecked), vulnerabilities, unchecked)


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit the pinned libraries, and return the exit status.

    It is 1 if a vulnerability is known, if pip-audit cannot be started or, with --strict, if any
    check was skipped. `arguments` are those after the program's name, by default this process's.
    Raises SystemExit if they are wrong.
    """
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument("program", help="path of pip-audit")
    parser.add_argument("--strict", action="store_true", help="fail if any check was skipped")
    options = parser.parse_args(arguments)
    return exit_status("make audit", lambda: _audit(options.program, strict=options.strict))


def _audit(program: str, *, strict: bool) -> int:
    """Run pip-audit, print its findings, and return the exit status."""
    command = [program, "--requirement", str(LOCK), "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off"]
    try:
        process = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise StageError(f"{program} cannot be started ({error.strerror}).") from error
    result = parse_output(process.stdout, process.stderr)
    for vulnerability in result.vulnerabilities:
        print(f"VULNERABLE  {vulnerability}", file=sys.stderr)
    for reason in result.unchecked:
        print(f"NOT CHECKED {reason}", file=sys.stderr)
    if result.unchecked:
        print("make audit: some or all checks were SKIPPED, see above", file=sys.stderr)
    print(
        f"make audit: {result.checked} libraries checked, "
        f"{len(result.vulnerabilities)} known vulnerabilities"
    )
    return 1 if result.vulnerabilities or (strict and result.unchecked) else 0


if __name__ == "__main__":
    sys.exit(main())
