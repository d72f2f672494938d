"""Clause 5: promotion of third parties or of an own venture, judged by two independent questions.

Is it on the practice's register, on that day? Is a benefit told, and told clearly, in the post itself?
Soliciting reviews depends on the licence. Warnings, lists of public resources, crisis lines and the practice's own
services are no endorsement.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzers.patterns import rules, scan
from analyzers.reading import Detection, Reading, Weighing
from analyzers.text import words
from domain.findings import Clause, Severity

if TYPE_CHECKING:
    from domain.findings import Endorsement

CLAUSE = Clause.ENDORSEMENT
_BIAS = -2.4

PROMOTES = rules(
    ("code", 3.2, r"\b(?:code|promo|use|coupon|discount)\b:? (?:code )?[a-z]*[a-z]+\d{1,3}\b", "gives a discount code"),
    (
        "code/word",
        3.0,
        r"\b(?P<a>promo code|discount code|coupon|code at checkout|at checkout|use code|my code|with code)\b",
        "gives a discount code",
    ),
    ("code/off", 2.0, r"\b\d{1,2}% (?P<a>off)\b", "tells of a discount"),
    (
        "affiliate",
        3.0,
        r"\b(?P<a>affiliate|referral link|ref link|refer a friend|commission|i get a|i earn|i get paid|kickback|royalties|royalty|sponsored|sponsor|ambassador|paid partnership|partnered with|gifted|pr box|thx for the box|thanks for the box|free month|supported by|brought to you)\b",
        "tells of a benefit",
    ),
    (
        "affiliate/ad",
        2.6,
        r"#(?P<a>ad|sponsored|partner|gifted|ambassador|collab|spon|sp)\b",
        "is marked as advertising",
    ),
    (
        "link",
        2.0,
        r"\b(?P<a>link in bio|link's in|links in|link in my|link at|link below|link is in|linktree|link's where|storefront|my shop|shop what|shop my|my link|swipe up|scan this|qr)\b",
        "leads to a shop",
    ),
    (
        "best",
        1.8,
        r"\b(?P<a>best|only place|nowhere else|no one else|skip everyone|second to none|hands down|real deal|game changer|game-changer|life changing|life-changing|must-have|must have|can't recommend|highly recommend|obsessed|everyone needs|you need this|nothing else|go to|swear by|changed my|fixed my|never misses|worth every|isn't a better|better place|run don't walk|do yourself a favor|a lifesaver|worth the money|lifesaver)\b",
        "praises a product or firm",
    ),
    (
        "tell-them",
        2.8,
        r"\b(?P<a>tell him|tell her|tell them|mention|mention that|say)\b (?:that )?(?:i|we|§+|[a-z]+) (?:sent you|sent ya|referred you|told you to)\b",
        "sends people to a firm",
    ),
    (
        "act",
        1.4,
        r"\b(?P<a>buy|order|grab|sign up|subscribe|preorder|pre-order|enroll|register|download|try|switch|switched|book|join|get|pick up|shop|treat yourself|send them)\b",
        "calls on people to buy or join",
    ),
    (
        "price",
        1.0,
        r"(?:\$\d+|\b(?P<a>price|sale|cheap|deal|deals|half off|bogo|early bird|pricing)\b)",
        "names a price",
    ),
    (
        "venture",
        2.2,
        r"\bmy (?:new |own |first |next |upcoming |online |[a-z]+-week |[a-z]+-day )*(?P<a>course|workbook|book|ebook|e-book|journal|app|planner|retreat|membership|masterclass|webinar|candle|candles|merch|line|shop|store|deck|cards|coaching|program|patreon|substack|podcast|studio)\b",
        "promotes the author's own venture",
    ),
    (
        "venture/open",
        1.6,
        r"\b(?P<a>opens tonight|opens monday|doors open|enrollment|enrolment|seats left|spots left|cheap seats|launch|launches|launching|out today|out now|is live|drops|now available|presale)\b",
        "promotes the author's own venture",
    ),
)

SOLICITS = rules(
    (
        "reviews",
        4.6,
        r"\b(?P<a>google|yelp|facebook|five star|5 star|five-star|5-star|star|stars|healthgrades)\b.{0,20}\b(?:review|reviews|rating|ratings)\b",
        "asks for reviews",
    ),
    (
        "reviews/leave",
        3.4,
        r"\b(?P<a>leave|write|post|drop|send|love|give)\b.{0,30}\b(?:a |us a |me a |your |some |two |few )?(?:review|reviews|testimonial|testimonials|rating|two lines|kind words|a few lines)\b",
        "asks for reviews",
    ),
    (
        "clients",
        1.0,
        r"\b(?P<a>past|current|former|clients|client|patients|families|if i ever|worked with me|helped you|been seen|seen here|our care|worked with us|evaluated)\b",
        "turns to clients",
    ),
)

PROOF = rules(
    (
        "clients",
        1.6,
        r"\b(?:my|our|of mine|all my|of my) ?(?:[a-z]+ )?(?P<a>clients|patients|couples|families|kids|teens|folks|people|mine|kiddos|students)\b.{0,60}\b(?:use|uses|love|swear|sleep|buy|tried|get|got|stopped|started|calmer|obsessed|slept|better|through)\b",
        "uses clients as proof",
    ),
    ("clients/mine", 1.6, r"\b\w+ of (?P<a>mine) (?:use|love|swear|buy|tried)\b", "uses clients as proof"),
    (
        "cures",
        1.4,
        r"\b(?P<a>cures|cured|cure|heals|fixes|fixed|stops|ends|eliminates|melts|calms|treats|gets rid|boosts|rewires|detox|proven to)\b",
        "makes a health claim",
    ),
)

DISCLOSED = re.compile(
    r"#ad\b|#sponsored\b|paid partnership|\bi (?:receive|earn|get) (?:a |small |royalt)|commission|\bsponsored by\b|\bgifted\b"
    r"|i (?:was|am|got) paid|royalties|affiliate"
)
BENEFIT = re.compile(
    r"affiliate|referral|commission|i get a|i earn|royalt|sponsor|#ad\b|gifted|free month|my code|use code|promo|code [a-z]+\d"
    r"|my link|for the box|she looks after me|kickback|\bmy (?:new |own )?(?:course|workbook|book|shop|app|retreat)"
)

CALM = rules(
    (
        "warning",
        -2.4,
        r"\b(?P<a>wouldn't|would not|never buy|don't buy|skip the|avoid|warning|scam|scams|be careful|red flags?|not worth|returned it|disappointed|overpriced|save your money|no affiliation|no affiliate|nobody paid|not sponsored|not an ad|not paid|unpaid|no link)\b",
        "warns or disclaims",
    ),
    (
        "public",
        -2.0,
        r"\b(?P<a>988|library|libraries|nami|samhsa|cdc|nih|nimh|apa|aca|nasw|public health|county health|food bank|food pantry|free clinic|crisis line|state board|health department|university|open access|open-access|study|trial|journal of|doi|school supply|blood drive|fundraiser|food drive)\b",
        "points to a public resource",
    ),
    (
        "practice",
        -2.2,
        r"\b(?P<a>our group|our groups|our practice|our office|our website|our site|our clinic|our team|our new clinician|our therapists|we're hiring|we are hiring|our waitlist|our workshop|our skills group|our parenting group|our open house)\b",
        "the practice's own service",
    ),
    (
        "joke",
        -0.8,
        r"\b(?P<a>lol|joke|joking|kidding|my dog|my cat|sourdough|tomatoes|my garden|pie|soup)\b",
        "small talk",
    ),
    (
        "talk",
        -1.4,
        r"\b(?P<a>conference|keynote|panel|talk|lecture|poster|ce credit|ceu|training|workshop for)\b",
        "professional talk",
    ),
)


def detect(reading: Reading) -> Detection:
    """Judge clause 5: endorsement x authorised x disclosed, and testimonials."""
    asked = _testimonials(reading)
    if asked is not None:
        return asked
    promotes = Weighing.of(hit for passage in reading.own for hit in scan(PROMOTES, passage))
    proof = Weighing.of(scan(PROOF, reading.text))
    calm = Weighing.of(scan(CALM, reading.text))
    score = _BIAS + promotes.total + calm.total + (0.6 * proof.total if promotes.hits else 0.0)
    if reading.by_practice and not promotes.any("code", "affiliate"):
        score -= 2.5
    authorised = _authorised(reading)
    lower = reading.text.lower
    benefit, disclosed = bool(BENEFIT.search(lower)), bool(DISCLOSED.search(lower))
    if authorised and (disclosed or not benefit):
        score -= 6.0
    severity = _severity(authorised=authorised, benefit=benefit, disclosed=disclosed, proof=bool(proof.hits))
    missing = ("register",) if reading.packet.register is None and score > 0 else ()
    return Detection(CLAUSE, score, severity, promotes.evidence[:4], promotes.reason("The post"), needs_context=missing)


def _testimonials(reading: Reading) -> Detection | None:
    asks = Weighing.of(hit for passage in reading.own for hit in scan(SOLICITS, passage))
    score = -4.4 + asks.total
    if "reviews" not in asks or score <= 0:
        return None
    return Detection(CLAUSE, score, Severity.S3, asks.evidence[:3], asks.reason("The post"))


def _severity(*, authorised: bool, benefit: bool, disclosed: bool, proof: bool) -> Severity:
    """The table of POLICY.md, clause 5."""
    hidden = benefit and not disclosed
    step = Severity.S3 if hidden else Severity.S2
    if authorised:
        step = Severity.S2 if hidden else Severity.S1
    return Severity(min(step + (1 if proof else 0), Severity.S3))


def _authorised(reading: Reading) -> bool:
    """Whether an entry of the register that stands on the post's day names what the post is about."""
    register = reading.packet.register
    if register is None:
        return False
    day = reading.packet.created.date()
    return any(entry.covers(day) and _named(entry, reading) for entry in register.endorsements)


def _named(entry: Endorsement, reading: Reading) -> bool:
    """Whether the longer words of an entry, most of them, stand in the post."""
    wanted = {word for word in words(entry.item) if len(word) > 3 and word not in _FILLER}  # noqa: PLR2004 - "the", "and"
    if not wanted:
        return False
    present = {word for passage in reading.own for word in words(passage.text)}
    return 2 * len(wanted & present) >= len(wanted)


_FILLER = frozenset(
    "with from their book books course group groups talk talks event events annual class program".split()
)
