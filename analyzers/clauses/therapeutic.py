"""Clause 3: no advice to an individual, no answers to clinical questions, no contact that blurs the line.

Advice needs three things: an individual with facts of their own, a direction or a diagnosis, a clinician who answers.
Crisis signposting is never a fault. Warmth is not the test of a boundary: continued treatment, meeting, secrecy,
romance, business and gifts are.
"""

from __future__ import annotations

from analyzers.patterns import matches, rules, scan
from analyzers.reading import Detection, Reading, Weighing
from domain.accounts import Licence
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor

CLAUSE = Clause.THERAPEUTIC
_ADVICE_BIAS = -2.6
_BOUNDARY_BIAS = -2.4

ASKS = rules(
    ("self", 1.6, r"\b(?P<a>i|i'm|im|i've|ive|my|me|myself|we|our|mine)\b", "a person writes about themselves"),
    (
        "help",
        0.8,
        r"\b(?P<a>what do i|what should|how do i|is it normal|is that normal|is this normal|help|advice|am i|any tips|should i|why do i|how can i|can't sleep|cant sleep|what can i|anyone know|why does|does this|what even|overreacting)\b",
        "a person asks for help",
    ),
    (
        "trouble",
        0.8,
        r"\b(?P<a>anxiety|anxious|panic|depressed|depression|sleep|cry|crying|scared|afraid|meds|mg|dose|therapist|hurt|alone|numb|angry|rage|fights|fight|eating|drink|drinking|hate|nightmares|kid|son|daughter|husband|wife|mom|dad|partner|boyfriend|girlfriend|ex|bites|hits|tantrums|screams|shuts|shut|worse|symptoms|symptom|diagnosed|cutting|relapsed|{DRUG})\b",
        "a person tells of trouble",
    ),
)

ADVICE = rules(
    (
        "order/start",
        1.4,
        r"(?:^|[.!?:;,\n-] ?|\band |\bthen |\bso |\bjust )(?:please |first |then |now |tonight |this week |tomorrow |also |ok |okay |yes |honestly |instead )?,? ?(?P<a>stop|start|try|take|drop|cut|skip|keep|put|write|tell|ask|make|do|don't|dont|leave|go|get|have|let|give|sit|hand|block|delete|set|quit|call|pick|move|turn|hold|say|read|use|double|halve|taper|lower|raise|switch|throw|lock|count|breathe|record|find|name|wait|send|bring|change|swap|add|push|walk|run|eat|sleep|stay|practice|ditch|print|text|schedule|book|pull|begin|cancel)\b",
        "gives a direction",
    ),
    (
        "order/you",
        1.6,
        r"\byou(?:'ll| will)? ?(?P<a>need to|should|have to|must|ought to|want to|gotta|step|sit|tell him|tell her|start|stop)\b",
        "tells a person what to do",
    ),
    (
        "order/id",
        1.6,
        r"\b(?:i'd|id|i would) (?P<a>drop|try|start|halve|stop|skip|ask|push|taper|cut|tell|say|keep|have|get|put|go|see|wait|switch|add|leave|double|hold|call it|do|give|let|make|take|focus|consider|begin|pull|move)\b",
        "tells a person what to do",
    ),
    (
        "your",
        1.0,
        r"\b(?:for|with|to|let|have|tell|give|ask|get|sit|that|of) (?P<a>your|him|her|them|he|she) ?(?:{KIN})?\b",
        "speaks of this person's own people",
    ),
    (
        "diagnosis",
        2.2,
        r"\b(?P<a>that's|thats|that is|it's|its|sounds like|sound like|this is|you have|you've got|you are|you're|he's|she's|he has|she has|what you describe is|what you're describing is|classic|textbook|looks like|call it|i'd say|would call it|means|points to|screams|reads as|smells like|definitely|probably|likely)\b.{0,30}\b(?:{DIAGNOSIS}|flooding|burnout|abuse|gaslighting|trauma response|attachment|codependent|avoidant|anxiously attached|enmeshed|agoraphobia|hypomania|perfectionism|parentification|rejection sensitivity|withdrawal)\b",
        "gives a diagnosis",
    ),
    (
        "medication",
        2.4,
        r"\b(?P<a>{DRUG}|mg|milligrams|dose|doses|dosage|pill|pills|meds|medication|prescriber|taper|tapering|supplement|magnesium|ashwagandha)\b",
        "speaks of medication",
    ),
    (
        "plan",
        1.4,
        r"\b(?P<a>for a week|for two weeks|every night|every morning|every day|tonight|this week|this weekend|once a day|twice a day|times a day|daily|for five minutes|for ten minutes|for now|from now on|starting|before bed|each night|one week|two weeks|minutes|a week)\b",
        "sets a plan",
    ),
    (
        "follow-up",
        2.4,
        r"\b(?P<a>report back|check in|check back|tell me|let me know|message me|dm me|text me|come back|write me|get back to me|post it|update me|keep me posted|circle back|we'll adjust|we'll work|we'll tweak|i'll look|send me|report)\b",
        "asks the person to report back",
    ),
)

