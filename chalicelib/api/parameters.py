"""Query parameters, read strictly: a misspelt or doubled one is an error, never ignored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.api.problem import Problem, ProblemKind
from chalicelib.settings import Settings
from chalicelib.status import location, status_query
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
    """The parameters of one request, each given at most once."""

    values: Mapping[str, str]
    settings: Settings

    @classmethod
    def read(
        cls, path: str, given: Mapping[str, Sequence[str]], settings: Settings
    ) -> "Parameters":
        """Raise Problem for a parameter that this route does not have, or that is repeated."""
        allowed = ALLOWED[path]
        for name, values in given.items():
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
        return cls({name: values[0] for name, values in given.items()}, settings)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    @property
    def key(self) -> str:
        """The key asked about; raise Problem if there is none, BadQuestion if it cannot be one."""
        return status_query.key(self._place("key"))

    @property
    def former_text(self) -> FormerText | None:
        """Another text that may be meant, if the key was given as the location of a PDF."""
        return location.former_text(self.values["key"], self.settings)

    @property
    def question(self) -> StatusQuery:
        """The prefix and the filters asked about, likewise."""
        status, since = (self.values.get(name) for name in FILTERS)
        return StatusQuery(
            status_query.prefix(self._place("prefix")),
            None if status is None else status_query.status(status),
            None if since is None else status_query.since(since),
        )

    @property
    def limit(self) -> int:
        """How many files a page may hold, likewise."""
        limit = self.values.get("limit")
        return DEFAULT_LIMIT if limit is None else status_query.limit(limit)

    @property
    def next(self) -> str | None:
        """The token to go on with, if there is one."""
        return self.values.get("next")

    def _place(self, name: str) -> str:
        if name not in self.values:
            raise Problem(
                ProblemKind.NO_SUBJECT,
                f"Say which: ?{name}={name.upper()}; keys are case-sensitive.",
            )
        return location.key_of_location(self.values[name], self.settings, name=name)
