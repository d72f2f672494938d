"""Clause 6: opinions are free. Only four things are a fault, and neither topic nor side is among them.

A view put into the practice's mouth; the licence used for a verdict on somebody never examined; an opinion given as
clinical fact with likely harm; a declared refusal to serve a group.
"""

from __future__ import annotations

from analyzers.patterns import rules, scan
from analyzers.reading import Detection, Reading, Weighing
from domain.findings import Clause, Protected, Severity

CLAUSE = Clause.OPINION
_BIAS = -2.4

ATTRIBUTION = rules(
    (
        "attributed/name",
        3.4,
        r"(?P<a>§)+(?:'s)?(?: [a-z]+){0,4} (?:believes?|opposes?|supports?|stands?|condemns?|endorses?|rejects?|thinks?|feels?|rejoices?|demands?|is against|are against|is for|is with|agrees?|disagrees?|applauds?|denounces?|votes?|voted|knows|won't stay silent|says|call on|calls on)\b",
        "puts a view into the practice's mouth",
    ),
    (
        "attributed/we-at",
        3.4,
        r"\b(?:we|all of us|everyone|everybody|the team|the staff|those of us|the whole team|the whole office|the entire team|speaking for|on behalf of) (?:here )?(?:at|of|from)? ?(?:the |all of |everyone at )?(?P<a>§)+",
        "speaks for the people of the practice",
    ),
    (
        "attributed/leaders",
        2.6,
        r"\b(?:our|the) (?:clinical |medical |executive |whole |entire )?(?P<a>director|leadership|founder|owners|partners|clinicians|therapists|staff|team|office|practice|clinic)\b.{0,40}\b(?:says? we|all think|all believe|all agree|agree that|believe|believes|stands? with|stands? against|opposes?|supports|condemns?|feel|feels|is unanimous|unanimous|voted|thinks)\b",
        "puts a view into the practice's mouth",
    ),
    (
        "attributed/statement",
        3.4,
        r"(?P<a>§)+.{0,15}\b(?:statement|position|official|stance)\b",
        "issues a statement for the practice",
    ),
)

LICENCE = rules(
    (
        "licence",
        2.6,
        r"\b(?:as a|as an|speaking as a|in my|take it from a|i'm a|im a|trust me,? i'm a|licensed)(?: [a-z-]+){0,2} ?(?P<a>{ROLE}|professional opinion|clinical opinion|clinical judgment|license|practice)\b",
        "uses the licence as authority",
    ),
    (
        "licence/stake",
        2.4,
        r"\b(?P<a>stake my license|bet my license|professional opinion|clinical opinion|twenty years of practice|years of practice|i diagnose people|i do this for a living|my clinical eye|clinically speaking)\b",
        "uses the licence as authority",
    ),
    (
        "verdict",
        2.6,
        r"\b(?:that|the|this|he|she|he's|she's|they|is|was|has|senator|mayor|coach|quarterback|singer|actor|mother|host|ceo|governor|president)\b.{0,40}\b(?P<a>narcissist|narcissistic|psychopath|sociopath|manic|mania|dementia|borderline|bipolar|histrionic|delusional|personality disorder|psychosis|psychotic|npd|bpd|antisocial|autistic|addict|alcoholic|withdrawal|disorder|dissociating|manic episode|paranoid)\b",
        "gives a verdict on somebody never examined",
    ),
)

REFUSAL = rules(
    (
        "refuses",
        3.6,
        r"\b(?P<a>won't be seeing|will not be seeing|won't see|will not see|don't treat|do not treat|won't treat|no longer see|no longer seeing|won't take|not accepting|don't see|refuse to see|refuse to treat|don't come to|do not come to|need not apply|find somewhere else|other offices in town|look elsewhere|not welcome|aren't welcome|are not welcome|could never work with|no appointments for|can't serve)\b.{0,60}",
        "refuses to serve a group",
    ),
    (
        "house",
        2.4,
        r"(?P<a>§)+.{0,10}\b(?:is|are) (?:a |an )?(?:house of|faith|pro-|anti-|family that|proudly|not a place)\b",
        "commits the practice to a creed or cause",
    ),
)

