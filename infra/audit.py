"""Known vulnerabilities of what goes to Lambda, by pip-audit; a skipped check says so aloud.

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
class Verdict:
    """What an audit found: `known` holes, what was `unchecked` and why, how many were `checked`."""

    checked: int
    known: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


def verdict(output: str, complaint: str) -> Verdict:
    """The meaning of what pip-audit printed as JSON, and of its complaint if it printed none."""
    try:
        found = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = complaint.strip().splitlines()[-1:] or ["pip-audit said nothing"]
        return Verdict(0, unchecked=(last[0],))
    known = tuple(
        f"{package['name']} {package['version']}: {hole['id']}, "
        f"mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for package in found
        for hole in package.get("vulns", ())
    )
    unchecked = tuple(p["skip_reason"] for p in found if "skip_reason" in p)
    return Verdict(len(found) - len(unchecked), known, unchecked)


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit the pinned libraries: 1 if a hole is known, or if strict and something unchecked."""
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument("program", help="where pip-audit is")
    parser.add_argument("--strict", action="store_true", help="fail if anything is unchecked")
    asked = parser.parse_args(arguments)
    return exit_status("make audit", lambda: _audit(asked.program, strict=asked.strict))


def _audit(program: str, *, strict: bool) -> int:
    command = [program, "--requirement", str(LOCK), "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise StageError(f"{program} cannot be started ({error.strerror}).") from error
    result = verdict(done.stdout, done.stderr)
    for hole in result.known:
        print(f"KNOWN HOLE  {hole}", file=sys.stderr)
    for reason in result.unchecked:
        print(f"NOT CHECKED {reason}", file=sys.stderr)
    if result.unchecked:
        print("make audit: THE AUDIT WAS SKIPPED, wholly or in part: see above", file=sys.stderr)
    print(f"make audit: {result.checked} libraries checked, {len(result.known)} known holes")
    return 1 if result.known or (strict and result.unchecked) else 0


if __name__ == "__main__":
    sys.exit(main())
