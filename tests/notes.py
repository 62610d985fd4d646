"""What tests note for the end of a run, in the properties of their reports.

Reports are what comes back from every process that runs tests (pytest-xdist). The process that
writes the summary collects no tests, so of the conftests it loads only the first.
"""

from typing import cast

import pytest

OUTCOME = "outcome"
"""Name of the report property that holds a line of the table of faults."""

STATES = "states"
"""Name of the report property that holds a scope of the protocol and the number of its states."""


def write_summary(reporter: pytest.TerminalReporter) -> None:
    """Write what tests noted, and whether the web page was not tested."""
    if lines := noted(reporter, OUTCOME):
        reporter.section("faults")
        reporter.line("call | fault | times | record | claims | AWS calls")
        for line in lines:
            reporter.line(str(line))
    if states := dict(cast("list[tuple[str, int]]", noted(reporter, STATES))):
        reporter.section("states of the protocol that were explored")
        for name, count in states.items():
            reporter.line(f"{count:>10,}  {name}")
        reporter.line(f"{sum(states.values()):>10,}  total")
    from tests.browser.chromium import NO_CHROMIUM

    skipped = sum(NO_CHROMIUM in str(report.longrepr) for report in reporter.getreports("skipped"))
    if skipped:
        reporter.section("THE WEB PAGE WAS NOT TESTED", red=True, bold=True)
        reporter.line(f"{skipped} tests were skipped: {NO_CHROMIUM}.")


def noted(reporter: pytest.TerminalReporter, name: str) -> list[object]:
    """Return the values of this property in all reports, in the order in which they came."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in reporter.getreports(outcome)
        if report.when == "call"
    ]
    return [value for report in reports for key, value in report.user_properties if key == name]