GENERAL = rules(
    (
        "limit",
        -3.0,
        r"\b(?P<a>not advice|isn't advice|not medical|not therapy|can't advise|can't give|can't diagnose|can't answer|cannot|can't speak to|can't assess|not a substitute|no one can|nobody can|not your situation|in general|generally|educational|not your therapist|can't tell|can't say|impossible to say|can't weigh|without meeting|from a post|over the internet|wouldn't be right|from here)\b",
        "states a limit",
    ),
    (
        "redirect",
        -2.2,
        r"\b(?P<a>your doctor|your prescriber|whoever prescribes|your pediatrician|a therapist near|licensed therapist|a local|your own therapist|your therapist|find a therapist|directory|directories|worth raising|worth asking|worth bringing|talk to a|talk with a|see a professional|primary care|someone local|intake line|our intake|front desk|our office|call the office|call our|in person)\b",
        "sends the person to care",
    ),
    (
        "crisis",
        -3.0,
        r"\b(?P<a>988|911|116 123|112|741741|crisis line|lifeline|samaritans|emergency)\b",
        "points to crisis help",
    ),
    (
        "thanks",
        -1.0,
        r"\b(?P<a>thank you|thanks|welcome|congrats|congratulations|great question|good question|same here|lol|haha)\b",
        "small talk",
    ),
    ("link", -1.2, r"https?://", "shares a source"),
    (
        "peers",
        -1.5,
        r"\b(?P<a>colleagues|clinicians|supervisees|supervision|students|trainees|consult|cpt code|cpt|billing|ce credit|ceu|ceus|exam|licensure|practicum|software|ehr|printer|training)\b",
        "talk among professionals",
    ),
    (
        "evidence",
        -1.0,
        r"\b(?P<a>study|studies|research|trial|meta-analysis|review|evidence|some people|many people|most people|people often|for many|some find)\b",
        "general information",
    ),
)

SOLICITS = rules(
    (
        "bring",
        3.2,
        r"\b(?P<a>dm|message|send|drop|put|post|comment|type|tell|share|bring|text|submit|leave|email|write)\b(?: me)?\b.{0,40}\b(?:your (?:situation|story|symptoms|question|questions|problem|problems|age|texts|dose|meds|diagnosis|trauma|case|worst|relationship|marriage|dream|dreams|fight|texts with|panic|attachment|husband|wife|kid's|child's|score|scores|results|what you)|what (?:you were on|you're on|you're taking|happened|he said|she said|he did|she did))\b.{0,120}\b(?:i'll|i will|ill|i go|i read|i'm going|i answer|i tell|and i|i do|i can|we'll|i reply|i write|live|tonight)\b",
        "invites people to bring their own case",
    ),
    (
        "diagnose",
        2.8,
        r"\b(?:i'll|i will|ill|i can|i'm going to|and i) (?P<a>tell you|diagnose|tell u|analyze|analyse|assess|score|rate|read|answer|write you|give you|help you figure|say if|sort|map)\b.{0,60}\b(?:if|what|whether|your|you|stay|it's|plan|each|every|which|why)\b",
        "promises individual verdicts",
    ),
    (
        "free",
        2.6,
        r"\b(?P<a>free|quick|mini|live|pop-up)\b.{0,20}\b(?:session|sessions|consult|consults|assessment|assessments|diagnosis|evaluation|screening|screenings|therapy)\b.{0,40}\b(?:dm|message|comments?|here|tonight|now|inbox|live)\b",
        "offers treatment in public",
    ),
)

