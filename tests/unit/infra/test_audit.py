"""Reading the output of pip-audit 2.10."""

import json

import pytest

from infra.audit import AuditResult, main, parse_output

CLEAN = {"name": "fpdf2", "version": "2.8.9", "vulns": []}
VULNERABLE = {
    "name": "pillow",
    "version": "9.0.0",
    "vulns": [{"id": "PYSEC-2022-10", "fix_versions": ["9.0.1"], "aliases": [], "description": ""}],
}
SKIPPED = {"name": "defusedxml", "skip_reason": "Dependency not found and could not be audited"}


def output(*dependencies: object) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_a_known_vulnerability_is_reported_with_the_version_that_fixes_it() -> None:
    result = parse_output(output(CLEAN, VULNERABLE), "")
    assert result.checked == 2
    assert result.vulnerabilities == ("pillow 9.0.0: PYSEC-2022-10, fixed in 9.0.1",)


def test_a_skipped_library_does_not_count_as_checked() -> None:
    assert parse_output(output(CLEAN, SKIPPED), "") == AuditResult(
        1, unchecked=("Dependency not found and could not be audited",)
    )


def test_an_unreachable_service_is_reported_with_the_reason() -> None:
    stderr = "Traceback\n  …\nConnectionError: Name or service not known\n"
    assert parse_output("", stderr).unchecked == ("ConnectionError: Name or service not known",)
    assert parse_output("", "").checked == 0


def test_a_missing_program_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no/such/pip-audit"]) == 1
    assert "make audit: no/such/pip-audit cannot be started" in capsys.readouterr().err
