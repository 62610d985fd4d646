"""Find web and e-mail addresses in text, by the rules that people expect of links."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import normalize
from urllib.parse import quote

from chalicelib.converter.addresses.address_hints import HINTS

# Characters of an address. What is longer is no link.
MAX_LENGTH = 4096

_MAX_URI = 32_767  # characters; PDF/A has no longer strings (ISO 19005-2, 6.1.13)
_MAX_HOST, _MAX_LABEL = 253, 63  # characters (RFC 1035, 2.3.4)

# Outside ASCII, addresses may have letters, digits, marks and symbols of any script (RFC 3987), but
# its punctuation and blanks belong to the sentence.
_PUNCTUATION = (
    "\u0080-\u00bf\u00d7\u00f7\u037e\u0387\u0589\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f"
    "\u066a-\u066d\u06d4\u0964\u0965\u0e5a\u0e5b\u1680\u2000-\u200b\u200e-\u206f\u2190-\u2bff"
    "\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d\u30fb\ufe10-\ufe1f\ufe30-\ufe6f"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ue000-\uf8ff\ufff0-\uffff"
)
_BODY = f'[^\0- "<>\\\\^`|\x7f{_PUNCTUATION}]'
_RUN = re.compile(_BODY + "+")

# Beginnings of addresses in one run that turn out to be none, after which the rest of the run has
# none either. Otherwise a run of nothing but `http://[` would be read again from each of them.
_MAX_FAILURES = 16

# An address begins where no longer word does, and no other scheme, such as git+https.
_MAX_LOCAL_PART = 64  # characters (RFC 5321, 4.5.3.1.1)
_LOCAL_PART = rf"[A-Za-z0-9._%+-]{{1,{_MAX_LOCAL_PART}}}"
_MAILBOX = rf"{_LOCAL_PART}@(?:[A-Za-z0-9-]{{1,63}}\.)+[A-Za-z]{{2,63}}"
_START = re.compile(
    r"(?<![A-Za-z0-9+.-])(?:(?P<web>https?://)|(?P<mailto>mailto:)(?=[A-Za-z0-9]))"
    r"|(?<![A-Za-z0-9@_./%+-])(?P<www>(?-i:[Ww]ww|[Ww]WW)\.)"
    # Followed by a path it is what ssh takes, such as git@example.org:project.
    rf"|(?<![A-Za-z0-9._%+-])(?P<mailbox>{_MAILBOX})(?!\.?[A-Za-z0-9@_/-]|:[^\s])",
    re.IGNORECASE,
)

# Each address has one of these. Most text is searched for them in a fifth of the time.
_HINT = re.compile("|".join(map(re.escape, HINTS)))

_LOCAL_PART_END = re.compile(rf"{_LOCAL_PART}\Z")
_MAILBOX_START = re.compile(_MAILBOX)

_MAILTO = re.compile(rf"mailto:(?={_MAILBOX})", re.IGNORECASE)
_WEB = re.compile(
    r"(?P<scheme>https?)://(?P<user>[^/?#]*@)?(?P<host>\[[0-9a-f:.]+\]|[^/?#:@]+)"
    r"(?P<port>:[0-9]{0,5})?(?P<rest>(?:[/?#].*)?)",
    re.IGNORECASE | re.DOTALL,
)

_AUTHORITY_END = re.compile("[/?#]")
_HOST = re.compile(rf"\[[0-9A-Fa-f:.]+\]|[^\0-,/:-@\[-^`{{-\x7f{_PUNCTUATION}]+")
_PORT = re.compile(r":[0-9]{1,5}(?![0-9])")

# Words of these scripts follow an address without a blank: Thai to Burmese, Khmer, Japanese,
# Chinese, Korean.
_WITHOUT_BLANKS = (
    "\u0e00-\u109f\u1780-\u17ff\u3005-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_CHANGE_OF_SCRIPT = re.compile(f"(?<=[A-Za-z0-9])[{_WITHOUT_BLANKS}]")

_BRACKETS = re.compile(r"[()\[\]{}]")
_OPENING = {")": "(", "]": "[", "}": "{"}
_NEXT_ADDRESS = re.compile("[,;]https?://", re.IGNORECASE)
_TRAILING = ".,:;!?'*_~([{"

# What a URI may have as it is (RFC 3986, 2); all else is percent-encoded.
_SAFE = "%:/?#[]@!$&'()*+,;=-._~"


class Address(NamedTuple):
    """Where an address is in a text, to before `end`, and the URI that it leads to, in ASCII."""

    start: int
    end: int
    uri: str


def addresses(text: str, start: int = 0, stop: int | None = None) -> Iterator[Address]:
    """Yield the addresses that begin at index `start` or later and before `stop`, in order.

    They do not overlap. What is longer than MAX_LENGTH, or has a longer URI than PDF/A allows, is
    left out. The time is proportional to the length of the text.
    """
    stop = len(text) if stop is None else stop
    runs = _Runs(text)
    while (match := _next_start(text, start)) and match.start() < stop:
        address = _address(text, match, runs)
        if address and len(address.uri) <= _MAX_URI:
            yield address
        start = address.end if address else match.end()


def _next_start(text: str, start: int) -> re.Match[str] | None:
    """Return the first beginning of an address at index `start` or later."""
    for hint in _HINT.finditer(text, start):
        place = _beginning(text, hint)
        # What looks like another address may be the mailbox of a mailto address.
        scheme = place - len("mailto:")
        places = (scheme, place) if text[max(scheme, 0) : place].lower() == "mailto:" else (place,)
        for beginning in places:
            if beginning >= start and (match := _START.match(text, beginning)):
                return match
    return None


def _beginning(text: str, hint: re.Match[str]) -> int:
    """Return where an address with this hint begins, apart from `mailto:`, if it is one."""
    place = hint.start()
    if hint[0] == "://":
        return place - len("https" if text[place - 1 : place] in {"s", "S"} else "http")
    if hint[0] == "@":
        local_part = _LOCAL_PART_END.search(text, max(0, place - _MAX_LOCAL_PART), place)
        return local_part.start() if local_part else place
    return place - 1  # www.


def uri_of(text: str) -> str | None:
    """Return a URI that was given on its own, in ASCII, if it is one that links may have.

    Links lead to web pages and to e-mail, never to files or scripts.
    """
    if mailto := _MAILTO.match(text):
        return "mailto:" + _encoded(text[mailto.end() :])
    web = _WEB.fullmatch(text)
    host = _host(web["host"]) if web else ""
    if not web or host != web["host"] or not _HOST.fullmatch(host):
        return None
    uri = f"{web['scheme'].lower()}://{_encoded(web['user'] or '')}{_encoded_host(host)}"
    uri += (web["port"] or "") + _encoded(web["rest"])
    return uri if len(uri) <= _MAX_URI else None


class _Runs:
    """The runs of characters of addresses in a text, each of which is looked for once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = 0  # of the last run
        self._failures = 0  # in it

    def end(self, start: int) -> int | None:
        """Return where the run ends that begins at an index or before it.

        The result is None if it has no address, since it is too long or many in it were none.
        Call this for ascending indices.
        """
        if start >= self._end:
            run = _RUN.match(self._text, start)
            self._end = run.end() if run else start
            self._failures = 0
        if self._end - start > MAX_LENGTH or self._failures == _MAX_FAILURES:
            return None
        return self._end

    def fail(self) -> None:
        """Record that no address begins at the last index."""
        self._failures += 1


