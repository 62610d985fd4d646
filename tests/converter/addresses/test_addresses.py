"""What is an address in a text, where it ends, and where it leads."""

import re
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.converter.addresses import addresses as module
from chalicelib.converter.addresses.address_hints import may_have_addresses
from chalicelib.converter.addresses.addresses import MAX_LENGTH, addresses, last_boundary
from tests.converter.texts import texts

# Each sentence with its addresses between ⟦ and ⟧.
SENTENCES = [
    "⟦https://example.org/a?b=c&d=%20#e⟧, ⟦HTTP://example.org⟧; ⟦http://localhost:8080/x⟧.",
    "(see ⟦http://example.com/x_(y)⟧), [⟦https://example.org/a[1]⟧] {⟦https://example.org⟧}",
    '"⟦https://example.org/a⟧" “⟦https://example.org⟧” «⟦https://example.org/b⟧» `⟦https://a.org⟧`',
    "href='⟦https://example.org/a⟧'> ['⟦https://a.org⟧','⟦https://b.org⟧'] it's ⟦https://c.org⟧'s",
    "<⟦https://example.org/a.⟧> <a href=⟦https://example.org⟧>",
    "[text](⟦https://example.org/a_(b)⟧).More ![i](⟦https://a.org/i.svg⟧) **⟦https://a.org⟧**",
    "Really ⟦https://example.org⟧?! Wait: ⟦https://example.org/wait⟧... ⟦https://example.org⟧, so",
    "⟦https://a.org/1⟧,⟦https://a.org/2⟧;⟦https://a.org/3⟧|⟦https://a.org/4⟧\t⟦https://a.org/5⟧",
    "⟦www.example.org/x⟧, ⟦WWW.example.org⟧. www.x wwww.example.org mywww.example.org",
    "⟦help@example.org⟧ <⟦a.b+c@mail.example.org⟧>, ⟦mailto:help@example.org?subject=x⟧.",
    "git@example.org:project.git root@host a@b.local.1 x@1.2.3.4 mailto:nobody me@localhost",
    "⟦https://user:word@example.org/x⟧ ⟦http://[::1]:8080/x⟧ ⟦http://10.0.0.1/x⟧",
    "⟦https://münchen.de/straße⟧ ⟦http://例え.jp/日本⟧。",
    "请看⟦https://example.org/路径⟧。或⟦https://example.org⟧查看，⟦https://example.org/a⟧查看",
    "انظر ⟦https://example.org/a⟧، שלום (⟦https://example.org⟧)׃",
    "javascript:alert(1) file:///etc/passwd ftp://example.org git+https://example.org data:x,y",
    "http:// https://... http://{host}/ https://-x http://$HOST/ https:/example.org",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_addresses_end_where_people_expect(sentence: str) -> None:
    text = re.sub("[⟦⟧]", "", sentence)
    expected = re.findall("⟦(.*?)⟧", sentence)
    assert [text[address.start : address.end] for address in addresses(text)] == expected


@pytest.mark.parametrize(
    ("typed", "uri"),
    [
        ("https://example.org/a%20b?c=d", "https://example.org/a%20b?c=d"),
        ("HTTPS://Example.org", "https://Example.org"),
        ("www.example.org/x", "http://www.example.org/x"),
        ("help@example.org", "mailto:help@example.org"),
        ("https://münchen.de/ü?ö#ä", "https://xn--mnchen-3ya.de/%C3%BC?%C3%B6#%C3%A4"),
        ("http://例え.jp:80/{日}", "http://xn--r8jz45g.jp:80/%7B%E6%97%A5%7D"),
        ("https://faß.de", "https://xn--fa-hia.de"),
    ],
)
def test_an_address_leads_to_a_uri_in_ascii(typed: str, uri: str) -> None:
    assert [address.uri for address in addresses(f"see {typed}.")] == [uri]


def test_an_address_has_an_end() -> None:
    longest = "https://example.org/" + "a" * (MAX_LENGTH - 20)
    assert [address.end for address in addresses(longest)] == [MAX_LENGTH]
    assert not list(addresses(longest + "a"))
    assert not list(addresses("https://" + "a" * 64 + ".org"))


@given(st.text(st.sampled_from("ahtps:/.w@()<>'\",ü日。 \n"), max_size=60))
def test_any_text_has_addresses_without_blanks_that_do_not_overlap(text: str) -> None:
    found = list(addresses(text.replace("h", "https://a.")))
    text = text.replace("h", "https://a.")
    assert all(one.end <= other.start for one, other in pairwise(found))
    for address in found:
        assert not re.search(r'[\s<>"。]', text[address.start : address.end])
        assert address.uri.isascii()
        assert address.uri.startswith(("http://", "https://", "mailto:"))


@given(
    st.text(st.sampled_from("a. <(h/"), max_size=40), st.text(st.sampled_from("a. /)"), max_size=9)
)
def test_no_address_goes_over_a_boundary(before: str, behind: str) -> None:
    before, behind = (part.replace("h", "https://a.") for part in (before, behind))
    boundary = last_boundary(before)
    whole = [(one.start, one.end) for one in addresses(before + behind) if one.start < boundary]
    assert whole == [(one.start, one.end) for one in addresses(before) if one.start < boundary]


class CountingPattern:
    """A pattern that counts the characters that it has matched."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self.characters = 0

    def match(self, text: str, start: int) -> re.Match[str] | None:
        match = self._pattern.match(text, start)
        self.characters += len(match[0]) if match else 0
        return match


@pytest.mark.parametrize(
    "unit", ["http://", "http://[", "www.กก.", "[x](http://", "mailto:a@", "http://a@[("]
)
def test_a_run_of_characters_is_not_read_from_each_beginning_in_it(
    unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern = CountingPattern(module._RUN)
    monkeypatch.setattr(module, "_RUN", pattern)
    text = unit * (20 * MAX_LENGTH // len(unit))
    list(addresses(text))
    assert 0 < pattern.characters <= len(text)


def test_a_run_with_many_beginnings_that_are_no_addresses_has_none() -> None:
    few, many = ("http://[" * count + "https://example.org" for count in (15, 16))
    assert [address.uri for address in addresses(few)] == ["https://example.org"]
    assert not list(addresses(many))
    assert [address.uri for address in addresses(many + " www.example.org")] == [
        "http://www.example.org"
    ]


@pytest.mark.parametrize("www", ["".join(cases) for cases in product("wW", repeat=3)])
def test_an_address_is_found_alone_as_among_others(www: str) -> None:
    alone = f"see {www}.example.org"
    found = [address.uri for address in addresses(alone)]
    assert bool(found) == (www in {"www", "Www", "WWW", "wWW"})
    assert may_have_addresses(alone) == bool(found)
    among = [address.uri for address in addresses(f"{alone} mailto:a@example.org")]
    assert among == [*found, "mailto:a@example.org"]


PARTS = [
    *(
        "http://",
        "HTTPS://",
        "mailto:",
        "www.",
        "Www.",
        "a@example.org",
        "example.org",
        "/path",
        "@",
    ),
    *("://", " ", "\n", ".", ",", "(", ")", "<", ">", "'", "word", "x" * 60, "a.b", "日本", "é"),
]


def found_behind(before: str, text: str) -> list[tuple[int, int, str]]:
    """The addresses in a text that follows another, which has none: places, and URIs."""
    length = len(before)
    return [(one.start - length, one.end - length, one.uri) for one in addresses(before + text)]


@given(texts(PARTS, max_parts=30), st.integers(0, 400), st.sampled_from(" \n(é"))
def test_text_before_addresses_does_not_change_them(text: str, length: int, last: str) -> None:
    before = "word " * (length // 5) + "x" * (length % 5) + last
    assert found_behind(before, text) == found_behind(last, text)