HARM = rules(
    (
        "harm",
        2.6,
        r"\b(?P<a>overprescribed|don't need them|pills keep|pills for sadness|isn't real|not a real|isn't a disorder|is a myth|is a scam|never works|poison|poisons|brain damage|made up by|just lazy|just discipline|don't need meds|throw out your|flush your|off your meds|big pharma|doesn't exist)\b",
        "gives an opinion as clinical fact",
    ),
)

CALM = rules(
    (
        "as-i",
        -0.8,
        r"\b(?P<a>i think|i believe|my view|my opinion|imo|imho|opinions mine|views mine|personally|speaking for myself|my own view|not my employer|in my view|my two cents|just me)\b",
        "is clearly the author's own",
    ),
    (
        "joke",
        -1.6,
        r"\b(?P<a>pizza|pineapple|joke|coffee|tea|fantasy|sourdough|cilantro|oat milk|my dog|my cat|decaf|lol|potluck|chili|printer|font|bake-off|pie|pies|softball|fun run|trivia|bracket|mascot|jigsaw|playlist|spelling)\b",
        "is a joke",
    ),
    (
        "general",
        -1.4,
        r"\b(?P<a>can't diagnose|cannot diagnose|don't diagnose|not diagnosing|armchair|goldwater|never met|without an evaluation|never examined|stop diagnosing|isn't a diagnosis|people with|we don't diagnose|nobody can diagnose)\b",
        "warns against such verdicts",
    ),
)


def detect(reading: Reading) -> Detection:
    """Judge clause 6."""
    found = (_attributed(reading), _verdict(reading), _refusal(reading))
    return max(found, key=lambda detection: detection.score)


def _attributed(reading: Reading) -> Detection:
    hits = Weighing.of(scan(ATTRIBUTION, reading.text))
    calm = Weighing.of(scan(CALM[:2], reading.text))
    opinion = any(topic in reading.topics for topic in (Protected.POLITICAL, Protected.BELIEF))
    score = _BIAS + hits.total + calm.total + (0.8 if opinion else -0.8)
    if reading.may_speak and not reading.by_practice:
        score -= 4.0
    if reading.by_practice and not opinion:
        score -= 4.0
    severity = Severity.S3 if reading.by_practice else Severity.S2
    return Detection(CLAUSE, score, severity, hits.evidence[:3], hits.reason("The post"), stands=_stands(reading))


def _stands(reading: Reading) -> bool:
    """Attribution and refusal stand on politics and belief; work talk, health and reports silence them."""
    return not any(topic in reading.topics for topic in (Protected.NLRA, Protected.HEALTH, Protected.WHISTLE))


def _verdict(reading: Reading) -> Detection:
    licence = Weighing.of(scan(LICENCE, reading.text))
    calm = Weighing.of(scan(CALM, reading.text))
    score = -3.4 + licence.total + calm.total
    if not ("licence" in licence and "verdict" in licence):
        score = min(score, 0.0) - 1.5
    harm = Weighing.of(scan(HARM, reading.text))
    if harm.hits and "licence" in licence:
        score = max(score, -2.6 + licence.total / 2 + harm.total / 2 + calm.total)
    hits = Weighing((*licence.hits, *harm.hits))
    return Detection(CLAUSE, score, Severity.S2, hits.evidence[:3], hits.reason("The post"), stands=_stands(reading))


def _refusal(reading: Reading) -> Detection:
    hits = Weighing.of(scan(REFUSAL, reading.text))
    calm = Weighing.of(scan(CALM[1:2], reading.text))
    score = -3.2 + hits.total + calm.total + (1.0 if reading.by_practice else 0.0)
    severity = Severity.S3 if reading.by_practice else Severity.S2
    return Detection(CLAUSE, score, severity, hits.evidence[:3], hits.reason("The post"), stands=_stands(reading))
