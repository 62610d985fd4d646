import pytest

from chalicelib import VERSION
from cli.arguments import parse_arguments


def test_query_prints_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_arguments(["--version"], "manual")
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"query.py {VERSION}\n"
