"""Input keys and output keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import KeyTooLong, UnsupportedType
from chalicelib.records import naming

extensions = st.tuples(*(st.sampled_from([c, c.upper()]) for c in "txt")).map("".join)
stems = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
keys = st.builds("{}.{}".format, stems, extensions)


@given(keys)
def test_the_input_key_can_be_recovered_from_the_output_key(key: str) -> None:
    assert naming.input_key(naming.output_key(key)) == key


@given(keys, keys)
def test_two_keys_never_share_an_output_key(one: str, other: str) -> None:
    assert (naming.output_key(one) == naming.output_key(other)) == (one == other)


@given(keys)
def test_an_output_key_is_as_long_as_its_input_key(key: str) -> None:
    assert len(naming.output_key(key).encode()) == len(key.encode())


@given(keys)
def test_prefixes_are_exchanged(key: str) -> None:
    renamed = naming.output_key(f"in/{key}", input_prefix="in/", output_prefix="out/")
    assert renamed == "out/" + naming.output_key(key)
    assert naming.input_key(renamed, input_prefix="in/", output_prefix="out/") == f"in/{key}"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("reports/a.txt", "reports/a.pdf"),
        ("A.TXT", "A.PDF"),
        ("a.Txt", "a.Pdf"),
        ("a.txt.txt", "a.txt.pdf"),
        (".txt", ".pdf"),
    ],
)
def test_examples(key: str, expected: str) -> None:
    assert naming.output_key(key) == expected


@pytest.mark.parametrize("key", ["a.docx", "a.txt.gz", "txt", "a.tx", "a.txt ", "a.ｔｘｔ", ""])
def test_other_names_are_rejected_with_advice(key: str) -> None:
    with pytest.raises(UnsupportedType, match=r"ends in \.txt"):
        naming.output_key(key)


def test_a_key_that_is_too_long_with_the_output_prefix_is_rejected() -> None:
    longest = "x" * 1020 + ".txt"
    assert naming.output_key(longest)
    with pytest.raises(KeyTooLong, match="1029 bytes"):
        naming.output_key(longest, output_prefix="pdfs/")
