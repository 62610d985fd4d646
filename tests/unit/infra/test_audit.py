"""What pip-audit 2.10 prints, and what that means."""

import json

import pytest

from infra.audit import Verdict, main, verdict

CLEAN = {"name": "fpdf2", "version": "2.8.9", "vulns": []}
HOLED = {
    "name": "pillow",
    "version": "9.0.0",
    "vulns": [{"id": "PYSEC-2022-10", "fix_versions": ["9.0.1"], "aliases": [], "description": ""}],
}
SKIPPED = {"name": "defusedxml", "skip_reason": "Dependency not found and could not be audited"}


def printed(*dependencies: object) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_a_known_hole_is_named_with_the_version_that_mends_it() -> None:
    found = verdict(printed(CLEAN, HOLED), "")
    assert found.checked == 2
    assert found.known == ("pillow 9.0.0: PYSEC-2022-10, mended in 9.0.1",)


def test_what_could_not_be_checked_does_not_count_as_clean() -> None:
    assert verdict(printed(CLEAN, SKIPPED), "") == Verdict(
        1, unchecked=("Dependency not found and could not be audited",)
    )


def test_a_service_that_cannot_be_reached_is_told_with_its_reason() -> None:
    complaint = "Traceback\n  …\nConnectionError: Name or service not known\n"
    assert verdict("", complaint).unchecked == ("ConnectionError: Name or service not known",)
    assert verdict("", "").checked == 0


def test_a_program_that_is_missing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no/such/pip-audit"]) == 1
    assert "make audit: no/such/pip-audit cannot be started" in capsys.readouterr().err
