"""Clause 5, testimonials: asking people in care for praise, and passing theirs on.

Who may be asked depends on the licence (`testimonials.toml` beside this module). Paying for praise is barred for all
(16 CFR 465). Passing on what came unasked is for a person to judge, signed permission or not.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.patterns import Rule, Table, load_rules, scan
from analyzers.reading import Detection, Weighing
from domain.findings import Clause, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analyzers.patterns import Hit
    from analyzers.reading import Reading

_BIAS = -4.4
_REPOST_BIAS = -3.0
_CLIENTS_WORDS = re.compile(r"\b(?:testimonials?|quotations?|client(?:'s)? words)\b")
_RULES = load_rules("endorsement")
SOLICITS = _RULES["solicits"]
REPOSTS = _RULES["reposts"]
NEVER = Table(rule for rule in _RULES["calm"] if rule.group in {"never-ask", "own-work"})
_PAID = "The post offers something for reviews, which 16 CFR 465 bars."
_REPOSTED = (
    "The post passes on a client's praise; permission does not settle undue influence, so it needs ethics review."
)


class Bar(StrEnum):
    """What a code says about asking."""

    BARRED = "barred"
    VULNERABLE = "vulnerable"
    OPEN = "open"


_STEP = {Bar.BARRED: Severity.S3, Bar.VULNERABLE: Severity.S3, Bar.OPEN: Severity.S2}
_SAYS = {
    Bar.BARRED: "{code} does not allow it",
    Bar.VULNERABLE: "{code} bars it where they may be under undue influence",
    Bar.OPEN: "{code} has no express bar, yet clause 5 of the policy does not allow it",
}


@dataclass(frozen=True, slots=True)
class LicenceRule:
    """One row: the code's name, and its word on asking people in care now and people who were."""

    code: str
    current: Bar
    former: Bar


def _rows() -> dict[str, LicenceRule]:
    content = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {name: LicenceRule(row["code"], Bar(row["current"]), Bar(row["former"])) for name, row in content.items()}


LICENCES = _rows()
"""Licence (or "practice" for the practice's own account) -> what its code says."""


def judge(reading: Reading) -> Detection | None:
    """Clause 5 on asking for praise, else on passing it on; None when the post does neither."""
    return _asks(reading) or _reposts(reading)


def rule_for(reading: Reading) -> LicenceRule:
    """The row that binds the author; the practice's own account is bound by the strictest."""
    return LICENCES["practice" if reading.by_practice else reading.packet.licence.value]


def _asks(reading: Reading) -> Detection | None:
    asks = _scanned(SOLICITS, reading)
    score = _BIAS + asks.total + Weighing.of(scan(NEVER, reading.text)).total
    if "reviews" not in asks or score <= 0:
        return None
    severity, reason = _judged(rule_for(reading), asks)
    return Detection(Clause.ENDORSEMENT, score, severity, asks.evidence[:3], reason)


def _judged(row: LicenceRule, asks: Weighing) -> tuple[Severity, str]:
    if "reward" in asks:
        return Severity.S3, _PAID
    only_former = "former" in asks and "current" not in asks
    bar, who = (row.former, "former clients") if only_former else (row.current, "clients")
    says = _SAYS[bar].format(code=row.code)
    return _STEP[bar], f"The post asks {who} for reviews; {says}."


def _reposts(reading: Reading) -> Detection | None:
    praise = _scanned(REPOSTS, reading)
    score = _REPOST_BIAS + praise.total
    if not ("quote" in praise and "source" in praise) or score <= 0:
        return None
    severity = Severity.S1 if _on_register(reading) else Severity.S2
    return Detection(Clause.ENDORSEMENT, score, severity, praise.evidence[:3], _REPOSTED)


def _on_register(reading: Reading) -> bool:
    """Whether the practice keeps an authorisation for a client's words that stands on the post's day."""
    register = reading.packet.register
    day = reading.packet.created.date()
    return register is not None and any(
        entry.covers(day) and _CLIENTS_WORDS.search(entry.item.lower()) for entry in register.endorsements
    )


def _scanned(table: Iterable[Rule], reading: Reading) -> Weighing:
    hits: list[Hit] = [hit for passage in reading.own for hit in scan(table, passage)]
    return Weighing.of(hits)
