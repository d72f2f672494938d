"""How grave a reported clause is: rows of signals that a person can read, each with the sentence that says why.

Severity is harm, identifiability, reach and reversibility together (POLICY.md, section 3); intent never counts. Every
row whose signals are all there applies, and the gravest one decides. The local model is one signal among others: what
it alone hears is never critical.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from analyzers.clauses.identifiability import RULES, identifiability, narrowing
from analyzers.clauses.names import own_names, people_in
from analyzers.model.blend import is_slight, reported
from analyzers.patterns import matches
from domain.accounts import Licence
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from analyzers.model.classifier import Probabilities
    from analyzers.reading import Detection, Reading

_SERIOUS: Mapping[Clause, float] = {
    Clause.SEPARATION: 0.7,
    Clause.CONFIDENTIALITY: 0.8,
    Clause.THERAPEUTIC: 0.8,
    Clause.CONDUCT: 0.8,
    Clause.ENDORSEMENT: 0.7,
    Clause.OPINION: 0.7,
}
"""From here on the model's ear for severity 3 counts. It is no probability: the head was taught with weights."""
_CRITICAL = 0.7


class Signal(StrEnum):
    """What a row may ask for. The value completes "severity was set because …"."""

    READ_S1 = "the rules read a reminder"
    READ_S2 = "the rules read a clear departure"
    READ_S3 = "the rules read a serious matter"
    READ_S4 = "the rules read a critical matter"
    HEARD = "the local model hears the clause"
    HEARD_MILD = "the local model hears no more than a reminder"
    HEARD_SERIOUS = "the local model hears a serious matter"
    HEARD_CRITICAL = "the local model hears a critical matter"
    NAMED = "somebody is named"
    RECOGNISABLE = "particulars narrow down who it is"
    SINGLED_OUT = "particulars single out one person"
    HEALTH = "health content"
    MINOR = "a minor"
    DANGER = "somebody's safety"
    THREAT = "a threat or plain contempt"
    MEDICATION = "medication"
    BY_PRACTICE = "the practice's own account"
    ANSWERS_CLIENT = "an answer to a likely client"
    ANSWERS_STRANGER = "an answer to a stranger"
    LICENSED = "a licensed author"


@dataclass(frozen=True, slots=True)
class Row:
    """Where all of `needs` are there, a clause is at least this grave."""

    clause: Clause
    needs: frozenset[Signal]
    severity: Severity
    says: str


def _row(clause: Clause, severity: Severity, says: str, *needs: Signal) -> Row:
    return Row(clause, frozenset(needs), severity, says)


_READ = tuple(
    _row(clause, severity, f"What was found is {word} by the rules of this clause.", signal)
    for clause in Clause
    for severity, word, signal in (
        (Severity.S1, "a matter for a reminder", Signal.READ_S1),
        (Severity.S2, "a clear departure", Signal.READ_S2),
        (Severity.S3, "serious", Signal.READ_S3),
        (Severity.S4, "critical", Signal.READ_S4),
    )
)
_HEARD = (
    *(_row(clause, Severity.S2, "It reads as a clear departure.", Signal.HEARD) for clause in Clause),
    *(
        _row(clause, Severity.S3, "It reads as a serious matter of its kind.", Signal.HEARD, Signal.HEARD_SERIOUS)
        for clause in Clause
        if clause is not Clause.CONFIDENTIALITY
    ),
)
_C2, _C3, _C4 = Clause.CONFIDENTIALITY, Clause.THERAPEUTIC, Clause.CONDUCT
_CLIENT = (
    _row(_C2, Severity.S3, "It answers somebody as a client.", Signal.HEARD_SERIOUS, Signal.ANSWERS_CLIENT),
    _row(_C2, Severity.S3, "Somebody is named.", Signal.HEARD_SERIOUS, Signal.NAMED),
    _row(_C2, Severity.S3, "Particulars narrow down who it is.", Signal.HEARD_SERIOUS, Signal.RECOGNISABLE),
    _row(_C2, Severity.S3, "It reads as critical.", Signal.HEARD_CRITICAL),
    _row(
        _C2,
        Severity.S4,
        "Somebody is named, with health content.",
        Signal.HEARD_CRITICAL,
        Signal.NAMED,
        Signal.HEALTH,
    ),
    _row(
        _C2,
        Severity.S4,
        "Particulars single out one person, with health content.",
        Signal.HEARD_SERIOUS,
        Signal.SINGLED_OUT,
        Signal.HEALTH,
    ),
    _row(
        _C2,
        Severity.S4,
        "A minor can be recognised, with health content.",
        Signal.HEARD_CRITICAL,
        Signal.RECOGNISABLE,
        Signal.MINOR,
        Signal.HEALTH,
    ),
)
_SAFETY = (
    _row(_C3, Severity.S4, "Somebody's safety is at stake.", Signal.HEARD_SERIOUS, Signal.DANGER),
    _row(_C3, Severity.S4, "It is about medication.", Signal.HEARD_SERIOUS, Signal.MEDICATION, Signal.ANSWERS_STRANGER),
    _row(_C4, Severity.S4, "It holds a threat or plain contempt.", Signal.HEARD_CRITICAL, Signal.THREAT),
)
TABLE: tuple[Row, ...] = (*_READ, *_HEARD, *_CLIENT, *_SAFETY)
"""All rows. Order means nothing: the gravest row that applies decides."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A severity and the sentence that says why, without a word of the post."""

    severity: Severity
    says: str


