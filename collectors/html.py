"""HTML as platforms send it, to plain text, links and the few facts that feeds and proofs need.

The only module that knows BeautifulSoup. Nothing here raises for any input, recurses, or fetches.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from bs4.element import CData, NavigableString, PageElement, PreformattedString, Tag
from bs4.exceptions import ParserRejectedMarkup

from domain.posts import IMAGE, INLINE, Media

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_MARKUP = 1_000_000
"""Characters that are looked at; what follows is left out."""
MOST_TAGS = 100_000
"""Signs "<" that are looked at; measured: about a second of work in the worst nesting."""
MOST_LINKS = 1_000
_LEGIBLE = 48
"""Pixels; a picture that is narrower or lower shows no words."""

_UNSEEN = frozenset({"script", "style", "template", "head", "title", "iframe", "object", "noscript", "datalist"})
# fmt: off - one word a line would hide the list
_PARAGRAPHS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "details",
        "dialog",
        "dl",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "ul",
    }
)
_LINES = frozenset(
    {
        "body",
        "caption",
        "dd",
        "div",
        "dt",
        "figcaption",
        "legend",
        "li",
        "option",
        "summary",
        "tbody",
        "tfoot",
        "thead",
        "tr",
    }
)
# fmt: on
_CELLS = frozenset({"td", "th"})
_PROTECTED_POST_FIELD = "post_password"
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_LOGIN_WORDS = re.compile(r"\b(log[ -]?in|sign[ -]?in|anmelden|se connecter|iniciar sesi[oó]n)\b", re.IGNORECASE)
_SHORT_PAGE = 2_000
"""Visible characters: a page with a password field and no more words than this exists to log in."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_ORDINARY_CHARSET = re.compile(
    r"(iso[-_]?8859|latin|windows|cp\d|koi8|mac|gb|big5|euc|shift|sjis|utf-?(8|16))", re.IGNORECASE
)
"""Python knows codecs that are no charsets (punycode, unicode_escape); a page may not choose those."""

_SPACES = re.compile(r"[ \t\n\r\f\v\u0085\u00a0\u2028\u2029]+")
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_MARKUP, _LINKING, _PICTURING = re.compile("[<&]"), re.compile("<a", re.IGNORECASE), re.compile("<im", re.IGNORECASE)
"""Without these there is nothing to find, and making a tree takes a hundred times as long as looking for them."""
_LINE, _PARAGRAPH, _BR = "\x02", "\x03", "\n"
"""Breaks on their way to `_tidy`; the first two cannot come from a page, `_UNWANTED` has taken them out."""
_BREAKS = re.compile(" ?[\x02\x03\n][ \x02\x03\n]*")


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page announces (RSS autodiscovery): media type, absolute address, title or ""."""

    type: str
    href: str
    title: str


def to_text(html: str) -> str:
    """The words that a reader of `html` sees, as plain text.

    Lines end where `<br>` stands and where a block begins or ends, paragraphs are set apart by an empty line;
    nothing is put inside a word or a URL. Entities are decoded once. Runs of white space become one space, but
    lines inside `<pre>` stay. Control characters and lone surrogates are removed.
    """
    if not _MARKUP.search(html):
        return _tidy(_clean(html[:LONGEST_MARKUP].lstrip("\ufeff")))
    return _tidy("".join(_pieces(_parse(html))))


def links(html: str, base: str) -> tuple[str, ...]:
    """Absolute http and https addresses that the author links to, each once, in order.

    Left out are mentions of people (class "mention" or "u-mention") and hashtags (class "hashtag", rel "tag").
    """
    if not _LINKING.search(_UNWANTED.sub("", html)):
        return ()
    soup = _parse(html)
    return _addresses(_base(soup, base), (tag for tag in _tags(soup, "a", "area") if not _names_person_or_tag(tag)))


def pictures(html: str, base: str) -> tuple[Media, ...]:
    """The pictures that are described or may hold words, in order; emoji and marks of a few pixels are left out."""
    if not _PICTURING.search(_UNWANTED.sub("", html)):
        return ()
    soup = _parse(html)
    root = _base(soup, base)
    shown = ((_line(_value(tag, "alt")), _source(tag, root)) for tag in _tags(soup, "img") if not _is_emoji(tag))
    return tuple(Media(IMAGE if alt else INLINE, alt, address) for alt, address in shown if alt or address)


def _source(tag: Tag, root: str) -> str:
    """Where the picture is; "" for one that says that it is smaller than any words."""
    sizes = (_value(tag, name).strip().removesuffix("px") for name in ("width", "height"))
    tiny = any(size.isdecimal() and int(size[:6]) < _LEGIBLE for size in sizes)
    return "" if tiny else _absolute(root, _value(tag, "src")) or ""


def alternate_feeds(html: str, base: str) -> tuple[FeedLink, ...]:
    """The feeds that a page announces with rel="alternate", in order, each address once."""
    soup = _parse(html)
    root, found = _base(soup, base), dict[str, FeedLink]()
    for tag in _tags(soup, "link", "a"):
        kind = _value(tag, "type").split(";")[0].strip().lower()
        href = _absolute(root, _value(tag, "href"))
        if href and kind in _FEED_TYPES and "alternate" in _tokens(tag, "rel"):
            found.setdefault(href, FeedLink(kind, href, _line(_value(tag, "title"))))
    return tuple(found.values())


def rel_me(html: str, base: str) -> tuple[str, ...]:
    """Absolute http and https addresses that the page claims as the same person's (rel="me", XFN)."""
    return _rel(html, base, "me")


