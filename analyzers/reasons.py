"""One plain sentence for a finding: what it seems to be, made of readable signals, without a word of the post.

Where a rule reports the clause, its own words stand. Where only the local model hears it, the sentence tells what the
words beside the evidence look like, to whom they are said, what narrows a person down, what the register says, why it
is critical if it is, and that no rule noticed it. Nothing here moves a score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers.clauses import conduct, opinion, separation, testimonials, therapeutic
from analyzers.clauses.endorsement import PROMOTES, Authority, Disclosure, disclosure, standing
from analyzers.clauses.identifiability import identifiability, narrowing
from analyzers.clauses.names import own_names, people_in
from analyzers.model.blend import reported
from analyzers.patterns import load_rules, matches, scan
from analyzers.reading import Weighing
from analyzers.severity import judged, signals_of
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analyzers.model.classifier import Probabilities
    from analyzers.patterns import Hit, Rule
    from analyzers.reading import Detection, Reading
    from domain.findings import Span

LONGEST = 200
"""Characters of a reason."""
_ALONE = "the local model noticed it, no rule did"
_ASKS = "asks for reviews or testimonials"
_NEAR = 60
"""Characters on either side of the evidence whose words are what it is about."""
_TELLING = 1.5
"""A rule that weighs less says too little to be told."""
_LIKELY = 0.5
_MOST_NAMED = 3
_RULES = load_rules("reasons")
_TABLES: Mapping[Clause, tuple[Rule, ...]] = {
    Clause.SEPARATION: (*separation.SPEAKS, *separation.ATTRIBUTION, *_RULES["separation"]),
    Clause.CONFIDENTIALITY: _RULES["session"],
    Clause.THERAPEUTIC: (*therapeutic.SOLICITS, *_RULES["care"]),
    Clause.CONDUCT: (
        *conduct.THREATS,
        *conduct.ATTACKS,
        *conduct.CONTEMPT,
        *conduct.SEXUAL,
        *conduct.ILLEGAL,
        *_RULES["conduct"],
    ),
    Clause.ENDORSEMENT: (*PROMOTES, *_RULES["promotion"]),
    Clause.OPINION: (*opinion.REFUSAL, *opinion.HARM, *opinion.LICENCE, *_RULES["opinion"]),
}
_NOUNS = {
    "where a person works": "a place of work",
    "where a person works or learns": "a place of work or study",
    "how somebody looks": "somebody's looks",
    "a day that the date of the post makes exact": "an exact day",
    "an hour on a day that the date of the post makes exact": "an exact hour",
}
_STANDS = {
    Authority.STANDS: "the practice has authorised it",
    Authority.ENDED: "the practice's authorisation has ended",
    Authority.NOT_BEGUN: "the practice's authorisation has not begun",
    Authority.ABSENT: "the practice has not authorised it",
    Authority.UNKNOWN: "whether the practice has authorised it is not known",
}
_TOLD = {
    Disclosure.NO_BENEFIT: "",
    Disclosure.CLEAR: " and a benefit is disclosed",
    Disclosure.WEAK: " and a benefit is not disclosed clearly",
    Disclosure.HIDDEN: " and no benefit is disclosed",
}


def reason_of(
    clause: Clause, reading: Reading, detection: Detection, heard: Probabilities | None, spans: Sequence[Span] = ()
) -> str:
    """One sentence of 200 characters at most, quoting nothing. `spans` are the evidence that is shown beside it."""
    grave = _grave(clause, reading, detection, heard)
    if reported(detection) or heard is None:
        return _fitted(*_read(clause, reading, detection), grave)
    start = f"The {'reply' if _answers(reading) else 'post'} reads as if it {_TELLS[clause](reading, heard, spans)}"
    return _fitted(start, _beside(clause, reading, grave), grave, last=_ALONE)


def _read(clause: Clause, reading: Reading, detection: Detection) -> list[str]:
    """The rules' own words; where they are too long, particulars in short."""
    parts = detection.reason.removesuffix(".").split("; ")
    if len(detection.reason) > LONGEST and clause is Clause.CONFIDENTIALITY:
        return [parts[0], _narrowed(reading, named=False)]
    return parts


def _fitted(start: str, *others: str, last: str = "") -> str:
    """Parts in order of weight as one sentence: what is too long is left out, the last part is not."""
    said = start
    for other in others:
        if other and len("; ".join(part for part in (said, other, last) if part)) < LONGEST:
            said = f"{said}; {other}"
    whole = f"{said}; {last}" if last else said
    return f"{whole[: LONGEST - 1].rstrip()}."


def _grave(clause: Clause, reading: Reading, detection: Detection, heard: Probabilities | None) -> str:
    """Why a finding is critical, where that is not the rules' own word."""
    if heard is None or (reported(detection) and detection.severity is Severity.S4):
        return ""
    judgement = judged(clause, signals_of(clause, reading, detection, heard))
    if judgement.severity is not Severity.S4:
        return ""
    return judgement.says[:1].lower() + judgement.says[1:].removesuffix(".")


def _answers(reading: Reading) -> bool:
    parent = reading.packet.parent
    return parent is not None and parent.author is not ParentAuthor.SELF


def _answers_client(reading: Reading, heard: Probabilities) -> bool:
    parent = reading.packet.parent
    return parent is not None and parent.author is ParentAuthor.CLIENT_UNKNOWN and heard.client >= _LIKELY


