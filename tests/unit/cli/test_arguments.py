import pytest

from chalicelib import VERSION
from cli.arguments import parsed


def test_query_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(["--version"], "manual")
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"query.py {VERSION}\n"
