"""Where a file is said to be: a key as it is, or `s3://bucket/key` of the text or of its PDF."""

from dataclasses import dataclass

from chalicelib.errors import BadQuestion, UnsupportedType
from chalicelib.records import naming
from chalicelib.settings import Settings

SCHEME = "s3://"


def key_of_location(text: str, settings: Settings, *, name: str = "key") -> str:
    """The input key (or its beginning) that the text speaks of.

    What does not begin with `s3://` is taken as it is; a key that does begin so is asked for as
    `s3://INPUT/s3://…`. A location in the output bucket means the text that its PDF was made of.
    Raise BadQuestion for a bucket that is neither of the stage's two.
    """
    if not text.startswith(SCHEME):
        return text
    bucket, _, key = text.removeprefix(SCHEME).partition("/")
    if bucket == settings.output_bucket and _is_output(key, settings):
        return _of_output(key, settings)
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
    """Return the text, other than that of `input_key`, of which a PDF may have been made here."""
    bucket, _, key = text.removeprefix(SCHEME).partition("/")
    if not text.startswith(SCHEME) or bucket != settings.output_bucket:
        return None
    other = naming.other_input_key(key, **settings.names) if _is_output(key, settings) else None
    return FormerText(other, key) if other else None


def _is_output(key: str, settings: Settings) -> bool:
    return settings.input_bucket != settings.output_bucket or key.startswith(settings.output_prefix)


def _of_output(key: str, settings: Settings) -> str:
    try:
        return naming.input_key(key, **settings.names)
    except UnsupportedType:  # the beginning of a key, or nothing that was ever written there
        return settings.input_prefix + key.removeprefix(settings.output_prefix)