def _address(text: str, match: re.Match[str], runs: _Runs) -> Address | None:
    start = match.start()
    if match["mailbox"]:
        return Address(start, match.end(), "mailto:" + _encoded(match[0]))
    end = runs.end(start)
    if end is None:
        return None
    run = _in_sentence(text[start:end], text[start - 1 : start], text[end : end + 1])
    address = (
        _mailto(run, start)
        if match["mailto"]
        else _web_address(run, len(match["web"] or ""), start)
    )
    if not address:
        runs.fail()
    return address


def _mailto(text: str, start: int) -> Address | None:
    if not _MAILBOX_START.match(text, len("mailto:")):
        return None
    return Address(start, start + len(text), _encoded(text))


def _in_sentence(run: str, before: str, behind: str) -> str:
    """Return a run of characters without what belongs to the text around the address."""
    if before == "<" and behind == ">":
        return run  # RFC 3986, appendix C
    end = run.find("'") if before == "'" else -1
    if end < 0:
        end = len(run)
    if following := _NEXT_ADDRESS.search(run, 0, end):
        end = following.start()
    opened: list[str] = []
    for bracket in _BRACKETS.finditer(run, 0, end):
        if bracket[0] not in _OPENING:
            opened.append(bracket[0])
        elif opened and opened[-1] == _OPENING[bracket[0]]:
            opened.pop()
        else:
            end = bracket.start()
            break
    return run[:end].rstrip(_TRAILING)


def _web_address(text: str, authority: int, start: int) -> Address | None:
    """Return the address with its host at `authority`, up to where it cannot go on.

    `start` is where the text begins in the text around it.
    """
    match = _AUTHORITY_END.search(text, authority)
    authority_end = match.start() if match else len(text)
    host_start = text.rfind("@", authority, authority_end) + 1 or authority
    match = _HOST.match(text, host_start, authority_end)
    host = _host(match[0]) if match else ""
    host_end = host_start + len(host)
    if port := _PORT.match(text, host_end, authority_end):
        host_end = port.end()
    if not host or (not authority and host.count(".") < 2):
        return None
    end = len(text) if host_end == authority_end else host_end
    if change := _CHANGE_OF_SCRIPT.search(text, authority_end, end):
        end = change.start()
    scheme = text[:authority].lower() or "http://"
    user = _encoded(text[authority:host_start])
    rest = _encoded(text[host_start + len(host) : end])
    return Address(start, start + end, f"{scheme}{user}{_encoded_host(host)}{rest}")


def _host(text: str) -> str:
    """Return the host that the text begins with, or nothing."""
    if text.startswith("["):
        return text
    *labels, last = text.partition("..")[0].rstrip("-_.").split(".")
    if change := _CHANGE_OF_SCRIPT.search(last):
        last = last[: change.start()]
    labels.append(last)
    host = ".".join(labels)
    valid = host[:1].isalnum() and all(0 < len(label) <= _MAX_LABEL for label in labels)
    return host if valid and len(host) <= _MAX_HOST else ""


def _encoded_host(host: str) -> str:
    """Return a host in ASCII: international names as UTS #46 maps most of them (RFC 3492)."""
    if host.isascii():
        return host
    labels = normalize("NFKC", host).lower().split(".")
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in labels
    )


def _encoded(text: str) -> str:
    return quote(text, safe=_SAFE, errors="replace")


def last_boundary(text: str) -> int:
    """Return an index such that each address in the text that begins before it is complete.

    An address that begins there or later may go on with text that follows. The index is the text's
    length if its last character can be in no address. It is not much further than MAX_LENGTH from
    the end, as no address is longer.
    """
    place = max(text.rfind(" "), text.rfind("\n"), len(text) - MAX_LENGTH - 2, 0)
    for run in _RUN.finditer(text, place):
        if run.end() == len(text):
            return max(run.start() - 1, 0)
    return len(text)
