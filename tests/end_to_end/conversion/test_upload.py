"""An upload, its PDF and its record, on a deployed stage."""

import io

import pikepdf
import pypdfium2

from chalicelib.records.record import Status
from tests.stack import Stack, wait_for


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_an_upload_is_converted_to_a_pdf_of_its_text(stack: Stack) -> None:
    stack.upload("upload/note.txt", "Grüße from Zoë\n".encode())
    record = stack.settled("upload/note.txt")
    assert record.output_key is not None
    response = stack.s3.get_object(Bucket=stack.settings.output_bucket, Key=record.output_key)
    assert response["ContentType"] == "application/pdf"
    assert "Grüße from Zoë" in text_of(response["Body"].read())


def test_the_record_describes_the_conversion(stack: Stack) -> None:
    stack.upload("upload/record.txt", b"twelve bytes")
    record = stack.settled("upload/record.txt")
    head = stack.s3.head_object(Bucket=stack.settings.output_bucket, Key="upload/record.pdf")
    source = stack.s3.head_object(Bucket=stack.settings.input_bucket, Key="upload/record.txt")
    assert record.status is Status.SUCCESS
    assert (record.input_bucket, record.size) == (stack.settings.input_bucket, 12)
    assert (record.etag, record.version_id) == (source["ETag"].strip('"'), source["VersionId"])
    assert record.output_bucket == stack.settings.output_bucket
    assert (record.output_etag, record.output_size) == (
        head["ETag"].strip('"'),
        head["ContentLength"],
    )
    assert (record.pages, record.attempts, record.replaced) == (1, 1, 0)
    assert record.uploaded_at <= record.processed_at


def test_an_empty_file_becomes_a_valid_page(stack: Stack) -> None:
    stack.upload("upload/empty.txt", b"")
    assert stack.settled("upload/empty.txt").status is Status.SUCCESS
    with pikepdf.open(io.BytesIO(stack.pdf("upload/empty.pdf"))) as document:
        assert len(document.pages) == 1


def test_a_file_that_is_not_text_fails_permanently(stack: Stack) -> None:
    stack.upload("upload/picture.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))
    record = stack.settled("upload/picture.txt")
    assert (record.status, record.error_code, record.retryable) == (
        Status.FAILED,
        "NotText",
        False,
    )


def test_an_overwrite_replaces_pdf_and_record(stack: Stack) -> None:
    stack.upload("upload/again.txt", b"first")
    first = stack.settled("upload/again.txt")
    stack.upload("upload/again.txt", b"second")

    def newer() -> bool | None:
        return stack.settled("upload/again.txt").sequencer > first.sequencer or None

    wait_for(newer, "the second upload's record")
    assert "second" in text_of(stack.pdf("upload/again.pdf"))


def test_metadata_of_the_upload_sets_page_options(stack: Stack) -> None:
    stack.upload(
        "upload/letter.txt",
        b"wide",
        Metadata={"pdf-page-size": "letter", "pdf-orientation": "landscape"},
        ContentLanguage="en-GB",
    )
    assert stack.settled("upload/letter.txt").status is Status.SUCCESS
    with pikepdf.open(io.BytesIO(stack.pdf("upload/letter.pdf"))) as document:
        assert [float(side) for side in document.pages[0].mediabox] == [0, 0, 792, 612]
        assert str(document.Root.Lang) == "en-GB"


def test_an_invalid_option_fails_with_the_valid_values(stack: Stack) -> None:
    stack.upload("upload/a9.txt", b"small", Metadata={"pdf-page-size": "a9"})
    record = stack.settled("upload/a9.txt")
    assert (record.status, record.error_code) == (Status.FAILED, "BadOption")
    assert "a4 or letter or a3 or a5 or legal" in (record.error or "")


def test_a_declared_charset_is_used(stack: Stack) -> None:
    stack.upload(
        "upload/koi8.txt", "Привет".encode("koi8-r"), ContentType="text/plain; charset=koi8-r"
    )
    record = stack.settled("upload/koi8.txt")
    assert (record.encoding, record.encoding_basis) == ("koi8-r", "declared")
    assert "Привет" in text_of(stack.pdf("upload/koi8.pdf"))
