"""CPU time of each function's cold start (imports and clients), compared with budgets.

python -m bench.cold_start        exits with 1 if a median exceeds its budget

The package is unpacked as on Lambda. Each start is a new process that cannot write bytecode, as on
Lambda's read-only disk: modules without bytecode in the package are compiled at each start. boto3
and the standard library have bytecode, as on Lambda. The files are in the page cache: for Lambda,
add the download of the package, and divide by the share of a CPU that comes with the memory setting
(Lambda Developer Guide: 1,769 MB are one CPU).
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
from chalicelib.converter import Options, Source
text = io.BytesIO(b"0123456789abcde\\n" * 64)
about = Source("a", datetime.now(UTC), "a")
app.services.pipeline.convert(text, io.BytesIO(), about, Options(), None)
"""
FUNCTIONS = {
    "authorize": ("app.services.gate", 700),
    "api_handler": ("app.services.answers", 700),
    "convert": ("app.services.pipeline; import fpdf", 1100),
    "convert, with 1 kB": (CONVERSION, 1100),
}
"""Code that initializes each function (the last one also converts a file), and its budget in CPU
milliseconds."""


def start(path: list[str], initialization: str) -> float:
    """Return the CPU milliseconds from the start of the interpreter to the end of the code."""
    code = (
        f"import sys, time; sys.path[:0] = {path!r}; import app; "
        f"{initialization}\nprint(time.process_time())"
    )
    process = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code],
        env=SETTINGS,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(process.stdout) * 1000


def main() -> int:
    """Measure and print all cold starts, and return the exit status."""
    is_over_budget = False
    print(f"{'function':18} {'median':>8} {'fastest':>8} {'budget':>8}  CPU ms")
    with tempfile.TemporaryDirectory() as folder:
        path = unpack(PROJECT, Path(folder))
        for name, (initialization, budget) in FUNCTIONS.items():
            times = [start(path, initialization) for _ in range(STARTS)]
            median = statistics.median(times)
            is_over_budget |= median > budget
            print(f"{name:18} {median:8.0f} {min(times):8.0f} {budget:8}")
    return 1 if is_over_budget else 0


if __name__ == "__main__":
    sys.exit(main())
