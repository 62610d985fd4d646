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
def test_input_key_is_the_inverse_of_output_key(key: str) -> None:
    assert naming.input_key(naming.output_key(key)) == key


@given(keys, keys)
def test_two_keys_never_share_an_output_key(one: str, other: str) -> None:
    assert (naming.output_key(one) == naming.output_key(other)) == (one == other)


@given(keys)
def test_an_output_key_is_as_long_as_its_input_key(key: str) -> None:
    assert len(naming.output_key(key).encode()) == len(key.encode())


@given(keys)
def test_input_prefix_is_replaced_by_output_prefix(key: str) -> None:
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
def test_output_key_of_example_keys(key: str, expected: str) -> None:
    assert naming.output_key(key) == expected


@pytest.mark.parametrize("key", ["a.docx", "a.txt.gz", "txt", "a.tx", "a.txt ", "a.ｔｘｔ", ""])
def test_keys_without_txt_extension_are_refused_with_advice(key: str) -> None:
    with pytest.raises(UnsupportedType, match=r"ends in \.txt"):
        naming.output_key(key)


def test_key_is_refused_if_the_output_key_would_be_too_long() -> None:
    longest = "x" * 1020 + ".txt"
    assert naming.output_key(longest)
    with pytest.raises(KeyTooLong, match="1029 bytes"):
        naming.output_key(longest, output_prefix="pdfs/")
