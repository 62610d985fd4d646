"""Where a file is said to be: a key as it is, or `s3://bucket/key` of the text or of its PDF."""

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


def _is_output(key: str, settings: Settings) -> bool:
    return settings.input_bucket != settings.output_bucket or key.startswith(settings.output_prefix)


def _of_output(key: str, settings: Settings) -> str:
    prefixes = {"input_prefix": settings.input_prefix, "output_prefix": settings.output_prefix}
    try:
        return naming.input_key(key, **prefixes)
    except UnsupportedType:  # the beginning of a key, or nothing that was ever written there
        return settings.input_prefix + key.removeprefix(settings.output_prefix)
