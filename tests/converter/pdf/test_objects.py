"""Objects of a PDF file."""

import io
import random
import zlib

import pytest

from chalicelib.converter.pdf.objects import ObjectWriter

NOISE = random.Random(1).randbytes(500)  # noqa: S311 - not a secret


def written(data: bytes) -> bytes:
    """Return a file with a stream, up to the end of that object."""
    sink = io.BytesIO()
    objects = ObjectWriter(sink, "1.7")
    number = objects.add_stream(data)
    objects.close(number, number, "<00><00>")
    return sink.getvalue().split(b"endobj")[0]


@pytest.mark.parametrize("data", [b"", b"x" * 79, NOISE[:80], NOISE])
def test_a_stream_that_is_short_or_random_is_not_compressed(data: bytes) -> None:
    assert written(data).endswith(
        b"1 0 obj\n<</Length %d>>\nstream\n%b\nendstream\n" % (len(data), data)
    )


@pytest.mark.parametrize("data", [b"x" * 80, b"(row of text)'\n" * 50])
def test_another_stream_is_compressed(data: bytes) -> None:
    head, _, stream = written(data).partition(b"stream\n")
    assert b"/Filter/FlateDecode" in head
    assert zlib.decompress(stream.removesuffix(b"\nendstream\n")) == data
    assert len(stream) < len(data)
