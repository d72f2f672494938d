"""A page's microformats -> entries and a card, by way of mf2py.

mf2py recurses (6,000 nested elements end it after seconds), takes time that grows with the depth of nested properties,
and would fetch an address that it is given alone. So it is given nothing but the markup of one root at a time, after
the size, depth and nesting of that root have been measured here, and never without a document.

Sources: https://microformats.org/wiki/microformats2-parsing, .../h-entry, .../h-feed, .../h-card and
.../representative-h-card-parsing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import mf2py
from lxml import etree

from collectors import fields
from collectors.feeds.listing import MAX_LABEL, MAX_WORDS, Entry, Words, storable, web_address
from collectors.times import parse_instant
from collectors.web.tree import tokens
from domain.posts import IMAGE, Media

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element as Element

    from collectors.fields import Json
    from collectors.web.tree import Document

MOST_ELEMENTS = 2_000
"""Elements in one root, and in all roots of a page together."""
MOST_WORK = 12_000
"""Elements of a root, each counted as often as elements with a class hold it: what mf2py goes through."""
DEEPEST = 100
MOST_ROOTS = 100
MOST_MARKUP = 500_000

_ENTRIES = frozenset({"h-entry", "hentry"})
_CARDS = frozenset({"h-card", "vcard"})
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What mf2py and its parser may raise on damaged markup."""


@dataclass(frozen=True, slots=True)
class Card:
    """An h-card: name, note, description of the photograph, and the addresses it gives."""

    name: str = ""
    note: str = ""
    photo_alt: str = ""
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A page's top-level entries and cards. `beyond` counts roots too large to read."""

    entries: tuple[Entry, ...] = ()
    cards: tuple[Card, ...] = ()
    beyond: int = 0


@dataclass(slots=True)
class _Roots:
    entries: list[Element] = field(default_factory=list)
    cards: list[Element] = field(default_factory=list)


def read_microformats(document: Document, url: str) -> Found:
    """The entries and cards of a page at `url`; none of them is an answer too."""
    roots = _roots(document.root)
    budget = _Budget()
    entries = [item for root in roots.entries[:MOST_ROOTS] for item in _items(root, document, budget, "h-entry")]
    cards = [item for root in roots.cards[:MOST_ROOTS] for item in _items(root, document, budget, "h-card")]
    return Found(
        entries=tuple(_entry(item, url) for item in entries),
        cards=tuple(_card(item, url) for item in cards),
        beyond=budget.refused + max(len(roots.entries) - MOST_ROOTS, 0),
    )


def representative(cards: Sequence[Card], url: str) -> Card | None:
    """The card of whom the page is about: the one that gives the page's own address, or the only one."""
    own = [card for card in cards if url.rstrip("/") in {address.rstrip("/") for address in card.urls}]
    chosen = own or list(cards)
    return chosen[0] if len(chosen) == 1 else None


@dataclass(slots=True)
class _Budget:
    """How many elements all roots of a page may still have, and how many roots were refused."""

    left: int = MOST_ELEMENTS
    refused: int = 0

    def allows(self, root: Element) -> bool:
        size = _size(root, self.left)
        self.left -= size
        self.refused += not size
        return bool(size)


def _roots(page: Element) -> _Roots:
    """Entries that no entry holds and cards that neither holds; an author's card stands inside the entry."""
    found, inside = _Roots(), [0, 0]
    for event, element in etree.iterwalk(page, events=("start", "end")):
        names = tokens(element) if element.get("class") else frozenset()
        for place, kinds in enumerate((_ENTRIES, _CARDS)):
            if not names & kinds:
                continue
            if event == "end":
                inside[place] -= 1
                continue
            if not inside[0] and not inside[place]:
                (found.entries, found.cards)[place].append(element)
            inside[place] += 1
    return found


