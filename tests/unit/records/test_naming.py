"""Input keys and output keys."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.errors import KeyTooLong, SettingsError, UnsupportedType
from chalicelib.records import naming
from chalicelib.suffixes import KNOWN, Suffixes
from infra.deploy import PROJECT

WIDENED = Suffixes.parse("+foo,+v2")
NARROWED = Suffixes.parse("txt, log,csv")
LISTS = [naming.ALL, WIDENED, NARROWED]

lists = st.sampled_from(LISTS)
parts = st.one_of(
    st.sampled_from(
        ["txt", "log", "csv", "c", "gz", "pdf", "foo", "v2", "TXT", "Log", "GZ", "PDF"]
    ),
    st.sampled_from(["", "a", "b", "a/b", "/", "ｔｘｔ", "\u212aey", "İ"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
)
anything = st.lists(parts, max_size=6).map(".".join)
"""Any keys: any case, any number of dots, folders, with and without suffixes."""

plain = st.builds(
    "{}.{}".format,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    st.tuples(*(st.sampled_from([c, c.upper()]) for c in "txt")).map("".join),
)
keys = st.one_of(anything, plain)


def output_of(key: str, suffixes: Suffixes = naming.ALL) -> str | None:
    try:
        return naming.output_key(key, suffixes=suffixes)
    except UnsupportedType:
        return None


@given(keys, lists)
@example("a.log.txt.txt", naming.ALL)
@example("a.txt.gz", naming.ALL)
def test_the_input_key_can_be_recovered_from_the_output_key(key: str, suffixes: Suffixes) -> None:
    output = output_of(key, suffixes)
    if output is not None:
        assert naming.input_key(output, suffixes=suffixes) == key


@given(anything, st.sampled_from(["pdf", "PDF", "Pdf"]), lists)
def test_every_key_of_a_pdf_has_one_text_of_which_it_is_the_pdf(
    stem: str, extension: str, suffixes: Suffixes
) -> None:
    output = f"{stem}.{extension}"
    key = naming.input_key(output, suffixes=suffixes)
    assert output_of(key, suffixes) in {output, None if suffixes is NARROWED else output}


@given(st.lists(keys, min_size=2, max_size=30, unique=True), lists)
@example(["a.log", "a.log.txt", "a.log.txt.txt", "a.log.TXT", "a.LOG", "a.log.gz"], naming.ALL)
@example(["a.txt", "a.txt.txt", "a.txt.gz", "a.txt.gz.txt", "a.TXT", "a", "a.foo"], WIDENED)
def test_no_two_keys_share_an_output_key(some: list[str], suffixes: Suffixes) -> None:
    outputs = [output for key in some if (output := output_of(key, suffixes)) is not None]
    assert len(set(outputs)) == len(outputs)


@given(keys, lists)
def test_an_output_key_is_never_longer_than_s3_allows(key: str, suffixes: Suffixes) -> None:
    try:
        output = naming.output_key("x" * 700 + key, suffixes=suffixes)
    except (KeyTooLong, UnsupportedType):
        return
    assert len(output.encode()) <= naming.MAX_KEY_BYTES


@given(keys, lists)
def test_prefixes_are_exchanged(key: str, suffixes: Suffixes) -> None:
    output = output_of(key, suffixes)
    if output is None:
        return
    prefixes = {"input_prefix": "in/", "output_prefix": "out/"}
    renamed = naming.output_key(f"in/{key}", **prefixes, suffixes=suffixes)
    assert renamed == "out/" + output
    assert naming.input_key(renamed, **prefixes, suffixes=suffixes) == f"in/{key}"


@given(keys, lists, lists)
def test_a_pdf_is_found_after_the_list_of_suffixes_changed(
    key: str, then: Suffixes, now: Suffixes
) -> None:
    output = output_of(key, then)
    if output is not None:
        found = {
            naming.input_key(output, suffixes=now),
            naming.other_input_key(output, suffixes=now),
        }
        assert key in found


def before(key: str) -> str:
    """Return the output key of the versions that converted `.txt` files only."""
    pdf = "".join(p.upper() if t.isupper() else p for p, t in zip("pdf", key[-3:], strict=True))
    return key[:-3] + pdf


@given(plain, lists)
@example("a.log.txt", naming.ALL)
@example("a.log.txt.txt", naming.ALL)
@example("a.foo.txt", WIDENED)
def test_a_pdf_of_an_earlier_version_is_found(key: str, now: Suffixes) -> None:
    found = {
        naming.input_key(before(key), suffixes=now),
        naming.other_input_key(before(key), suffixes=now),
    }
    assert key in found


def documented() -> list[tuple[str, str]]:
    """The table of names in docs/design.md."""
    page = (PROJECT / "docs" / "design.md").read_text("utf-8")
    section = page.partition("## Names\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", section, re.MULTILINE)


def test_the_documentation_has_a_table_of_names() -> None:
    assert len(documented()) >= 10


@pytest.mark.parametrize(("key", "expected"), documented())
def test_the_documented_examples(key: str, expected: str) -> None:
    assert naming.output_key(key) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("A.TXT", "A.PDF"),
        ("a.Txt", "a.Pdf"),
        ("a.txt.txt", "a.txt.pdf"),
        (".txt", ".pdf"),
        (".log", ".log.pdf"),
        ("a.log.TXT", "a.log.PDF"),
        ("a.log/b.txt", "a.log/b.pdf"),
    ],
)
def test_other_examples(key: str, expected: str) -> None:
    assert naming.output_key(key) == expected


@pytest.mark.parametrize(
    "key", ["a.docx", "a.gz", "txt", "a.tx", "a.txt ", "a.ｔｘｔ", "", "a.txt.gz.gz"]
)
def test_other_names_are_rejected_with_the_list(key: str) -> None:
    with pytest.raises(UnsupportedType, match=r"\.txt, .*\.log, .*\.csv,") as refused:
        naming.output_key(key)
    assert all(f".{suffix}" in str(refused.value) for suffix in KNOWN)


def test_a_stage_narrows_and_widens_the_list() -> None:
    assert naming.output_key("a.foo.gz", suffixes=WIDENED) == "a.foo.gz.pdf"
    assert naming.output_key("a.foo.txt", suffixes=WIDENED) == "a.foo.txt.pdf"
    assert naming.output_key("a.foo.txt") == "a.foo.pdf"
    assert NARROWED.converted == ("txt", "log", "csv")
    with pytest.raises(UnsupportedType, match=r"one of \.txt, \.log, \.csv\.$"):
        naming.output_key("a.sql", suffixes=NARROWED)
    assert "sql" not in Suffixes.parse("-sql, +FOO").converted


@pytest.mark.parametrize("setting", ["txt,+log", "a.b", "pdf", "gz", "-", "a b", "+é", "-txt,x"])
def test_a_malformed_list_is_refused(setting: str) -> None:
    with pytest.raises(SettingsError, match="SUFFIXES"):
        Suffixes.parse(setting)


def test_a_list_of_nothing_is_refused() -> None:
    everything = ",".join(f"-{suffix}" for suffix in Suffixes().converted)
    with pytest.raises(SettingsError, match="no file"):
        Suffixes.parse(everything)


def test_a_key_that_would_be_too_long_is_refused() -> None:
    longest = "x" * 1020 + ".txt"
    assert naming.output_key(longest)
    with pytest.raises(KeyTooLong, match="1029 bytes"):
        naming.output_key(longest, output_prefix="pdfs/")
    with pytest.raises(KeyTooLong, match="1028 bytes"):
        naming.output_key("x" * 1020 + ".log")
