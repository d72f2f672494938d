"""Clause 1: a professional account does not speak or act for the practice, nor pass for one of its channels.

Naming one's employer, sharing its posts, pride in the team and talk about the work are free, and a missing
disclaimer never counts. Only enrolled professional accounts can be at fault; the practice's own cannot.
"""

from __future__ import annotations

import re

from analyzers.patterns import rules, scan
from analyzers.reading import Detection, Reading, Weighing
from domain.findings import Clause, Severity

CLAUSE = Clause.SEPARATION
_BIAS = -2.6

SPEAKS = rules(
    (
        "behalf",
        3.6,
        r"\b(?P<a>on behalf|speaking for|official statement|a statement from|official page|official account|official channel|our official)\b",
        "speaks on behalf of the practice",
    ),
    (
        "behalf/statement",
        3.2,
        r"(?P<a>§)+.{0,15}\b(?:statement|announcement|has signed|is proud to announce|will be closed|will open|is opening|is closing)\b",
        "makes an announcement for the practice",
    ),
    (
        "we-at",
        2.0,
        r"\b(?P<a>we at|here at|all of us at|everyone at|everybody at|welcome to|from all of us at)\b ?(?:§)+",
        "speaks for the people of the practice",
    ),
    (
        "announce",
        1.6,
        r"\b(?P<a>announce|announcing|announcement|pleased to share|beginning in|effective|starting in|we will place|we have signed|we're opening|we are opening|new location|we'll be closed|we are closed|we're closed)\b",
        "makes an announcement for the practice",
    ),
    (
        "we-serve",
        2.0,
        r"\b(?P<a>we|our)(?:'re| are|'ll| will|'ve| have)? (?:also |still |now |do |can |just |currently |all )*(?:take|accept|accepting|see|offer|bill|book|have openings|have room|have space|treat|serve|got openings|scheduling|enrolling|welcoming|run|schedule|waive|provide|taking|offering|guarantee|refund)\b",
        "speaks as the practice about its services",
    ),
    (
        "intake",
        3.0,
        r"\b(?:i can|i'll|i will|let me|i could|i'm able to|happy to|and i'll) ?(?:just |still |personally |also |go ahead and )?(?P<a>get you|get it approved|squeeze you|assign|book you|put you|sign you|schedule you|slot you|add you|waive|approve|hold you|hold a|hold the|start your|get your|run your|check your|move you|bump you|take your|fit you|pencil|reserve|save you|set you up|get them|put them|process)\b",
        "takes intakes outside the practice's channels",
    ),
    (
        "intake/dm",
        2.6,
        r"\b(?P<a>dm|message|text|msg|inbox|comment|email)\b(?: me)?\b.{0,30}\b(?:to book|to schedule|for an appointment|for openings|for a spot|for intake|your insurance|your date of birth|your availability|to get started|to get on|to join the group|to reserve|i'll book|appointment)\b",
        "takes intakes outside the practice's channels",
    ),
    (
        "payment",
        3.0,
        r"\b(?P<a>venmo|cashapp|cash app|zelle|paypal|cashbird|my account|pay me|send me the|copays?|balances|deposit|payments?)\b.{0,40}\b(?:straight to|directly|to my|to me|my|memo|copay|deposit|balance)\b",
        "takes payments outside the practice's channels",
    ),
    (
        "office",
        1.6,
        r"\b(?P<a>no need to call|don't call the office|skip the front desk|skip the office|faster than the office|instead of the office|don't bother with the|rather than the office|go through me|straight through me)\b",
        "leads people past the practice's channels",
    ),
    (
        "groups",
        1.6,
        r"\b(?P<a>groups|group|spots|openings|seats|slots|hours|appointments|waitlist)\b.{0,20}\b(?:at|in) (?:§)+",
        "offers the practice's services as its own",
    ),
    ("name", 0.8, r"(?P<a>§)+", "names the practice"),
)

OWN = rules(
    (
        "disclaimer",
        -1.0,
        r"\b(?P<a>opinions mine|views mine|views own|opinions my own|not the practice|don't speak for|not speaking for|speaking only for myself|my own view|i don't work the|not official|unofficial)\b",
        "says that it is the author's own",
    ),
    (
        "sends",
        -2.4,
        r"\b(?P<a>through the site|thru the site|on the website|on our website|on our site|call the office|call our office|call the front|the front desk|intake line|the main line|practice's page|the practice page|the office can|main office|not me|i don't book|can't book|i can't|555)\b",
        "sends people to the practice's channel",
    ),
    (
        "proud",
        -0.8,
        r"\b(?P<a>proud of|my team|my coworkers|my colleagues|my workplace|where i work|my employer|i work at)\b",
        "speaks of the workplace",
    ),
    ("past", -0.8, r"\b(?P<a>used to|years ago|back when|my first job)\b", "speaks of the past"),
)

_POSES = re.compile(
    r"\b(?:official|the official|home of|we are|we're|our team|book with us|our families|our clients)\b|^§+[^\w]*(?:$|[|•]|tv\b)"
)
_ENDED = re.compile(
    r"\b(?:formerly|former|ex-|previously|until|alum|alumni|left|(?:19|20)\d\d ?(?:-|to|until) ?(?:[a-z]+ )?(?:19|20)\d\d)\b"
)


def detect(reading: Reading) -> Detection:
    """Judge clause 1; the practice's own account and authorised speakers are left alone."""
    if reading.by_practice:
        return Detection(CLAUSE, -5.0)
    hits = Weighing.of(hit for passage in reading.own for hit in scan(SPEAKS, passage))
    calm = Weighing.of(scan(OWN, reading.text))
    ended = _ended(reading)
    score = _BIAS + hits.total + calm.total + (1.8 if ended and hits.hits else 0.0) + (1.0 if _poses(reading) else 0.0)
    if set(hits.heaviest) <= {"name", "announce", "we-serve"} and "name" not in hits and not ended:
        score = min(score, -0.4)
    if reading.may_speak:
        score -= 4.0
    severity = Severity.S3 if hits.any("payment", "intake") and hits.any("name", "we-serve", "office") else Severity.S2
    missing = ("affiliation",) if reading.packet.affiliation is None and ended and score > 0 else ()
    return Detection(CLAUSE, score, severity, hits.evidence[:4], hits.reason("The post"), needs_context=missing)


def _poses(reading: Reading) -> bool:
    return reading.bio is not None and bool(_POSES.search(reading.bio.lower))


def _ended(reading: Reading) -> bool:
    """Whether the register or the profile line says that the author has left."""
    affiliation = reading.packet.affiliation
    if affiliation is not None and affiliation[1] is not None:
        return affiliation[1] < reading.packet.created.date()
    return reading.bio is not None and "§" in reading.bio.lower and bool(_ENDED.search(reading.bio.lower))
