"""What tests note for the end of a run, in the properties of their reports.

Reports are what comes back from every process that runs tests (pytest-xdist).
"""

import pytest


def noted(reporter: pytest.TerminalReporter, name: str) -> list[object]:
    """Return the values of this property in all reports, in the order in which they came."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in reporter.getreports(outcome)
        if report.when == "call"
    ]
    return [value for report in reports for key, value in report.user_properties if key == name]
