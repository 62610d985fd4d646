"""The error tree. Whether a retry can help is a property of the class.

TextToPdfError
├── PermanentError            a retry cannot help: recorded, never retried
│   ├── EmptyKey              the event has an empty object key
│   ├── UnsupportedType       the object key does not have the suffix of a text file
│   ├── KeyTooLong            the output key would exceed S3's limit of 1,024 bytes
│   ├── NameTaken             the output key is that of another file's PDF, of an older version
│   ├── ObjectGone            the object was deleted before it could be read
│   ├── Archived              the object is archived and must be restored before it can be read
│   ├── KeyDenied             access to the object's KMS key is denied, or the key is unusable
│   ├── CustomerKey           the object is encrypted with a customer-provided key (SSE-C)
│   ├── RequesterPays         the bucket is a Requester Pays bucket
│   ├── PolicyDenied          a policy of the bucket or of the organization denies reading
│   ├── TooLarge              the object exceeds the size limit
│   ├── TooManyPages          the PDF would exceed the page limit
│   ├── OutOfTime             the conversion does not fit in the function's timeout
│   ├── Damaged               the compressed data cannot be decompressed
│   ├── UnsupportedCoding     the Content-Encoding is neither gzip nor deflate
│   ├── NotText               the bytes are an archive, an image, a program, …
│   └── BadOption             an option such as the page size has an invalid value
├── TransientError            recorded as retryable, then raised so that Lambda retries;
│                             errors from outside this tree are treated likewise
│   ├── Leased                another run is converting the same upload
│   ├── Contended             other writers kept replacing the output object
│   ├── EventFailed           some uploads of an event must be retried; raised once per event
│   ├── OutOfTurn             other files of the same event used up the time
│   └── NotPublished          SNS rejected a message about a settled file
├── SettingsError             a setting of the stage is missing, invalid or contradictory
└── BadQuestion               a parameter or argument of a query is invalid
"""


class TextToPdfError(Exception):
    """Base of the errors in this module; its text is a message for users."""

    @property
    def code(self) -> str:
        """The name of the class, which is stored as the `error_code` of a FAILED record."""
        return type(self).__name__


class PermanentError(TextToPdfError):
    """A retry cannot help: the same input always fails in this way."""


class EmptyKey(PermanentError):
    """The event has an empty object key."""


class UnsupportedType(PermanentError):
    """The object key does not end in a suffix that is converted."""


class KeyTooLong(PermanentError):
    """The output key would be longer than S3 allows."""


class NameTaken(PermanentError):
    """The output key is that of another file's PDF, made under another list of suffixes."""


class ObjectGone(PermanentError):
    """The object was deleted before it could be read."""


class Archived(PermanentError):
    """The object is archived and must be restored before it can be read."""


class KeyDenied(PermanentError):
    """Access to the KMS key of the object is denied, or the key is disabled or deleted."""


class CustomerKey(PermanentError):
    """The object is encrypted with a customer-provided key (SSE-C), which only its owner has."""


class RequesterPays(PermanentError):
    """The bucket is a Requester Pays bucket, and this product does not accept the charges."""


class PolicyDenied(PermanentError):
    """A policy of the bucket or of the organization denies the function read access."""


class TooLarge(PermanentError):
    """The object, or the text compressed in it, exceeds the size limit."""


class TooManyPages(PermanentError):
    """The PDF would exceed the page limit."""


class OutOfTime(PermanentError):
    """The conversion cannot be finished within the function's timeout."""


class Damaged(PermanentError):
    """Compressed bytes are cut off or damaged; the text names the place."""


class UnsupportedCoding(PermanentError):
    """The object has a Content-Encoding that is not decoded."""


class NotText(PermanentError):
    """The bytes are not text."""


class BadOption(PermanentError):
    """A conversion option has a value that is not allowed."""


class TransientError(TextToPdfError):
    """A retry may succeed."""


class Leased(TransientError):
    """Another run is converting the same upload. A retry takes over if that run dies."""


class Contended(TransientError):
    """Other writers kept replacing the output object."""


class EventFailed(TransientError):
    """Some uploads of an event must be retried; the text names each."""


class OutOfTurn(TransientError):
    """Other files of the same event used up the time; this one must be retried."""


class NotPublished(TransientError):
    """SNS rejected a message about a settled file; the batch must be retried."""


class SettingsError(TextToPdfError):
    """A setting is missing, invalid or contradicts another; the text says how to correct it."""


class BadQuestion(TextToPdfError):
    """A parameter or argument of a query is invalid.

    `part` is the name of that parameter.
    """

    def __init__(self, part: str, text: str) -> None:
        super().__init__(text)
        self.part = part
