"""query.py, run as by a user, with a deployed stage."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from chalicelib.records.record import Status
from tests import seeding
from tests.stack import Stack


def test_each_file_is_one_line_with_both_locations(stack: Stack) -> None:
    for key in ("query/a.txt", "query/longer name.txt"):
        stack.upload(key)
        stack.settled(key)
    result = stack.query("query/")
    lines = result.stdout.splitlines()
    assert (result.returncode, len(lines)) == (0, 2)
    assert f"s3://{stack.settings.input_bucket}/query/a.txt" in lines[0]
    assert f"s3://{stack.settings.output_bucket}/query/a.pdf" in lines[0]
    assert lines[0].index("SUCCESS") == lines[1].index("SUCCESS")


def test_a_failed_file_is_shown_with_its_error_and_exits_with_1(stack: Stack) -> None:
    stack.upload("query-failed/x.docx")
    stack.settled("query-failed/x.docx")
    result = stack.query("query-failed/x.docx")
    assert result.returncode == 1
    assert "FAILED" in result.stdout
    assert ".txt" in result.stdout


def test_a_location_is_accepted_as_a_key(stack: Stack) -> None:
    stack.upload("query-location/a.txt")
    stack.settled("query-location/a.txt")
    location = f"s3://{stack.settings.input_bucket}/query-location/a.txt"
    result = stack.query(location, "--output", "json")
    assert [file["input_key"] for file in json.loads(result.stdout)] == ["query-location/a.txt"]


def test_a_location_in_another_bucket_is_wrong_usage(stack: Stack) -> None:
    result = stack.query("s3://elsewhere/a.txt")
    assert result.returncode == 2
    assert stack.settings.input_bucket in result.stderr


def test_a_key_selects_one_file_even_if_it_is_a_prefix_of_others(stack: Stack) -> None:
    for key in ("query-exact/a.txt", "query-exact/a.txt.txt"):
        stack.upload(key)
        stack.settled(key)
    assert len(stack.query("query-exact/a.txt").stdout.splitlines()) == 1
    assert len(stack.query("query-exact/a").stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("query-nothing/", "case-sensitive"),
        ("query-nothing/*.txt", "no wildcards"),
        ("./query-nothing.txt", "no / or ./ in front"),
        ("query-nothing.pdf", "the s3:// location of its PDF"),
    ],
)
def test_no_match_exits_with_3_and_says_what_to_do(stack: Stack, text: str, hint: str) -> None:
    result = stack.query(text)
    assert (result.returncode, result.stdout) == (3, "")
    assert hint in result.stderr


def test_an_unknown_stage_exits_with_4(stack: Stack) -> None:
    result = stack.query("a", "--stage", "nowhere")
    assert result.returncode == 4
    assert "make deploy" in result.stderr


@pytest.mark.parametrize(
    ("changed", "hint"),
    [
        ({"AWS_DEFAULT_REGION": None, "AWS_ENDPOINT_URL": None}, "region"),
        ({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}, "credentials"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "network"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "region"),
    ],
    ids=["no-region", "no-credentials", "no-network", "another-region"],
)
def test_without_access_it_exits_with_4_and_says_what_to_check(
    stack: Stack, changed: dict[str, str | None], hint: str
) -> None:
    variables = {**stack.environment, **changed}
    environment = {name: value for name, value in variables.items() if value is not None}
    result = replace(stack, environment=environment).query("a")
    assert (result.returncode, result.stdout) == (4, "")
    assert hint in result.stderr
    assert "Traceback" not in result.stderr


def test_wrong_usage_exits_with_2(stack: Stack) -> None:
    assert stack.query().returncode == 2


def test_control_characters_in_keys_are_escaped(stack: Stack) -> None:
    key = "query-control/\x1b[31mred\n.txt"
    stack.upload(key)
    stack.settled(key)
    result = stack.query("query-control/")
    assert "\x1b" not in result.stdout
    assert len(result.stdout.splitlines()) == 1


def seeded(stack: Stack, *keys: str, status: Status = Status.SUCCESS) -> None:
    """Write records of files that never existed."""
    records = [seeding.record(stack.settings.input_bucket, key, status) for key in keys]
    seeding.write(stack.dynamodb, stack.settings.table, stack.settings.shards, records)


def test_options_select_a_key_or_a_prefix(stack: Stack) -> None:
    seeded(stack, "query-forced/a", "query-forced/ab")
    assert len(stack.query("query-forced/a").stdout.splitlines()) == 1
    assert len(stack.query("--prefix", "query-forced/a").stdout.splitlines()) == 2
    assert len(stack.query("--key", "query-forced/a").stdout.splitlines()) == 1
    assert stack.query("--key", "query-forced/").returncode == 3


def test_a_key_that_looks_like_an_option_can_be_queried(stack: Stack) -> None:
    seeded(stack, "--help")
    assert stack.query("--key=--help", "--output", "text").returncode == 0


def test_an_object_without_a_record_is_not_processed_and_exits_with_1(stack: Stack) -> None:
    with stack.unnoticed():
        stack.upload("query-unnoticed/a.txt")
    result = stack.query("query-unnoticed/a.txt", "--output", "text")
    assert (result.returncode, result.stdout.split("\t")[0]) == (1, "NOT PROCESSED")
    assert "has no record" in result.stdout


def test_every_format_prints_the_same_files(stack: Stack) -> None:
    seeded(stack, "query-formats/a.txt", "query-formats/b.txt")
    array = json.loads(stack.query("query-formats/", "--output", "json").stdout)
    lines = stack.query("query-formats/", "--output", "jsonl").stdout.splitlines()
    text = stack.query("query-formats/", "--output", "text").stdout.splitlines()
    assert array == [json.loads(line) for line in lines]
    assert [line.split("\t")[1].rpartition("/")[2] for line in text] == ["a.txt", "b.txt"]
    assert [file["input_key"][-5:] for file in array] == ["a.txt", "b.txt"]


def test_json_without_files_is_an_empty_array(stack: Stack) -> None:
    assert json.loads(stack.query("query-nothing/", "--output", "json").stdout) == []


def test_files_can_be_filtered_by_status_and_time(stack: Stack) -> None:
    seeded(stack, "query-status/a.txt", "query-status/b.txt")
    seeded(stack, "query-status/c.txt", status=Status.FAILED)
    failed = stack.query("query-status/", "--status", "FAILED", "--output", "jsonl")
    assert [json.loads(line)["input_key"] for line in failed.stdout.splitlines()] == [
        "query-status/c.txt"
    ]
    assert failed.returncode == 1
    assert stack.query("query-status/", "--since", "2999-01-01").returncode == 3


def test_a_summary_counts_files_by_status(stack: Stack) -> None:
    seeded(stack, "query-summary/a.txt", "query-summary/b.txt")
    seeded(stack, "query-summary/c.txt", status=Status.FAILED)
    result = stack.query("query-summary/", "--summary", "--output", "json")
    assert result.returncode == 1
    assert json.loads(result.stdout)["counts"] == {"PROCESSING": 0, "SUCCESS": 2, "FAILED": 1}
    assert stack.query("query-summary/nothing", "--summary").returncode == 3


def test_missing_lists_objects_without_a_current_record(stack: Stack) -> None:
    for key in ("query-missing/a.txt", "query-missing/c.txt"):
        stack.upload(key)
        stack.settled(key)
    with stack.unnoticed():
        stack.upload("query-missing/b.txt")
        stack.upload("query-missing/c.txt", b"newer")
        stack.upload("query-missing/folder/")
    seeded(stack, "query-missing/aa.txt")
    result = stack.query("query-missing/", "--missing", "--output", "jsonl")
    files = [json.loads(line) for line in result.stdout.splitlines()]
    details = {file["input_key"]: file["detail"] for file in files}
    assert list(details) == ["query-missing/b.txt", "query-missing/c.txt"]
    assert "older upload" in details["query-missing/c.txt"]
    assert result.returncode == 1


def test_missing_exits_with_0_if_none_are_missing_and_3_without_objects(stack: Stack) -> None:
    stack.upload("query-complete/a.txt")
    stack.settled("query-complete/a.txt")
    assert stack.query("query-complete/", "--missing").returncode == 0
    assert stack.query("query-incomplete/", "--missing").returncode == 3


def test_a_link_returns_the_pdf_without_credentials(stack: Stack) -> None:
    stack.upload("query-url/a b.txt")
    stack.settled("query-url/a b.txt")
    result = stack.query("query-url/", "--url", "--output", "jsonl")
    pdf = stack.fetch(json.loads(result.stdout)["url"])
    assert (pdf.status, pdf.body) == (200, stack.pdf("query-url/a b.pdf"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["a", "--key", "a"],
        ["--key", ""],
        ["a", "--wait", "soon"],
        ["a", "--wait", "-1"],
        ["a", "--wait", "nan"],
        ["a", "--since", "yesterday"],
        ["a", "--summary", "--missing"],
        ["a", "--summary", "--download", "pdfs"],
        ["--key", "a", "--status", "FAILED"],
        ["x" * 1025],
        ["--sum", "a"],
    ],
)
def test_incompatible_arguments_are_wrong_usage(stack: Stack, arguments: list[str]) -> None:
    result = stack.query(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_an_argument_that_is_not_unicode_is_wrong_usage(stack: Stack) -> None:
    result = stack.query("\udcff")
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)


@pytest.mark.parametrize("output", ["table", "text", "json", "jsonl"])
def test_a_closed_pipe_is_no_error(stack: Stack, output: str) -> None:
    seeded(stack, *(f"query-pipe/{number:04}{'x' * 200}.txt" for number in range(600)))
    command = [sys.executable, "query.py", "query-pipe/", "--output", output]
    with subprocess.Popen(
        command,
        cwd=stack.project,
        env=dict(stack.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait() == 0


@pytest.mark.parametrize("output", ["table", "text", "json", "jsonl"])
def test_every_format_escapes_control_characters_in_keys(stack: Stack, output: str) -> None:
    key = "query-escaped/\x1b]0;x\x07\x9b31m\u202e\u2028.txt"
    seeded(stack, key)
    result = stack.query("query-escaped/", "--output", output)
    assert all(letter.isprintable() or letter in "\n\t" for letter in result.stdout)
    if output.startswith("json"):
        printed = json.loads(result.stdout)
        assert (printed if output == "jsonl" else printed[0])["input_key"] == key


def test_the_help_has_examples(stack: Stack) -> None:
    result = stack.query("--help")
    assert result.returncode == 0
    assert "python query.py reports/ --wait" in result.stdout


def test_the_help_imports_no_slow_packages(stack: Stack) -> None:
    code = "import sys, query\ntry: query.main(['--help'])\nfinally: print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=stack.project, capture_output=True, text=True
    )
    loaded = {name.partition(".")[0] for name in result.stdout.splitlines()[-1].split()}
    assert not loaded & {"boto3", "botocore", "chalice", "rich", "fpdf", "PIL", "hypothesis"}


def test_files_with_warnings_are_listed_with_their_warnings(stack: Stack) -> None:
    stack.upload("query-doubt/plain.txt", b"plain\n")
    stack.upload("query-doubt/short.txt", b"le mot suivant: l\x8a, et rien\n")
    for key in ("query-doubt/plain.txt", "query-doubt/short.txt"):
        stack.settled(key)
    table = stack.query("query-doubt/", "--warnings")
    assert [line.count("SUCCESS (!)") for line in table.stdout.splitlines()] == [1]
    assert "pdf-charset" in table.stdout
    (file,) = json.loads(stack.query("query-doubt/", "--warnings", "--output", "json").stdout)
    assert file["input_key"] == "query-doubt/short.txt"
    assert [warning["code"] for warning in file["warnings"]] == ["encoding-doubtful"]
    assert file["encoding_step"] == "few-high-bytes"
    (plain,) = json.loads(stack.query("query-doubt/plain.txt", "--output", "json").stdout)
    assert (plain["warnings"], plain["encoding_step"]) == (None, "ascii")
    assert stack.query("query-doubt/plain.txt", "--warnings").returncode == 3
    assert stack.query("query-doubt/", "--warnings", "--summary").returncode == 2