def _size(root: Element, most: int) -> int:
    """How many elements the root has; 0 when it is larger, deeper or more entangled than mf2py may be given."""
    elements = work = depth = classed = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        step = 1 if event == "start" else -1
        depth += step
        classed += step * bool(isinstance(element.tag, str) and element.get("class"))
        elements += step == 1
        work += classed if step == 1 else 0
        if elements > most or work > MOST_WORK or depth > DEEPEST:
            return 0
    return elements


def _items(root: Element, document: Document, budget: _Budget, kind: str) -> list[Json]:
    """What mf2py makes of one root: the items of the wanted type."""
    if not budget.allows(root):
        return []
    written = etree.tostring(root, encoding="unicode", method="html", with_tail=False)
    if len(written) > MOST_MARKUP:
        budget.refused += 1
        return []
    try:
        parsed = mf2py.parse(doc=f"<!DOCTYPE html><html><body>{written}", url=document.base, html_parser="lxml")
    except _FAULTS:
        budget.refused += 1
        return []
    return [item for item in fields.children(parsed, "items") if kind in fields.strings(item, "type")]


def _entry(item: Json, url: str) -> Entry:
    properties = fields.child(item, "properties")
    published = next(iter(_texts(properties, "published")), "")
    updated = next(iter(_texts(properties, "updated")), "")
    link = next((found for value in _texts(properties, "url") if (found := web_address(value, url))), "")
    return Entry(
        given_id=storable(next(iter(_texts(properties, "uid")), ""), MAX_LABEL),
        link=link,
        title=Words(storable(next(iter(_texts(properties, "name")), ""), MAX_WORDS), is_html=False),
        bodies=tuple(_bodies(properties)),
        base=url,
        authors=tuple(name for name in _texts(properties, "author") if name)[:10],
        published_at=parse_instant(published),
        edited_at=parse_instant(updated) if updated != published else None,
        language=storable(item.get("lang"), MAX_LABEL) or None,
        media=tuple(_photos(properties, url)),
        reply_to_id=next((found for value in _texts(properties, "in-reply-to") if (found := value)), None),
    )


def _bodies(properties: Json) -> Iterator[Words]:
    """e-content as HTML, then the summary, which may only repeat it."""
    for name in ("content", "summary"):
        for value in _values(properties, name)[:10]:
            if isinstance(value, dict) and fields.text(value, "html"):
                yield Words(storable(value.get("html"), MAX_WORDS), is_html=True)
            elif words := _text_of(value):
                yield Words(storable(words, MAX_WORDS), is_html=False)


def _photos(properties: Json, url: str) -> Iterator[Media]:
    for value in _values(properties, "photo")[:50]:
        alt = storable(value.get("alt"), MAX_LABEL) if isinstance(value, dict) else ""
        if address := web_address(_text_of(value), url):
            yield Media(IMAGE, alt, address)


def _card(item: Json, url: str) -> Card:
    properties = fields.child(item, "properties")
    addresses = (web_address(value, url) for name in ("uid", "url") for value in _texts(properties, name))
    notes = [storable(value, MAX_LABEL * 10) for value in _texts(properties, "note")]
    alts = [storable(value.get("alt"), MAX_LABEL) for value in _values(properties, "photo") if isinstance(value, dict)]
    return Card(
        name=storable(next(iter(_texts(properties, "name")), ""), MAX_LABEL),
        note="\n\n".join(note for note in notes if note),
        photo_alt=next((alt for alt in alts if alt), ""),
        urls=tuple(address for address in addresses if address),
    )


def _values(properties: Json, name: str) -> list[object]:
    found = properties.get(name)
    return found if isinstance(found, list) else []


def _texts(properties: Json, name: str) -> list[str]:
    """The property's values as text; an embedded item stands for its name or value."""
    return [text for value in _values(properties, name) if (text := _text_of(value))]


def _text_of(value: object) -> str:
    if isinstance(value, dict):
        inner = _values(fields.child(value, "properties"), "name")
        return next((name for name in inner if isinstance(name, str)), "") or fields.text(value, "value")
    return value if isinstance(value, str) else ""
