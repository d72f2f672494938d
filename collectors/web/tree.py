"""A web page's bytes -> a tree of bounded depth and size, without what is not its author's words.

Left out are comments, reviews, testimonials and likes (other people's words), and what stands around the words: menus,
forms, side and foot notes. lxml reads a page in linear time and its tree is walked without recursion.

Sources: HTML Living Standard (sectioning, ARIA roles), https://microformats.org/wiki/h-cite and .../h-review,
https://schema.org/Review and https://schema.org/Comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree

from collectors.fields import is_web_address
from collectors.html import decode
from domain.errors import TooLarge, WrongContent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element as Element

MOST_TAGS = 40_000
"""Signs "<" of a page; no page that people read has more."""
DEEPEST = 1_000
"""Elements inside each other; the parser itself would give up at twice as many and drop what follows."""
MOST_WORDS = 1_000_000
"""Characters of the part of a page that is read, markup included; `collectors.html` looks at no more."""
MOST_METAS = 500
MOST_CLAIMS = 100
MOST_LABEL = 4_096

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_AROUND = re.compile(
    "aside|button|datalist|dialog|footer|form|iframe|nav|noscript|object|script|select|style|svg|template"
)
_AROUND_ROLES = frozenset({"banner", "complementary", "contentinfo", "form", "navigation", "search"})
_WHOLE = frozenset({"html", "body", "main"})
"""Never left out, whatever their class says: sites tell there which template they use."""
_OTHERS = re.compile(
    r"(?:[pu]-)?comments?(?![a-z]).*|comment(?:list|form|body|text)|h-cite|h-?review.*|(?:[pu]-)?reviews?"
    r"|reviews?[-_](?:body|box|card|carousel|content|item|list|section|slider|text|widget|wrapper)s?"
    r"|.*testimonial.*|(?:client|customer|google|patient|yelp)s?[-_]?(?:feedback|reviews?|voices)(?:[-_].*)?"
    r"|guest-?book(?:[-_].*)?|webmentions?(?:[-_].*)?|(?:bluesky|mastodon)-embed|twitter-tweet"
    r"|[pu]-(?:like|repost|rsvp)|disqus_thread",
    re.IGNORECASE,
)
_OTHERS_TYPES = re.compile(r"schema\.org/\w*(?:Review|Comment|Comments|Rating)\b", re.IGNORECASE)
_OTHERS_TYPEOF = re.compile(r"(?:schema:|https?://schema\.org/)?\w*(?:Review|Comment|Rating)", re.ASCII | re.IGNORECASE)
"""The same in RDFa, where a type stands by itself or with a prefix (https://www.w3.org/TR/rdfa-lite/ section 2)."""
_OTHERS_PROPERTIES = frozenset({"review", "reviews", "comment", "comments"})
_ANSWERING = frozenset({"u-in-reply-to"})
_SHARING = frozenset({"u-like-of", "u-repost-of"})
_MOST_SHARED = 200
_LONGEST_NAME = 80
_MOST_HOLDERS = 20
_HOLDING = "descendant-or-self::main | descendant-or-self::*[@role='main']"


@dataclass(frozen=True, slots=True)
class Document:
    """A page: `root` without other people's words and without what stands around the author's.

    `base` is where relative addresses start, `title` the page's, `metas` the contents of its meta elements by name,
    property or itemprop in lower case (the first of each), `data` its JSON-LD scripts as written, `canonical` the
    address it states for itself or "", `others` how many blocks of other people's words were left out.
    """

    root: Element
    base: str
    title: str
    metas: Mapping[str, str]
    data: tuple[str, ...]
    canonical: str
    language: str
    others: int


def read_page(body: bytes, content_type: str, url: str) -> Document:
    """The page in `body`, found at `url`. Raises TooLarge for one beyond the bounds, WrongContent for no page."""
    text = _UNWANTED.sub("", decode(body, content_type))
    if text.count("<") > MOST_TAGS:
        raise TooLarge("more markup than a page has")
    root = _parsed(text)
    base = _base(root, url)
    document = Document(
        root=root,
        base=base,
        title=_line(next((tag.text or "" for tag in root.iter("title")), "")),
        metas=_metas(root),
        data=tuple(tag.text or "" for tag in root.iter("script") if _is_json_ld(tag)),
        canonical=next(
            (
                href
                for tag in root.iter("link")
                if "canonical" in _tokens(tag, "rel")
                if (href := absolute(base, tag.get("href", "")))
            ),
            "",
        ),
        language=_line(root.get("lang", ""))[:MOST_LABEL],
        others=_without_others(root),
    )
    _without_surroundings(root)
    return document


def main_part(document: Document) -> Element:
    """The element that holds the author's words: main, else the one article, else the whole body."""
    holders = [found for found in document.root.xpath(_HOLDING)[:_MOST_HOLDERS] if has_words(found)]
    articles = [found for found in islice(document.root.iter("article"), _MOST_HOLDERS) if has_words(found)]
    bodies = document.root.xpath("self::body | body")
    return (holders or (articles if len(articles) == 1 else []) or bodies or [document.root])[0]


def markup(element: Element) -> str:
    """The element as HTML, without what follows it. Raises TooLarge beyond MOST_WORDS characters."""
    written = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
    if len(written) > MOST_WORDS:
        raise TooLarge("more words than a page has")
    return written


def claims(document: Document) -> tuple[str, ...]:
    """The addresses that the page says are the same person's (rel="me", XFN), outside of other people's words."""
    linked = (tag for tag in document.root.iter("a", "link") if "me" in _tokens(tag, "rel"))
    found = dict.fromkeys(absolute(document.base, tag.get("href", "")) for tag in linked)
    return tuple(islice((address for address in found if address), MOST_CLAIMS))


def has_words(element: Element) -> bool:
    """Whether there is anything to read in it, be it the description of a picture."""
    texts = any(text.strip() for text in element.itertext())
    return texts or any(picture.get("alt", "").strip() for picture in element.iter("img"))


def absolute(base: str, href: str) -> str:
    """The http or https address that `href` means, "" for any other."""
    try:
        joined = urljoin(base, href.strip())[:MOST_LABEL] if href.strip() else ""
    except ValueError:
        return ""
    return joined if is_web_address(joined) else ""


def tokens(element: Element) -> frozenset[str]:
    """The element's classes."""
    return _tokens(element, "class")


def _parsed(text: str) -> Element:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise WrongContent("no web page") from error
    if root is None:
        raise WrongContent("no web page")
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise TooLarge("elements nested deeper than pages are")
    return root


def _base(root: Element, url: str) -> str:
    stated = next((tag.get("href", "") for tag in root.iter("base") if tag.get("href")), "")
    return absolute(url, stated) or url


def _metas(root: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in root.iter("meta"):
        names = (tag.get(key, "").strip().lower() for key in ("name", "property", "itemprop"))
        name = next((name for name in names if name), "")
        if name and len(found) < MOST_METAS:
            found.setdefault(name[:MOST_LABEL], _line(tag.get("content", "")[: 10 * MOST_LABEL]))
    return found


def _is_json_ld(tag: Element) -> bool:
    return tag.get("type", "").split(";")[0].strip().lower() == "application/ld+json"


def _without_others(root: Element) -> int:
    """Empty every block of other people's words; returns how many there were."""
    kept, shared = _around_main(root), _shared(root)
    blocks = _topmost(
        root,
        lambda element: (
            element in shared or (_is_others(element) and (element not in kept or _exactly_others(element)))
        ),
    )
    for block in blocks:
        _empty(block)
    return len(blocks)


def _without_surroundings(root: Element) -> None:
    kept = _around_main(root)
    for block in _topmost(root, lambda element: _is_around(element) and element not in kept):
        _empty(block)


def _topmost(root: Element, wanted: Callable[[Element], bool]) -> list[Element]:
    """The wanted elements that no other wanted one holds, in order."""
    found = []
    walker = etree.iterwalk(root, events=("start",))
    for _, element in walker:
        if isinstance(element.tag, str) and wanted(element):
            found.append(element)
            walker.skip_subtree()
    return found


def _empty(element: Element) -> None:
    """Take the element's content away and leave a break in its place, and the address where it named what it answers.

    Nothing is removed from the tree: joining the texts that follow would take time that grows with their square.
    """
    answers = _tokens(element, "class") & _ANSWERING
    named = next((tag.get("href") for tag in element.iter("a") if tag.get("href")), "") if answers else ""
    element.clear(keep_tail=True)
    element.tag = "a" if named else "p"
    if named:
        element.set("class", " ".join(sorted(answers)))
        element.set("href", named)


def _is_around(element: Element) -> bool:
    if _AROUND.fullmatch(str(element.tag)):
        return True
    if not element.attrib or element.tag in _WHOLE:
        return False
    return element.get("role", "").strip().lower() in _AROUND_ROLES or element.get("hidden") is not None


def _is_others(element: Element) -> bool:
    if not element.attrib or element.tag in _WHOLE:
        return False
    typed = _OTHERS_TYPES.search(element.get("itemtype", "")[:MOST_LABEL])
    in_rdfa = any(_OTHERS_TYPEOF.fullmatch(kind) for kind in _tokens(element, "typeof"))
    labels = (*_tokens(element, "class"), element.get("id", "").strip())
    named = any(_OTHERS.fullmatch(label) for label in labels if len(label) < _LONGEST_NAME)
    return bool(typed) or in_rdfa or named or bool(_tokens(element, "itemprop") & _OTHERS_PROPERTIES)


def _exactly_others(element: Element) -> bool:
    return bool(_tokens(element, "class") & {"comment", "h-cite", "h-review", "hreview"})


def _shared(root: Element) -> set[Element]:
    """The entries that only repeat or like what somebody else wrote."""
    marked = (tag for tag in root.iter() if tag.get("class") and _tokens(tag, "class") & _SHARING)
    around = (_entry_around(tag) for tag in islice(marked, _MOST_SHARED))
    return {entry for entry in around if entry is not None}


def _entry_around(element: Element) -> Element | None:
    """The entry that does the sharing; None where it is a citation, which is another's and goes by itself."""
    own_and_above = (element, *element.iterancestors())
    nearest = next((above for above in own_and_above if _tokens(above, "class") & {"h-entry", "h-cite"}), None)
    return nearest if nearest is not None and _tokens(nearest, "class") & {"h-entry"} else None


def _around_main(root: Element) -> set[Element]:
    """The elements that hold the page's main part, which some sites put inside a form or a block of any class."""
    found: set[Element] = set()
    for holder in root.xpath(_HOLDING):
        for above in holder.iterancestors():
            if above in found:
                break
            found.add(above)
    return found


def _tokens(element: Element, attribute: str) -> frozenset[str]:
    return frozenset(element.get(attribute, "")[:MOST_LABEL].lower().split())


def _line(text: str) -> str:
    return " ".join(text.split())
