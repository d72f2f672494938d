"""The particulars of a client in a post, as kinds and values: what could be put together with other posts.

The patterns are those that clause 2 counts by. What speaks of nobody's client, of the author's own danger, or only of
a protected topic gives nothing.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.clauses.confidentiality import CUES, DIRECT
from analyzers.clauses.identifiability import QUASI
from analyzers.patterns import scan
from analyzers.reading import read
from domain.findings import Clause
from domain.mosaic import Particular, Quasi
from domain.safety import AtRisk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyzers.patterns import Hit
    from analyzers.reading import Reading
    from domain.findings import Packet, Scored

_POINTS = 1.2
"""From this weight on a cue of clause 2 points to a client by itself."""
_SHORT = 700
_REACH = 350
"""Characters around a pointer that are about the same person, in a text longer than `_SHORT`."""
_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_KINDS = {group: Particular(kind) for group, kind in _DATA["kinds"].items()}
_SAY_NOTHING = frozenset(_DATA["say_nothing"])
_FILLING = frozenset(_DATA["filling"].split())
_WORD = re.compile(r"[^\W_]+")


def quasi_identifiers(reading: Reading) -> tuple[Quasi, ...]:
    """Particulars near words that point to a client, in the order of the text, each kind and value once."""
    pointers = [
        hit for passage in reading.own for table in (DIRECT, CUES) for hit in scan(table, passage) if _points(hit)
    ]
    if not pointers:
        return ()
    found: dict[tuple[Particular, str], Quasi] = {}
    particulars = (hit for passage in reading.own for hit in scan(QUASI, passage) if _near(hit, pointers))
    for hit in sorted(particulars, key=lambda hit: (hit.passage.field, hit.start)):
        kind, value = _KINDS.get(hit.rule.group), _value(hit)
        if kind and value and hit.rule.name not in _SAY_NOTHING:
            found.setdefault((kind, value), Quasi(kind, value, hit.span))
    return tuple(found.values())


def client_particulars(packet: Packet, scored: Scored) -> tuple[Quasi, ...]:
    """What of a judged post may be remembered as signals."""
    confidential = any(finding.clause is Clause.CONFIDENTIALITY for finding in scored.findings)
    private = any(safety.kind is AtRisk.SELF for safety in scored.safety)
    if scored.language != "en" or private or (scored.protected and not confidential):
        return ()
    return quasi_identifiers(read(packet))


def _points(hit: Hit) -> bool:
    return hit.rule.weight >= _POINTS


def _near(hit: Hit, pointers: Sequence[Hit]) -> bool:
    if len(hit.passage.text) <= _SHORT:
        return True
    return any(one.passage is hit.passage and abs(one.start - hit.start) <= _REACH for one in pointers)


def _value(hit: Hit) -> str:
    """The words of a hit in one spelling and order: "a 34-year-old" and "34 yo" are the same."""
    words = _WORD.findall(hit.passage.lower[hit.start : hit.end])
    return " ".join(sorted({word for word in words if word not in _FILLING}))
