"""Objects as readers find them: in object streams, through the cross-reference stream."""

import io
from array import array

import pikepdf
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.converter.pdf.objects import ObjectWriter
from chalicelib.converter.pdf.predictor import encoded, serialized


def decoded(data: bytes) -> bytes:
    """Undo the PNG predictor Up, as readers do."""
    out = b""
    above = bytes(8)
    for start in range(0, len(data), 9):
        assert data[start] == 2
        row = data[start + 1 : start + 9]
        above = bytes((one + other) & 255 for one, other in zip(row, above, strict=True))
        out += above
    return out


@given(st.lists(st.integers(0, 2**64 - 1), max_size=50), st.integers(0, 2**60))
def test_rows_are_decoded_as_they_were(rows: list[int], first: int) -> None:
    entries = array("Q", [*rows, *range(first, first + 20), *rows[::-1]])
    assert decoded(encoded(entries)) == serialized(entries)


def test_rows_of_several_blocks_are_decoded_as_they_were() -> None:
    entries = array("Q", range(255, 20_255))
    assert decoded(encoded(entries)) == serialized(entries)


def written(*, similar: bool) -> tuple[bytes, dict[int, int]]:
    """A file, and the value of the entry /N of each of its objects by number."""
    sink = io.BytesIO()
    objects = ObjectWriter(sink, "1.7")
    values: dict[int, int] = {}
    for value in range(0, 3000, 3):
        if similar:
            parts = [b"%04d" % (value + more) for more in range(3)]
            numbers = list(objects.add_similar(b"<</N ", parts, b">>"))
        else:
            numbers = [objects.add(b"<</N %04d>>" % (value + more)) for more in range(3)]
        reserved = objects.reserve()
        objects.add(b"<</N -%d>>" % value, reserved)
        values |= {number: value + more for more, number in enumerate(numbers)}
        values[reserved] = -value
    pages = objects.add(b"<</Type/Pages/Count 0/Kids[]>>")
    root = objects.add(b"<</Type/Catalog/Pages %d 0 R>>" % pages)
    objects.close(root, objects.add(b"<<>>"), "<00><00>")
    return sink.getvalue(), values


def test_each_object_is_found_under_its_number() -> None:
    for similar in (False, True):
        pdf, values = written(similar=similar)
        with pikepdf.open(io.BytesIO(pdf)) as document:
            assert document.get_warnings() == []
            for number, value in values.items():
                assert int(document.get_object(number, 0).N) == value


def test_entries_of_objects_in_streams_are_nearly_free() -> None:
    pdf, values = written(similar=False)
    start = int(pdf.split()[-2])
    assert len(pdf) - start < len(values)
