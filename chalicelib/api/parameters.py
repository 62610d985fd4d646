"""Query parameters of requests. Unknown and repeated parameters are errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.api.problem import Problem, ProblemKind
from chalicelib.errors import BadQuestion
from chalicelib.settings import Settings
from chalicelib.status import cursor, location, status_query
from chalicelib.status.location import FormerText
from chalicelib.status.status_query import DEFAULT_LIMIT, StatusQuery

FILTERS = ("status", "since")
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "/status": ("key", "prefix", "limit", "next", *FILTERS),
    "/status/summary": ("prefix", "next", *FILTERS),
    "/download": ("key",),
    "/link": ("key",),
    "/settings": (),
    "/uploads": (),
    "/health": (),
    "/openapi.json": (),
}
"""The parameters of each route."""


@dataclass(frozen=True)
class Parameters:
    """The parameters of one request, by name in `values`.

    The members parse and validate the values that they need, and raise BadQuestion if one is
    invalid and Problem if a required one is missing.
    """

    values: Mapping[str, str]
    settings: Settings

    @classmethod
    def read(
        cls, path: str, query: Mapping[str, Sequence[str]], settings: Settings
    ) -> "Parameters":
        """Return the parameters of a request for the route `path`, one of ALLOWED.

        Raises Problem if a parameter is unknown or repeated. Values are not validated yet.
        """
        allowed = ALLOWED[path]
        for name, values in query.items():
            if name not in allowed:
                known = ", ".join(allowed) or "none"
                raise Problem(
                    ProblemKind.UNKNOWN_PARAMETER,
                    f"{path} has no parameter {name[:100]!a}; its parameters: {known}.",
                )
            if len(values) != 1:
                raise Problem(
                    ProblemKind.REPEATED_PARAMETER,
                    f"{name} is given {len(values)} times: give it once.",
                )
        return cls({name: values[0] for name, values in query.items()}, settings)

    @property
    def has_prefix(self) -> bool:
        """Whether the request is about a prefix, not about one key.

        Raises Problem unless exactly one of them is given, and BadQuestion if a parameter of
        listings is given with a key.
        """
        if ("key" in self.values) == ("prefix" in self.values):
            raise Problem(
                ProblemKind.NO_SUBJECT,
                "Give either ?key=KEY for one file or ?prefix=PREFIX for all files whose keys "
                "begin with it; an empty prefix selects all files.",
            )
        if "prefix" in self.values:
            return True
        for name in ("limit", "next", *FILTERS):
            if name in self.values:
                raise BadQuestion(name, f"{name} is valid with ?prefix= only, not with ?key=.")
        return False

    @property
    def key(self) -> str:
        """The input key, which may be given as the location of the text or of its PDF."""
        text = self._required("key")
        return status_query.key(location.key_of_location(text, self.settings))

    @property
    def former_text(self) -> FormerText | None:
        """The other text that may be meant if `key` is the location of a PDF, or None.

        `location.former_text` says when; `key` must be given.
        """
        return location.former_text(self.values["key"], self.settings)

    @property
    def query(self) -> StatusQuery:
        """The query by prefix, which may be given as a location, with its filters."""
        status, since = (self.values.get(name) for name in FILTERS)
        return StatusQuery.parse(self._required("prefix"), status, since, self.settings)

    @property
    def limit(self) -> int:
        """The maximum number of files on a page, DEFAULT_LIMIT if it is not given."""
        limit = self.values.get("limit")
        return DEFAULT_LIMIT if limit is None else status_query.limit(limit)

    def after(self, kind: str, query: StatusQuery) -> str | None:
        """Return the key after which a listing or count continues, by the token `next`.

        None if the request has no token. `kind` is that of `cursor.encode`. Raises BadQuestion if
        the token is damaged or not of this kind and query.
        """
        token = self.values.get("next")
        if token is None:
            return None
        return cursor.decode(kind, self.settings.input_bucket, query, token)

    def _required(self, name: str) -> str:
        """Return the value of a parameter. Raises Problem if it is missing."""
        if name not in self.values:
            raise Problem(
                ProblemKind.NO_SUBJECT,
                f"The parameter {name} is missing: add ?{name}={name.upper()}.",
            )
        return self.values[name]
