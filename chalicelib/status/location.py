"""Locations of files as users enter them: a key, or `s3://bucket/key` of a text or its PDF."""

from dataclasses import dataclass

from chalicelib.errors import BadQuestion, UnsupportedType
from chalicelib.records import naming
from chalicelib.settings import Settings

SCHEME = "s3://"


def key_of_location(text: str, settings: Settings, *, name: str = "key") -> str:
    """Return the input key, or prefix of one, that a location refers to.

    A text without `s3://` is returned unchanged. A location in the output bucket refers to the text
    that the PDF was made from or, if it is not that of a PDF, to the input prefix that corresponds
    to it. (A key that itself begins with `s3://` must be entered as `s3://INPUT_BUCKET/s3://…`.)
    Raises BadQuestion, about the parameter `name`, if the bucket is neither the input nor the
    output bucket of the stage.
    """
    if not text.startswith(SCHEME):
        return text
    bucket, _, key = text.removeprefix(SCHEME).partition("/")
    if bucket == settings.output_bucket and _is_output(key, settings):
        return _input_key(key, settings)
    if bucket == settings.input_bucket:
        return key
    raise BadQuestion(
        name,
        f"Bucket {bucket[:63]!r} is not one of stage {settings.stage}: its input bucket is "
        f"{settings.input_bucket}, its output bucket {settings.output_bucket}.",
    )


@dataclass(frozen=True)
class FormerText:
    """A text whose PDF may have been stored at `output_key` under another list of suffixes.

    Its record tells whether it was.
    """

    key: str
    output_key: str


def former_text(text: str, settings: Settings) -> FormerText | None:
    """Return the text whose PDF may be at this location under another list of suffixes.

    It is not the text that `key_of_location` returns. None if there can be no other, or if `text`
    is not the `s3://` location of a PDF in the output bucket.
    """
    bucket, _, key = text.removeprefix(SCHEME).partition("/")
    if not text.startswith(SCHEME) or bucket != settings.output_bucket:
        return None
    other = naming.other_input_key(key, **settings.names) if _is_output(key, settings) else None
    return FormerText(other, key) if other else None


def _is_output(key: str, settings: Settings) -> bool:
    """Return whether a key in the output bucket is an output key: it may be the input bucket."""
    return settings.input_bucket != settings.output_bucket or key.startswith(settings.output_prefix)


def _input_key(key: str, settings: Settings) -> str:
    """Return the input key, or prefix, for an output key or prefix."""
    try:
        return naming.input_key(key, **settings.names)
    except UnsupportedType:  # a prefix, or a key that is not that of a PDF
        return settings.input_prefix + key.removeprefix(settings.output_prefix)