def _told(tables: Sequence[Rule], reading: Reading, spans: Sequence[Span]) -> str:
    """What the weightiest rule says that matches beside the evidence, else anywhere; "" where none does."""
    hits = [hit for passage in reading.own for hit in scan(tables, passage) if hit.rule.weight >= _TELLING]
    near = [hit for hit in hits if any(_beside_span(hit, span) for span in spans)]
    return max(near or hits, key=lambda hit: hit.rule.weight).rule.says if hits else ""


def _beside_span(hit: Hit, span: Span) -> bool:
    found = hit.span
    return found.field == span.field and found.start < span.end + _NEAR and span.start - _NEAR < found.end


def _speaking(reading: Reading, _heard: Probabilities, spans: Sequence[Span]) -> str:
    told = _told(_TABLES[Clause.SEPARATION], reading, spans)
    named = any("§" in passage.lower for passage in reading.own)
    if not told and not named and reading.bio is not None and "§" in reading.bio.lower:
        return "comes from the practice, whose name the profile carries"
    return told or "speaks or acts for the practice"


def _telling(reading: Reading, heard: Probabilities, spans: Sequence[Span]) -> str:
    if _answers(reading):
        likely = _answers_client(reading, heard)
        other = "treats the person answered as a client" if likely else "tells another person of somebody's care"
        return _told(_RULES["reply"], reading, spans) or other
    if spans and all(span.field.startswith("media") for span in spans):
        return "shows something of a client in a picture"
    return _told(_TABLES[Clause.CONFIDENTIALITY], reading, spans) or "tells of somebody in the author's care"


def _treating(reading: Reading, heard: Probabilities, spans: Sequence[Span]) -> str:
    tables = _TABLES[Clause.THERAPEUTIC]
    if not _answers(reading):
        return _told(tables, reading, spans) or "gives readers clinical directions"
    told = _told((*tables, *therapeutic.ADVICE, *therapeutic.BOUNDARY), reading, spans)
    if _answers_client(reading, heard):
        return f"{told or 'keeps up treatment or contact'}; the person answered may be a client"
    return told or "gives individual advice to the person answered"


def _acting(reading: Reading, _heard: Probabilities, spans: Sequence[Span]) -> str:
    told = _told(_TABLES[Clause.CONDUCT], reading, spans)
    if told:
        return told
    named = any(people_in(passage, own_names(reading)) for passage in reading.own)
    person = named or (_answers(reading) and matches(_RULES["person"], reading.text))
    return "attacks or belittles a person" if person else "shows contempt for people"


def _promoting(reading: Reading, _heard: Probabilities, spans: Sequence[Span]) -> str:
    asks = any(hit.rule.group == "reviews" for passage in reading.own for hit in scan(testimonials.SOLICITS, passage))
    told = _ASKS if asks else _told(_TABLES[Clause.ENDORSEMENT], reading, spans)
    return told if told == _ASKS else f"{told or 'promotes a product, service or event'}; {_authorised(reading)}"


def _judging(reading: Reading, _heard: Probabilities, spans: Sequence[Span]) -> str:
    told = _told(_TABLES[Clause.OPINION], reading, spans)
    if not told and reading.by_practice:
        return "gives a view in the practice's name"
    return told or (
        "gives a view in the practice's name" if reading.by_practice else "gives an opinion as clinical fact"
    )


_TELLS: Mapping[Clause, Callable[[Reading, Probabilities, Sequence[Span]], str]] = {
    Clause.SEPARATION: _speaking,
    Clause.CONFIDENTIALITY: _telling,
    Clause.THERAPEUTIC: _treating,
    Clause.CONDUCT: _acting,
    Clause.ENDORSEMENT: _promoting,
    Clause.OPINION: _judging,
}


def _beside(clause: Clause, reading: Reading, grave: str) -> str:
    """The circumstance that counts for a clause: speakers, particulars, register or account."""
    if clause is Clause.SEPARATION:
        return _entitled(reading)
    if clause is Clause.CONFIDENTIALITY:
        return _narrowed(reading, named=not grave)
    return "it stands on the practice's own account" if reading.by_practice else ""


def _entitled(reading: Reading) -> str:
    if reading.packet.register is None:
        return ""
    return f"the register {'lets' if reading.may_speak else 'does not let'} the author speak for it"


def _narrowed(reading: Reading, *, named: bool) -> str:
    """What narrows a person down, where there is enough of it, and a name where one is to be told."""
    found = identifiability(narrowing(reading.own, reading.packet.created), ())
    named = named and any(people_in(passage, own_names(reading)) for passage in reading.own)
    says = [_NOUNS.get(rule.says, rule.says) for rule in found.kinds] if found.recognisable else []
    listed = list(dict.fromkeys((*(["a name"] if named else []), *says)))[:_MOST_NAMED]
    if not listed:
        return ""
    together = f"{', '.join(listed[:-1])} and {listed[-1]}" if listed[1:] else listed[0]
    return f"{together} may tell who it is"


def _authorised(reading: Reading) -> str:
    promotes = Weighing.of(hit for passage in reading.own for hit in scan(PROMOTES, passage))
    return f"{_STANDS[standing(reading).authority]}{_TOLD[disclosure(reading, promotes)]}"
