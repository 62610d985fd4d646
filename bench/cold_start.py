"""What CPU each function's imports and clients take when its package is fresh, against budgets.

python -m bench.cold_start        exits with 1 if a median is over its budget

The package is unpacked as Lambda does it, each start is a process of its own, and none may write
compiled modules, as on Lambda's read-only disk: what was not compiled when the package was built is
compiled at each start. boto3 and the standard library are compiled, as Lambda's Python has them.
The files are in the page cache: on Lambda add fetching the package, and divide by the share of a
CPU that the memory setting buys (Lambda Developer Guide: 1,769 MB are one).
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.deploy import PROJECT
from infra.package import unpack

STARTS = 9
SETTINGS = {
    "STAGE": "bench",
    "INPUT_BUCKET": "in",
    "OUTPUT_BUCKET": "out",
    "TABLE": "table",
    "TOKEN_PARAMETER": "/text-to-pdf/bench/token",
    "AWS_DEFAULT_REGION": "us-east-1",
}
CONVERSION = """
import io
from datetime import UTC, datetime
from chalicelib.converter import Source, convert
app.services.pipeline
convert(io.BytesIO(b"0123456789abcde\\n" * 64), io.BytesIO(), Source("a", datetime.now(UTC), "a"))
"""
FUNCTIONS = {
    "authorize": ("app.services.gate", 700),
    "api_handler": ("app.services.answers", 700),
    "convert": ("app.services.pipeline; import fpdf", 1100),
    "convert, with 1 kB": (CONVERSION, 1100),
}
"""What each function needs before it can work (the last: its first file too), and its budget in
milliseconds."""


def start(path: list[str], needs: str) -> float:
    """CPU milliseconds from the start of the interpreter to readiness."""
    code = (
        f"import sys, time; sys.path[:0] = {path!r}; import app; "
        f"{needs}\nprint(time.process_time())"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code],
        env=SETTINGS,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout) * 1000


def main() -> int:
    """Measure and print; the exit status."""
    over = False
    print(f"{'function':18} {'median':>8} {'fastest':>8} {'budget':>8}  CPU ms")
    with tempfile.TemporaryDirectory() as folder:
        path = unpack(PROJECT, Path(folder))
        for name, (needs, budget) in FUNCTIONS.items():
            times = [start(path, needs) for _ in range(STARTS)]
            median = statistics.median(times)
            over |= median > budget
            print(f"{name:18} {median:8.0f} {min(times):8.0f} {budget:8}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