def judged(clause: Clause, signals: Collection[Signal]) -> Judgement:
    """The gravest row that applies; a reminder where none does."""
    there = frozenset(signals)
    rows = [row for row in TABLE if row.clause is clause and row.needs <= there]
    if not rows or Signal.HEARD_MILD in there:
        return Judgement(Severity.S1, "A reminder suffices.")
    row = max(rows, key=lambda row: (row.severity, len(row.needs)))
    return Judgement(row.severity, row.says)


def severity_of(clause: Clause, reading: Reading, detection: Detection, heard: Probabilities | None) -> Severity:
    """How grave a reported clause is. Without a model the rules' own reading stands."""
    if heard is None:
        return detection.severity
    return judged(clause, signals_of(clause, reading, detection, heard)).severity


def signals_of(clause: Clause, reading: Reading, detection: Detection, heard: Probabilities) -> frozenset[Signal]:
    """Everything the table may ask for."""
    return frozenset(
        (*_read(detection), *_heard(clause, detection, heard), *_circumstances(reading), *_told(reading, detection))
    )


def _read(detection: Detection) -> tuple[Signal, ...]:
    if not reported(detection):
        return ()
    return ((Signal.READ_S1, Signal.READ_S2, Signal.READ_S3, Signal.READ_S4)[detection.severity - 1],)


def _heard(clause: Clause, detection: Detection, heard: Probabilities) -> tuple[Signal, ...]:
    told = {
        Signal.HEARD: True,
        Signal.HEARD_MILD: is_slight(heard, clause, detection),
        Signal.HEARD_SERIOUS: heard.grave[clause] >= _SERIOUS[clause],
        Signal.HEARD_CRITICAL: heard.critical >= _CRITICAL and heard.grave[clause] >= _SERIOUS[clause],
    }
    return tuple(signal for signal, there in told.items() if there)


def _circumstances(reading: Reading) -> tuple[Signal, ...]:
    parent = reading.packet.parent
    told = {
        Signal.BY_PRACTICE: reading.by_practice,
        Signal.ANSWERS_CLIENT: parent is not None and parent.author is ParentAuthor.CLIENT_UNKNOWN,
        Signal.ANSWERS_STRANGER: parent is not None and parent.author is not ParentAuthor.SELF,
        Signal.LICENSED: reading.packet.licence is not Licence.NONE,
    }
    return tuple(signal for signal, there in told.items() if there)


def _told(reading: Reading, detection: Detection) -> tuple[Signal, ...]:
    """What the words themselves hold; of the post that is answered, only what it says of safety and medication."""
    passages = (*reading.own, *((reading.parent,) if reading.parent else ()))
    found = identifiability(
        narrowing(reading.own, reading.packet.created), detection.evidence if reported(detection) else ()
    )
    told = {
        Signal.NAMED: any(people_in(passage, own_names(reading)) for passage in reading.own),
        Signal.RECOGNISABLE: found.recognisable,
        Signal.SINGLED_OUT: found.singled_out,
        Signal.HEALTH: any(matches(RULES["health"], passage) for passage in reading.own),
        Signal.MINOR: any(matches(RULES["minor"], passage) for passage in passages),
        Signal.DANGER: any(matches(RULES["danger"], passage) for passage in passages),
        Signal.MEDICATION: any(matches(RULES["medication"], passage) for passage in passages),
        Signal.THREAT: detection.stands,
    }
    return tuple(signal for signal, there in told.items() if there)