BOUNDARY = rules(
    (
        "meet",
        2.6,
        r"\b(?P<a>coffee|drinks|drink|dinner|lunch|beer|beers|my place|my house|my porch|my cabin|come over|come sit|come by|swing by|hang out|hangout|date|party|barbecue|bbq|cookout|concert|movie|movies|walk|brunch|rooftop|wedding|pool|lake|boat|game night|fish fry|dinner club|housewarming|birthday)\b.{0,60}(?:\?|\b(?:sometime|saturday|sunday|friday|this weekend|next week|you|bring|us|join|me|tomorrow|tonight|soon)\b)",
        "invites somebody to meet in private",
    ),
    (
        "cell",
        2.6,
        r"\b(?:my|got my|have my) (?P<a>cell|number|personal number|phone|personal cell|private number|private line|personal email|private account)\b|\b(?:call|text|message|dm) me (?:any ?time|whenever|after|before|tonight|at night|directly|later|first)\b",
        "offers a private line",
    ),
    (
        "secret",
        2.8,
        r"\b(?P<a>don't tell|dont tell|our secret|our little secret|between us|between you and me|keep this|keep it between|quiet about|nobody needs|no one needs|off the books|off the record|hush|shh|not tell the office|without telling)\b",
        "asks for secrecy",
    ),
    (
        "romance",
        2.8,
        r"\b(?P<a>gorgeous|beautiful|handsome|sexy|cutie|babe|baby|sweetheart|mister|kiss|kisses|flirting|crush|dreamed about you|thinking of you|thinking about you|miss your face|miss you|those eyes|that smile|looking good|hot)\b",
        "is intimate",
    ),
    (
        "business",
        2.4,
        r"\b(?P<a>at cost|discount for|trade you|barter|bartered|owe you|call us square|we're square|even now|square now|venmo|cashapp|cash app|loan|lend|borrow|hire you|work for me|invest|investor|partner up|cofounder|go into business|built it|fixed my|painted my|mowed my)\b",
        "does business with somebody in care",
    ),
    (
        "gift",
        2.2,
        r"\b(?P<a>gift|gifts|present|casserole|cookies|bracelet|necklace|tickets|flowers|the scarf|the mug|quilt|painting you)\b.{0,40}\b(?:you|your|client|patient|family|she|he)\b",
        "takes or gives gifts",
    ),
    (
        "follow",
        2.6,
        r"\b(?P<a>accepted|followed you back|follow you back|following you|added you|friended|saw your story|saw your post|your stories|your feed|watched your|saw the pictures|saw your pictures|i follow you|your page|watching your)\b",
        "follows a client's page",
    ),
    (
        "continues",
        2.8,
        r"\b(?P<a>homework|same rule|call me before|our last one|at our last|what you said at|next week:|told you the|remember what we|like we practiced|see you thursday|see you monday|see you tuesday|see you wednesday|see you friday|same time|usual time|same chair|keep doing the|keep up the breathing|stay with the breathing|your log|your worksheet|as we planned|we'll pick up)\b",
        "continues treatment in public",
    ),
    (
        "former",
        1.8,
        r"\b(?P<a>anyone who used to|former clients|old clients|past clients|my old group|used to come|used to paint with me|used to see me|used to sit with me|people i used to see|graduates of|alumni of)\b",
        "calls on former clients",
    ),
)


