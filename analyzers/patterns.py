r"""Rules as data: a name, a weight, a pattern over lower-case words, and what it says to a person.

A pattern may mark its rarest words as `(?P<a>word|other words)`; then only sentences that hold all words of one of
them are searched, which keeps long posts fast. `(?P<digit>\d)` does the same for sentences with a digit.
`{NAME}` stands for a list of `analyzers/vocabulary.py`.
Gaps are bounded and nothing that repeats is repeated again, so that a search takes time linear in the text.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.vocabulary import LISTS
from domain.findings import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from analyzers.text import Passage

_FOLDER = Path(__file__).parent / "rules"
_ANCHOR = re.compile(r"\(\?P<a>([a-z0-9'|\- #?§:,.]+)\)")
_LIST = re.compile(r"\{([A-Z_]+)\}")
_WORD = re.compile(r"([a-z0-9]+(?:'[a-z]+)?|§)(\??)")


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern. `weight` is log-odds for the clause; `says` completes "the post …" for a manager.

    `source` is compiled when it is first searched for: a pass in which nothing is new searches for nothing.
    """

    name: str
    weight: float
    source: str
    says: str
    anchors: frozenset[tuple[str, ...]]
    group: str
    digits: bool = False
    """Only sentences with a digit are searched."""
    firsts: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict, compare=False, repr=False)
    """The anchors by their first word: what else each needs."""

    @property
    def pattern(self) -> re.Pattern[str]:
        """The source, compiled."""
        return _compiled(self.source)


class Table(tuple[Rule, ...]):  # noqa: SLOT001 - slots would leave no place for what is made once
    """Rules that are searched for together. Which of them a text can hold at all is looked up by its words."""

    @cached_property
    def _by_word(self) -> Mapping[str, frozenset[int]]:
        """Places of rules by the first words of their anchors."""
        found: dict[str, set[int]] = {}
        for place, rule in enumerate(self):
            for first in rule.firsts:
                found.setdefault(first, set()).add(place)
        return {first: frozenset(places) for first, places in found.items()}

    @cached_property
    def _anywhere(self) -> frozenset[int]:
        return frozenset(place for place, rule in enumerate(self) if not rule.anchors)

    def likely(self, passage: Passage) -> list[Rule]:
        """The rules worth searching for, in their order: a few of the hundreds that there are."""
        firsts = self._by_word.keys()
        shared = firsts & passage.places.keys() if firsts else ()
        return [self[place] for place in sorted(self._anywhere.union(*(self._by_word[first] for first in shared)))]


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a rule matched: offsets in the passage's normalised text."""

    rule: Rule
    passage: Passage
    start: int
    end: int

    @property
    def span(self) -> Span:
        """The same words in the original field."""
        return span_of(self.passage, self.start, self.end)


def span_of(passage: Passage, start: int, end: int) -> Span:
    """Normalised offsets -> a span that quotes the original exactly, blanks at the ends left out."""
    while start < end - 1 and passage.text[start].isspace():
        start += 1
    while end - 1 > start and passage.text[end - 1].isspace():
        end -= 1
    first, last = passage.normalised.original(start, end)
    return Span(passage.field, first, last, passage.normalised.raw[first:last])


def load_rules(name: str) -> Mapping[str, Table]:
    """The tables of `analyzers/rules/<name>.toml`. Raises ValueError for anchors that are no plain words.

    The part of a rule's name before "/" groups rules that say the same: a group counts once.
    """
    content = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return {
        table: Table(_rule(row["name"], row["weight"], row["pattern"], row["says"]) for row in rows)
        for table, rows in content.items()
    }


def _rule(name: str, weight: float, pattern: str, says: str) -> Rule:
    source = _LIST.sub(lambda found: LISTS[found.group(1)], pattern)
    anchor = _ANCHOR.search(source)
    if "(?P<a>" in source and anchor is None:
        raise ValueError(f"rule {name}: anchor words must be plain words")
    phrases = anchor.group(1).split("|") if anchor else []
    anchors = frozenset(words for phrase in phrases for words in _words_of(phrase))
    return Rule(
        name=name,
        weight=weight,
        source=source,
        says=says,
        anchors=anchors,
        group=name.split("/", maxsplit=1)[0],
        digits="(?P<digit>" in source,
        firsts=_by_first(anchors),
    )


def _by_first(anchors: Iterable[tuple[str, ...]]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for first, *others in anchors:
        found[first] = (*found.get(first, ()), tuple(others))
    return found


def _words_of(phrase: str) -> list[tuple[str, ...]]:
    """Words that a sentence with this anchor must hold; a single one with and without its optional last letter."""
    found = _WORD.findall(phrase)
    if len(found) == 1 and found[0][1]:
        return [(found[0][0],), (found[0][0][:-1],)]
    needed = tuple(word for word, optional in found if not optional)
    if not needed:
        raise ValueError(f"anchor {phrase!r} has no word of its own")
    return [needed]


def scan(table: Iterable[Rule], passage: Passage) -> Iterator[Hit]:
    """All places where rules of the table match, rule by rule."""
    for rule in table.likely(passage) if isinstance(table, Table) else table:
        for start, end in _windows(rule, passage):
            for found in _compiled(rule.source).finditer(passage.lower, start, end):
                if found.end() > found.start():
                    yield Hit(rule, passage, found.start(), found.end())


def _windows(rule: Rule, passage: Passage) -> list[tuple[int, int]]:
    """The stretches of text worth searching: all of it, or the sentences with an anchor, joined where they touch."""
    if not rule.anchors:
        return _joined(passage, passage.numbered) if rule.digits else [(0, len(passage.lower))]
    places = passage.places
    found: set[int] = set()
    # Most rules have no word in most texts: this one step passes them over.
    for first in rule.firsts.keys() & places.keys():
        for others in rule.firsts[first]:
            if all(word in places for word in others):
                found |= places[first].intersection(*(places[word] for word in others))
    return _joined(passage, sorted(found)) if found else []


def _joined(passage: Passage, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The sentences of these numbers as stretches of text."""
    joined: list[tuple[int, int]] = []
    for number in numbers:
        start, end = passage.sentences[number]
        if joined and joined[-1][1] >= start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def matches(table: Iterable[Rule], passage: Passage) -> bool:
    """Whether any rule of the table matches."""
    return next(scan(table, passage), None) is not None
