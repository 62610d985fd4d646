"""The suffixes of the names of text files, and which of them a stage converts."""

import re
from dataclasses import dataclass
from functools import cached_property

from chalicelib.errors import SettingsError

TEXT = "txt"
COMPRESSED = "gz"

# Suffixes other than `txt`. Adding one here changes the output keys of `.txt` files whose stem ends
# in it (see `naming`), so this list only grows with a new minor version.
_BY_KIND = {
    "common": "log csv tsv md json xml yaml sql",
    "prose": "text markdown rst adoc org tex bib",
    "logs and print files": "out err lst prn rpt asc",
    "data": "psv jsonl ndjson geojson xsd xsl svg yml toml ics vcf ldif",
    "settings": "ini cfg conf cnf properties env reg plist",
    "subtitles": "srt vtt sub ass",
    "changes": "diff patch",
    "web": "html htm xhtml css scss sass less js mjs cjs jsx ts tsx vue svelte php",
    "scripts": "sh bash zsh fish ksh bat cmd ps1 psm1 awk sed pl pm lua tcl r rb py pyi pyw",
    "programs": "c h cc cpp cxx hh hpp hxx m mm cs fs vb java kt kts scala groovy go rs swift d "
    "dart zig nim jl hs ml mli ex exs erl hrl clj cljs lisp el scm f f77 f90 f95 for ada adb ads "
    "pas pp cob cbl cpy jcl asm s v vhd vhdl",
    "builds": "gradle cmake mk make bzl tf hcl proto graphql gql dockerfile",
}
KNOWN = tuple(dict.fromkeys(suffix for kind in _BY_KIND.values() for suffix in kind.split()))

_SUFFIX = re.compile(r"[a-z0-9][a-z0-9_+#~-]{0,31}")
_NOT_A_SUFFIX = {COMPRESSED, "pdf"}


@dataclass(frozen=True)
class Suffixes:
    """Suffixes of names, in lower case and without their dot.

    Files with the `converted` suffixes are converted, each also with `.gz` behind it. The `mapped`
    ones decide on output keys: a stage that converts fewer kinds than it did finds the PDFs of the
    others where they are.
    """

    converted: tuple[str, ...] = (TEXT, *KNOWN)

    @cached_property
    def mapped(self) -> frozenset[str]:
        """The suffixes, other than `txt`, whose files keep their whole name in that of the PDF."""
        return frozenset((*KNOWN, *self.converted)) - {TEXT}

    @property
    def dotted(self) -> list[str]:
        """The converted suffixes as they are shown: `.txt`, `.log`, and so on."""
        return [f".{suffix}" for suffix in self.converted]

    @classmethod
    def parse(cls, setting: str) -> "Suffixes":
        """Return the suffixes for the stage's setting SUFFIXES.

        It is a list such as `txt,log`, or changes to the default list such as `+foo,-sql`; empty
        means the default. Case, spaces and leading dots do not matter. Raises SettingsError if it
        is malformed or leaves nothing to convert.
        """
        words = [word.strip().lower() for word in setting.split(",") if word.strip()]
        changes = [word for word in words if word[0] in "+-"]
        if not words:
            return cls()
        if changes and len(changes) != len(words):
            raise SettingsError(
                f"SUFFIXES is {setting!r}; either all of its suffixes have a + or - in front, "
                "which add to the list and remove from it, or none has"
            )
        named = [(word[0], _suffix(word[1:], setting)) for word in changes]
        removed = {suffix for sign, suffix in named if sign == "-"}
        added = [suffix for sign, suffix in named if sign == "+"]
        chosen = (
            [*cls().converted, *added] if changes else [_suffix(word, setting) for word in words]
        )
        converted = tuple(dict.fromkeys(suffix for suffix in chosen if suffix not in removed))
        if not converted:
            raise SettingsError(f"SUFFIXES is {setting!r}, which leaves no file to be converted")
        return cls(converted)


def is_suffix(text: str) -> bool:
    """Return whether a list of suffixes may have this one, which is in lower case without its dot.

    It may have 1 to 32 characters (letters, digits and `_+#~-`) that begin with a letter or digit,
    and `.gz` behind it. `gz` and `pdf` are refused, with `.gz` behind them or without.
    """
    suffix = text.removesuffix(f".{COMPRESSED}")
    return bool(_SUFFIX.fullmatch(suffix)) and suffix not in _NOT_A_SUFFIX


def _suffix(word: str, setting: str) -> str:
    suffix = word.strip().removeprefix(".")
    if not is_suffix(suffix):
        raise SettingsError(
            f"SUFFIXES is {setting!r}, of which {word!r} is no suffix of a text file: write "
            "suffixes such as txt,log (`gz` is always converted behind another one)"
        )
    return suffix