def detect(reading: Reading) -> Detection:
    """Judge clause 3: the strongest of individual advice, soliciting cases, and blurred boundaries."""
    found = (_advice(reading), _solicits(reading), _boundary(reading))
    return max(found, key=lambda detection: detection.score)


def _clinician(reading: Reading) -> bool:
    role = reading.packet.role.lower()
    return reading.packet.licence is not Licence.NONE or any(
        word in role
        for word in ("intern", "postdoc", "associate", "peer", "therap", "counsel", "psych", "trainee", "coach")
    )


def _answers_other(reading: Reading) -> bool:
    parent = reading.packet.parent
    return parent is not None and parent.author is not ParentAuthor.SELF


def _advice(reading: Reading) -> Detection:
    advice = Weighing.of(hit for passage in reading.own for hit in scan(ADVICE, passage))
    calm = Weighing.of(scan(GENERAL, reading.text))
    asks = Weighing.of(scan(ASKS, reading.parent)) if reading.parent and _answers_other(reading) else Weighing(())
    score = _ADVICE_BIAS + advice.total + calm.total + asks.total
    directs = advice.any("order", "diagnosis", "medication")
    asked = "self" in asks
    if not asked or not directs:
        score = min(score, 0.0) - 1.5
    if not _clinician(reading) and not reading.by_practice:
        score -= 1.0
    clinical = asks.any("help", "trouble") and asked
    if score <= 0 and reading.strict and clinical and "crisis" not in calm and "redirect" not in calm:
        return Detection(CLAUSE, 0.1, Severity.S1, advice.evidence[:1], "The reply answers a clinical question.")
    severity = Severity.S4 if _unsafe(reading) else Severity.S3
    return Detection(CLAUSE, score, severity, advice.evidence[:5], advice.reason("The reply"))


SAFETY = rules(
    ("dose", 1, r"\b(?P<a>{DRUG}|mg|milligrams|dose|taper|meds|medication|pills)\b", "medication"),
    (
        "harm",
        1,
        r"\b(?P<a>suicidal|suicide|kill myself|cutting|cut myself|self-harm|did it again|razor|overdose|not be here|be here anymore|want to die|ice cube|burned myself)\b",
        "self-harm",
    ),
    (
        "child",
        1,
        r"\b(?P<a>stopped eating|not eating|skip the er|skip the hospital|no bathroom|hitting the baby|shake|shook|leave the baby|stop seeing|purging|throwing up|starving|withhold|lock him|lock her|spank)\b",
        "safety",
    ),
)


def _unsafe(reading: Reading) -> bool:
    return matches(SAFETY, reading.text) or (reading.parent is not None and matches(SAFETY[1:], reading.parent))


def _solicits(reading: Reading) -> Detection:
    solicits = Weighing.of(hit for passage in reading.own for hit in scan(SOLICITS, passage))
    calm = Weighing.of(scan(GENERAL[:2], reading.text))
    score = -2.2 + solicits.total + calm.total
    return Detection(CLAUSE, score, Severity.S2, solicits.evidence[:3], solicits.reason("The post"))


def _boundary(reading: Reading) -> Detection:
    boundary = Weighing.of(scan(BOUNDARY, reading.text))
    parent = reading.packet.parent
    known = parent is not None and parent.author is ParentAuthor.CLIENT_UNKNOWN
    client = known or "former" in boundary
    calm = Weighing.of(scan(GENERAL[:3], reading.text))
    score = _BOUNDARY_BIAS + boundary.total + calm.total + (1.2 if known else -1.5)
    if not client:
        score = min(score, 0.0) - 1.0
    missing = ("parent",) if parent is None and reading.packet.is_reply and boundary.hits else ()
    return Detection(
        CLAUSE, score, Severity.S3, boundary.evidence[:3], boundary.reason("The reply"), needs_context=missing
    )