def api_root(html: str, base: str) -> str | None:
    """The root of the site's WordPress REST API (rel="https://api.w.org/"), or None."""
    return next(iter(_rel(html, base, "https://api.w.org/")), None)


def page_title(html: str) -> str:
    """The page's title on one line, "" when it has none."""
    title = next(_tags(_parse(html), "title"), None)
    return "" if title is None else _line(title.get_text())


def is_login_page(html: str) -> bool:
    """Whether the page asks for an account rather than show something.

    It has a password field that is not the one of a protected post, and either its title or main heading speaks
    of logging in, or it has few other words.
    """
    soup = _parse(html)
    fields = [tag for tag in _tags(soup, "input") if _value(tag, "type").strip().lower() == "password"]
    if not any(_value(tag, "name") != _PROTECTED_POST_FIELD for tag in fields):
        return False
    headings = [tag.get_text(" ") for name in ("title", "h1") for tag in islice(_tags(soup, name), 1)]
    return any(_LOGIN_WORDS.search(heading) for heading in headings) or len(_tidy("".join(_pieces(soup)))) < _SHORT_PAGE


def decode(body: bytes, content_type: str = "") -> str:
    """The characters of a text answer: byte order mark, else UTF-8, else the charset stated, else Windows-1252.

    UTF-8 goes before what header and `<meta>` state, because valid UTF-8 is hardly ever anything else and stated
    charsets are often wrong. Bytes that fit nowhere become U+FFFD.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, errors="replace")
    stated = [
        found[1].decode("ascii")
        for found in (_CHARSET.search(content_type.encode(errors="replace")), _META.search(body[:4096]))
        if found
    ]
    for name in ("utf-8", *(name for name in stated if _ORDINARY_CHARSET.match(name))):
        try:
            return body.decode(name)
        except (LookupError, UnicodeError):
            continue
    return body.decode("cp1252", errors="replace")


def _parse(html: str) -> BeautifulSoup:
    """A tree of at most LONGEST_MARKUP characters and MOST_TAGS tags.

    The doctype in front keeps bs4 from taking a text for a file name, an address or XML, about which it warns.
    """
    markup = _UNWANTED.sub("", html[:LONGEST_MARKUP]).lstrip("\ufeff")
    if (cut := next(islice(re.finditer("<", markup), MOST_TAGS, None), None)) is not None:
        markup = markup[: cut.start()]
    try:
        return BeautifulSoup(f"<!DOCTYPE html>\n{markup}", "lxml")
    except ParserRejectedMarkup:
        return BeautifulSoup("<!DOCTYPE html>\n", "lxml")


def _pieces(soup: BeautifulSoup) -> Iterator[str]:
    """Visible texts and breaks in reading order. Walks with its own stack, so depth costs nothing."""
    open_tags: list[tuple[Iterator[PageElement], str, bool]] = [(iter(soup.contents), "", False)]
    while open_tags:
        children, closing, verbatim = open_tags[-1]
        node = next(children, None)
        if node is None:
            open_tags.pop()
            yield closing
        elif not isinstance(node, Tag):
            yield _text(node, verbatim=verbatim)
        elif node.name == "br":
            yield _BR
        elif node.name == "img":
            yield _clean(_value(node, "alt")) if _is_emoji(node) else ""
        elif node.name not in _UNSEEN:
            yield (around := _break(node.name))
            open_tags.append((iter(node.contents), around, verbatim or node.name == "pre"))


def _break(name: str) -> str:
    if name in _PARAGRAPHS:
        return _PARAGRAPH
    return _LINE if name in _LINES else " " if name in _CELLS else ""


def _text(node: PageElement, *, verbatim: bool) -> str:
    """The words of a text node; comments, declarations and processing instructions have none."""
    if not isinstance(node, NavigableString) or (isinstance(node, PreformattedString) and not isinstance(node, CData)):
        return ""
    if verbatim:
        return "\n".join(_clean(line) for line in node.splitlines(keepends=False)) + (
            "\n" if node.endswith("\n") else ""
        )
    return _clean(node)


def _clean(text: str) -> str:
    return _SPACES.sub(" ", _UNWANTED.sub("", text))


def _line(text: str) -> str:
    return _clean(text).strip()


def _tidy(text: str) -> str:
    """One space for many, and for a run of breaks what a browser would show: next line, or one empty line."""
    return _BREAKS.sub(_settle, re.sub(" {2,}", " ", text)).strip()


def _settle(run: re.Match[str]) -> str:
    return "\n\n" if _PARAGRAPH in run[0] or run[0].count(_BR) > 1 else "\n"


def _tags(soup: BeautifulSoup, *names: str) -> Iterator[Tag]:
    return (node for node in soup.descendants if isinstance(node, Tag) and node.name in names)


def _value(tag: Tag, attribute: str) -> str:
    value = tag.get(attribute, "")
    return value if isinstance(value, str) else " ".join(value or ())


def _tokens(tag: Tag, attribute: str) -> set[str]:
    return set(_value(tag, attribute).lower().split())


def _names_person_or_tag(tag: Tag) -> bool:
    return bool(_tokens(tag, "class") & {"mention", "u-mention", "hashtag"}) or "tag" in _tokens(tag, "rel")


def _is_emoji(tag: Tag) -> bool:
    return bool(_tokens(tag, "class") & {"emoji", "wp-smiley", "custom-emoji"})


def _rel(html: str, base: str, relation: str) -> tuple[str, ...]:
    soup = _parse(html)
    return _addresses(_base(soup, base), (tag for tag in _tags(soup, "a", "link") if relation in _tokens(tag, "rel")))


def _addresses(base: str, tags: Iterator[Tag]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for tag in tags:
        address = _absolute(base, _value(tag, "href"))
        if address and len(found) < MOST_LINKS:
            found[address] = None
    return tuple(found)


def _base(soup: BeautifulSoup, base: str) -> str:
    """Where relative links start: the page's own address, or what its first `<base href>` says."""
    first = next((tag for tag in _tags(soup, "base") if _value(tag, "href")), None)
    return base if first is None else _absolute(base, _value(first, "href")) or base


def _absolute(base: str, href: str) -> str:
    """The address that `href` means on a page at `base`, "" unless it is an http or https one with a host."""
    wanted = _UNWANTED.sub("", href).strip()
    try:
        joined = urljoin(base, wanted)
        parts = urlsplit(joined)
    except ValueError:
        return ""
    return joined if wanted and parts.scheme in ("http", "https") and parts.hostname else ""
