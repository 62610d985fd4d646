"""Downloads have one name each, within their folder, that every file system can hold."""

from pathlib import Path, PureWindowsPath

from hypothesis import assume, example, given
from hypothesis import strategies as st

from cli import file_names

parts = st.text(max_size=30) | st.sampled_from(
    [
        "",
        ".",
        "..",
        "...",
        "CON",
        "nul",
        "COM1.x",
        "a.pdf",
        " ",
        "a.",
        "%2E",
        "~",
        "x" * 400,
        "ü" * 200,
    ]
)
keys = st.builds(
    lambda folders, name, extension: "/".join([*folders, name + extension]),
    st.lists(parts, max_size=4),
    parts,
    st.sampled_from([".pdf", ".PDF", ".Pdf"]),
)


@given(keys)
@example("../../etc/passwd.pdf")
@example("/etc/passwd.pdf")
@example("a/../../b.pdf")
@example("C:\\windows\\x.pdf")
def test_no_key_leads_out_of_the_folder(key: str) -> None:
    root = Path("/downloads/here")
    for path in (file_names.path(key), PureWindowsPath(file_names.path(key))):
        assert not path.is_absolute()
        assert not path.drive
        assert ".." not in path.parts
    assert len(file_names.path(key).parts) == key.count("/") + 1
    assert (root / file_names.path(key)).resolve().is_relative_to(root)


@given(keys)
def test_every_part_is_allowed_by_all_file_systems(key: str) -> None:
    for part in file_names.path(key).parts:
        assert 1 <= len(part.encode()) <= 255
        assert not set(part) & {*'/\\:*?"<>|', *map(chr, range(32))}
        assert part[-1] not in ". "
        assert not PureWindowsPath(part).is_reserved()


@given(keys, keys)
@example("a//b.pdf", "a/b.pdf")
@example("a/./b.pdf", "a/b.pdf")
@example("a%2E.pdf", "a..pdf")
@example("x" * 300 + "1.pdf", "x" * 300 + "2.pdf")
def test_no_two_keys_have_one_name(one: str, other: str) -> None:
    assume(one != other)
    assert file_names.path(one) != file_names.path(other)


@given(keys, keys)
@example("a.pdf", "a.pdf/b.pdf")
@example("x" * 300 + ".pdf", "x" * 300 + ".pdf/b.pdf")
def test_no_file_has_the_path_of_a_folder(one: str, other: str) -> None:
    assert file_names.path(one) not in file_names.path(other).parents


def test_an_ordinary_key_is_its_own_path() -> None:
    assert str(file_names.path("reports/2026/Grüße an Zoë.pdf")) == "reports/2026/Grüße an Zoë.pdf"
