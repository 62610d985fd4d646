"""The error tree. Whether trying again can help is a property of the class.

TextToPdfError
├── PermanentError            trying again cannot help: recorded, never retried
│   ├── EmptyKey              the event names no object
│   ├── UnsupportedType       the object key does not end in .txt
│   ├── KeyTooLong            the output key would not fit into S3's 1,024 bytes
│   ├── ObjectGone            the object was deleted before it could be read
│   ├── Archived              the object must be restored from its archive before it can be read
│   ├── KeyDenied             the KMS key that encrypts the object may not be used, or is gone
│   ├── CustomerKey           the object is encrypted with a key that only its owner has (SSE-C)
│   ├── RequesterPays         the bucket is read at the expense of whoever reads it
│   ├── PolicyDenied          a policy of the bucket or of the organization forbids reading
│   ├── TooLarge              more bytes than the size limit
│   ├── TooManyPages          more pages than the page limit
│   ├── OutOfTime             cannot be finished within the function's time
│   ├── NotText               the bytes are an archive, an image, a program, …
│   └── BadOption             an unknown page size, font size, …
├── TransientError            recorded as retryable, then raised so that Lambda tries again;
│                             so is every error from outside this tree
│   ├── Leased                another run is at work on the very same upload
│   ├── Contended             other writers kept changing the output object
│   ├── EventFailed           raised once for an event some of whose uploads must be tried again
│   ├── OutOfTurn             another file of the same event took the time
│   └── NotPublished          a message about a settled file was refused
├── SettingsError             the deployment's settings are missing or contradict each other
└── BadQuestion               what is asked cannot be meant; names the part of it that is wrong
"""


class TextToPdfError(Exception):
    """Base of every error this product raises; its text is one sentence fit for a user."""

    @property
    def code(self) -> str:
        """Stable name of the error class, stored as `error_code` of a record."""
        return type(self).__name__


class PermanentError(TextToPdfError):
    """Trying again cannot help: the same input will always end like this."""


class EmptyKey(PermanentError):
    """The event names no object key."""


class UnsupportedType(PermanentError):
    """The object key has no extension that is converted."""


class KeyTooLong(PermanentError):
    """The output key would be longer than S3 allows."""


class ObjectGone(PermanentError):
    """The object was deleted before it could be read."""


class Archived(PermanentError):
    """The object is in an archive and must be restored before it can be read."""


class KeyDenied(PermanentError):
    """The KMS key that encrypts the object may not be used, is disabled, or is gone."""


class CustomerKey(PermanentError):
    """The object is encrypted with a key that only its owner has (SSE-C)."""


class RequesterPays(PermanentError):
    """The bucket is read at the expense of whoever reads it."""


class PolicyDenied(PermanentError):
    """A policy of the bucket, or of the organization, forbids the function to read the object."""


class TooLarge(PermanentError):
    """The object has more bytes than the size limit."""


class TooManyPages(PermanentError):
    """The document has more pages than the page limit."""


class OutOfTime(PermanentError):
    """The conversion cannot be finished within the function's time."""


class NotText(PermanentError):
    """The bytes are not text."""


class BadOption(PermanentError):
    """A conversion option has a value that is not allowed."""


class TransientError(TextToPdfError):
    """It may work next time."""


class Leased(TransientError):
    """Another run is at work on the very same upload; if it dies, this one must come again."""


class Contended(TransientError):
    """Other writers kept changing the output object."""


class EventFailed(TransientError):
    """Some uploads of an event have to be tried again; the text names each."""


class OutOfTurn(TransientError):
    """The other files of an event took the time; this one has to come again."""


class NotPublished(TransientError):
    """A message about a settled file was refused; the batch has to come again."""


class SettingsError(TextToPdfError):
    """A setting is missing or contradicts another; the text names it and the way out."""


class BadQuestion(TextToPdfError):
    """A question cannot be meant as it was put; `part` names what of it is wrong."""

    def __init__(self, part: str, text: str) -> None:
        super().__init__(text)
        self.part = part
