"""The protected-topic gate: it runs before clauses 1, 4, 5 and 6 and would rather hear too much than too little.

Work conditions and co-workers (NLRA section 7), politics, belief, own and family health, whistle-blowing. A topic is
seen by its words; its side never matters, so that both sides of a question are treated alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers.patterns import load_rules, scan
from domain.findings import Protected

if TYPE_CHECKING:
    from analyzers.patterns import Hit
    from analyzers.text import Passage

_RULES = load_rules("gate")
TOPICS = {topic: _RULES[topic.value.lower()] for topic in Protected}


def topics_in(passages: tuple[Passage, ...]) -> tuple[tuple[Protected, ...], tuple[Hit, ...]]:
    """The protected topics in these words, in the order of the enum, and where they were seen."""
    seen: list[Protected] = []
    where: list[Hit] = []
    for topic, table in TOPICS.items():
        hits = [hit for passage in passages for hit in scan(table, passage)]
        if hits:
            seen.append(topic)
            where.extend(hits)
    return tuple(seen), tuple(where)
