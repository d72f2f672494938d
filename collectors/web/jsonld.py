"""What a page says of itself in JSON-LD, by the vocabulary of schema.org: an article, or a person or practice.

Reviews, comments and ratings are other people's words: they are not looked into. Scripts are often damaged (raw line
ends, commas before a bracket), and may be made to be: both sizes and depths are bounded, and nothing here raises.

Sources: JSON-LD 1.1 (https://www.w3.org/TR/json-ld11/), https://schema.org/BlogPosting, .../Person and
.../MedicalBusiness.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from collectors import fields
from collectors.html import to_text
from collectors.times import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from collectors.fields import Json

MOST_SCRIPTS = 20
LONGEST_SCRIPT = 300_000
"""Characters of one script; all of a page's together may have twice as many."""
MOST_NODES = 2_000
LONGEST_TEXT = 100_000
LONGEST_LABEL = 1_000

_ARTICLES = frozenset({"Article", "BlogPosting", "NewsArticle", "Report", "ScholarlyArticle", "SocialMediaPosting"})
_OWNERS = re.compile(
    "Person|Physician|Psychologist|Medical(?:Business|Clinic|Organization)|LocalBusiness|ProfessionalService"
    "|HealthAndBeautyBusiness|Organization|ProfilePage"
)
_OTHERS = re.compile(r"Review|Comment|Rating|Answer|Question|Quotation|Claim")
_OTHERS_KEYS = frozenset({"aggregateRating", "citation", "comment", "itemReviewed", "mentions", "review", "reviews"})
_COMMA = re.compile(r",(\s*[}\]])")
_WRAPPED = re.compile(
    r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[)|(?:-->|/\*\s*\]\]>\s*\*/|//\s*\]\]>)\s*;?\s*$"
)


@dataclass(frozen=True, slots=True)
class Article:
    """An article's own facts; "" and None for what is not stated. `url` is as written."""

    title: str
    description: str
    url: str
    authors: tuple[str, ...]
    published_at: datetime | None
    edited_at: datetime | None
    language: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What all scripts of a page state. `owner` is the one person or business they describe, as (name, description)."""

    articles: tuple[Article, ...] = ()
    owner: tuple[str, str] = ("", "")


def read_scripts(scripts: Sequence[str]) -> Stated:
    """The facts in a page's JSON-LD. A script that cannot be read states nothing."""
    ends = accumulate(len(script) for script in scripts[:MOST_SCRIPTS])
    legible = [script for script, end in zip(scripts, ends, strict=False) if end <= 2 * LONGEST_SCRIPT]
    nodes = [node for script in legible for node in _nodes(_decoded(script))][:MOST_NODES]
    articles = [_article(node) for node in nodes if _types(node) & _ARTICLES]
    owners = {_owner(node) for node in nodes if any(_OWNERS.fullmatch(name) for name in _types(node))}
    described = [owner for owner in sorted(owners) if owner[1]]
    return Stated(tuple(articles), described[0] if len(described) == 1 else ("", ""))


def _decoded(script: str) -> object:
    if len(script) > LONGEST_SCRIPT:
        return None
    bare = _WRAPPED.sub("", script).strip().rstrip(";")
    for candidate in (bare, _COMMA.sub(r"\1", bare)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(value: object) -> Iterator[Json]:
    """Every object in the value that is not somebody else's, walked without recursion."""
    waiting = [value]
    seen = 0
    while waiting and seen < MOST_NODES:
        one = waiting.pop()
        seen += 1
        if isinstance(one, list):
            waiting += one[:MOST_NODES]
        elif isinstance(one, dict) and not any(_OTHERS.search(name) for name in _types(one)):
            yield one
            waiting += [inner for key, inner in one.items() if key not in _OTHERS_KEYS]


def _types(node: Json) -> frozenset[str]:
    given = node.get("@type")
    names = given if isinstance(given, list) else [given]
    return frozenset(name.rpartition("/")[2] for name in names[:10] if isinstance(name, str))


def _article(node: Json) -> Article:
    return Article(
        title=_plain(node, "headline", LONGEST_LABEL) or _plain(node, "name", LONGEST_LABEL),
        description=_plain(node, "description", LONGEST_TEXT),
        url=_address(node),
        authors=_names(node.get("author")),
        published_at=parse_instant(fields.text(node, "datePublished")[:LONGEST_LABEL]),
        edited_at=parse_instant(fields.text(node, "dateModified")[:LONGEST_LABEL]),
        language=fields.text(node, "inLanguage")[:LONGEST_LABEL],
    )


def _address(node: Json) -> str:
    main = node.get("mainEntityOfPage")
    inner = fields.text(main, "@id") if isinstance(main, dict) else fields.text(node, "mainEntityOfPage")
    return (fields.text(node, "url") or inner)[:LONGEST_LABEL]


def _owner(node: Json) -> tuple[str, str]:
    return _plain(node, "name", LONGEST_LABEL), _plain(node, "description", LONGEST_TEXT)


def _names(author: object) -> tuple[str, ...]:
    given = author if isinstance(author, list) else [author]
    named = [fields.text(one, "name") if isinstance(one, dict) else one for one in given[:10]]
    return tuple(name[:LONGEST_LABEL] for name in named if isinstance(name, str) and name.strip())


def _plain(node: Json, key: str, limit: int) -> str:
    """Texts in JSON-LD hold markup and escapes as often as not."""
    given = fields.text(node, key)[:limit]
    return to_text(given) if "<" in given or "&" in given else " ".join(given.split())
