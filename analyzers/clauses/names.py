"""Names of people: written large, and in informal text written small, as initials or as what somebody is called."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.lexicon import WORDS
from analyzers.patterns import Hit, Rule
from analyzers.text import PRACTICE
from analyzers.vocabulary import LISTS, SETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analyzers.reading import Reading
    from analyzers.text import Passage

_CONTENT = tomllib.loads(
    (Path(__file__).parent.parent / "rules" / "identifiers_names.toml").read_text(encoding="utf-8")
)
_FIRST = frozenset(_CONTENT["first"].split())
_AMBIGUOUS = frozenset(_CONTENT["ambiguous"].split())
_PUBLIC = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, _CONTENT["public"])) + r")(?:'s)?(?!\w)")

NAME = Rule("A name", 1.0, "", "a name", frozenset(), "A name")
_CAPITALISED = re.compile(r"(?<![\w@#/.])[A-Z](?:[a-z]{1,20}(?:[-'][A-Z][a-z]{1,20})?(?!\w)|\.(?=\W|$))")
"""A capitalised word, or an initial."""
_COMMON = SETS["not_names"] | frozenset(LISTS["DAY"].split("|")) | frozenset(LISTS["MONTH"].split("|"))
_WORD = re.compile(r"(?<![\w@#/.'-])[a-z]{2,15}(?:-[a-z]{2,15})?(?=(?:'s)?(?![\w'-]))")
_PERSON = (
    r"(?:client|patient|pt|kid|kiddo|teen|boy|girl|guy|man|woman|lady|gentleman|couple|mom|mother|dad|father|son|daughter|"
    r"wife|husband|brother|sister|boyfriend|girlfriend|partner|ex|aunt|uncle|cousin|boss|landlord|stepdad|stepmom|"
    r"grandma|grandpa|friend|student|coach|little|lil|poor|sweet|miss|mr\.?|mrs\.?|ms\.?|dr\.?|my \d{1,2} ?(?:am|pm)|"
    r"o'clock|told|texted|emailed|with|for|see|saw|seeing|tell|hey|hi)"
)
_DUE = re.compile(rf"(?<!\w){_PERSON},? (?:named |called )?([a-z]{{2,15}})(?=(?:'s)?(?![\w'-]))")
"""After these a person is due: a word that is a name too is then taken for one."""
_CALLED = re.compile(
    r"(?<!\w)(?:named|name is|name's|name was|nicknamed|goes by|aka|a\.k\.a\.|we call (?:him|her|them)|calls? "
    r"(?:himself|herself)|known as|call (?:him|her|them)) [\"']?([a-z][a-z-]{1,15})(?![\w-])"
)
_TITLED = re.compile(r"(?<!\w)(?:miss|mr\.?|mrs\.?|ms\.?) ([a-z][a-z'-]{1,15})(?![\w-])")
_END = re.compile(
    r"(?:'s)?(?:$|[.,!?;:)]| (?:is|was|has|had|who|and|from|told|came|cried|said|at|in|on|still|just|got|lost|left|"
    r"went|wants|works|[a-z]{3,10}ed)(?![\w]))"
)
_INITIALS = re.compile(
    r"(?<![\w.])(?:[a-z]\.){2,3}(?![\w])|(?<=[(\"' ])[A-Z]\.(?=[),\"'])|(?<![\w.])[A-Z]{2}(?=, \d{1,2}\b)"
)
_CUED_INITIAL = re.compile(r"(?<!\w)(?:client|patient|pt|kid|couple|mr|mrs|ms|initials(?: are)?) ([a-z])\.?(?![\w'])")
_NOT_INITIALS = frozenset(
    {"a.m.", "p.m.", "e.g.", "i.e.", "u.s.", "u.k.", "d.c.", "n.b.", "p.s.", "u.s.a.", "m.d.", "ph.d."}
)
_NOBODY = frozenset(
    {"me", "you", "him", "her", "them", "us", "it", "everyone", "nobody", "someone", "anyone", "what", "who"}
)
_NO_NAMES = (WORDS - _FIRST - _AMBIGUOUS) | _NOBODY


def names_in(passage: Passage) -> tuple[Hit, ...]:
    """Capitalised words that are no common words, days, months or the practice's own name; neighbours make one name.

    A single word at the start of a sentence counts only where it is called out ("Marcy, the charge", "Jolene!!").
    """
    found: list[tuple[int, int]] = []
    for match in _CAPITALISED.finditer(passage.text):
        if passage.lower[match.start()] == PRACTICE or match.group().lower() in _COMMON:
            continue
        if found and passage.text[found[-1][1] : match.start()] == " ":
            found[-1] = (found[-1][0], match.end())
        elif len(match.group()) > 2:  # noqa: PLR2004 - an initial alone is no name
            found.append((match.start(), match.end()))
    return tuple(Hit(NAME, passage, start, end) for start, end in found if _is_name(passage, start, end))


def _is_name(passage: Passage, start: int, end: int) -> bool:
    at_start = start == passage.sentence_at(start)[0]
    return not at_start or " " in passage.text[start:end] or passage.text[end : end + 1] in {",", "!"}


def people_in(passage: Passage, own: frozenset[str] = frozenset()) -> tuple[Hit, ...]:
    """Names that may be a client's or of somebody near one: those of `names_in`, small ones, initials, nicknames.

    Without the words in `own` (the author's name, in lower case) and without people whom the public knows.
    """
    public = [match.span() for match in _PUBLIC.finditer(passage.lower)]
    spans = dict.fromkeys((*_large(passage), *_small(passage)))
    return tuple(
        Hit(NAME, passage, start, end)
        for start, end in sorted(spans)
        if not any(first < end and start < last for first, last in public)
        and not own & set(passage.lower[start:end].replace(".", " ").split())
        and PRACTICE not in passage.lower[start:end]
    )


def own_names(reading: Reading) -> frozenset[str]:
    """The author's own names, as the profile line gives them, in lower case."""
    if reading.bio is None:
        return frozenset()
    spans = (*_large(reading.bio), *_small(reading.bio))
    return frozenset(word for start, end in spans for word in reading.bio.lower[start:end].replace(".", " ").split())


def _large(passage: Passage) -> Iterator[tuple[int, int]]:
    """Capitalised names, those known as first names also where a sentence begins."""
    for hit in names_in(passage):
        words = passage.lower[hit.start : hit.end].replace(".", "").split()
        if any(word in _FIRST or word in _AMBIGUOUS or word not in WORDS for word in words):
            yield hit.start, hit.end
    for match in _CAPITALISED.finditer(passage.text):
        if match.group().lower() in _FIRST:
            yield match.span()


def _small(passage: Passage) -> Iterator[tuple[int, int]]:
    lower = passage.lower
    for match in _WORD.finditer(lower):
        if match.group().split("-")[0] in _FIRST:
            yield match.span()
    for match in _DUE.finditer(lower):
        if match.group(1) in _AMBIGUOUS and _ends_there(lower, match.end(1)):
            yield match.span(1)
    for pattern in (_CALLED, _TITLED):
        for match in pattern.finditer(lower):
            if match.group(1) not in _NO_NAMES:
                yield match.span(1)
    yield from _letters(passage)


def _ends_there(lower: str, end: int) -> bool:
    """Whether a name can end here: before a verb, a sign or nothing, not as the first half of a pair of words."""
    return _END.match(lower, end) is not None


def _letters(passage: Passage) -> Iterator[tuple[int, int]]:
    for match in _INITIALS.finditer(passage.text):
        if match.group().lower() not in _NOT_INITIALS:
            yield match.span()
    for match in _CUED_INITIAL.finditer(passage.lower):
        yield match.span(1)
