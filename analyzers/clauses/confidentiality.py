"""Clause 2: nothing that could identify a client (limb A), nothing of what happened in a session (limb B).

A post is about a client when something says so: a word ("client"), an appointment ("my 4pm"), a manner of speaking
("one of my people"), or a reply that confirms the relationship. Names are the rare case; what makes a client
recognisable is the number of rare particulars: work, place, dated event, family shape, exact age.
"""

from __future__ import annotations

from analyzers.clauses.identifiers import IDENTIFIERS, names_in
from analyzers.patterns import Hit, rules, scan
from analyzers.reading import Detection, Reading, Weighing
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor

CLAUSE = Clause.CONFIDENTIALITY
_BIAS = -2.2

CUES = rules(
    (
        "client/my",
        1.2,
        r"\b(?:my|our|a|one|another|this|that|the|his|her) (?:own |first |last |new |old |little |sweet |favorite |only |oldest |youngest |longest |teen |adult |former |former |current |[a-z]+ )?(?P<a>client|patient|pt|client's|patient's|mentee|supervisee's client|counselee|analysand)\b",
        "speaks of a particular client",
    ),
    (
        "client/bare",
        1.0,
        r"(?:^|[.!?\n] ?|\band |\bbut |\bso |\bhad |\bwith )(?P<a>client|patient|pt|couple|kiddo)\b(?! (?:confidentiality|portal|portals|care|rights|privacy|centered|centred|outcomes|satisfaction|advocate|education|safety|experience|information|records|load|base|acquisition))",
        "speaks of a particular client",
    ),
    (
        "slot",
        1.8,
        r"\b(?:my|the|our|with my|yesterday's|today's|last) (?:{DAY} |last |first |next )?\d{1,2}(?::\d\d)? ?(?P<a>o'clock|pm|am|p)\b(?! (?:bus|train|class|show|news|walk|run|coffee|alarm|flight|tea|mass|service|shift|news))",
        "speaks of whoever holds an appointment",
    ),
    (
        "slot/digits",
        1.8,
        r"\b(?P<a>my|the) (?:{DAY} )?\d{1,2}(?::\d\d)? ?(?:o'clock|pm|am|p\.m\.|a\.m\.)(?=[^a-z]|$)(?! (?:bus|train|class|show|news|walk|run|coffee|alarm|flight|tea|mass|service|shift))",
        "speaks of whoever holds an appointment",
    ),
    (
        "slot/day",
        1.8,
        r"\bmy (?P<a>{DAY}|first|last) (?:{ONECLIENT}|couples|families|people|regular|regulars|folks|morning guy|group)\b",
        "speaks of whoever holds an appointment",
    ),
    (
        "mine",
        1.4,
        r"\b(?P<a>one|two|three|some|several|another|each) of (?:my|our|mine)\b(?! (?:own|favorite|favourite|best|least|biggest|first|friends|colleagues|coworkers|kids|sons|daughters|brothers|sisters|cats|dogs|books|talks|posts|plants|mugs|teammates|neighbors|heroes|goals|students|professors|supervisors|pet|teachers|jobs|shirts))",
        "speaks of one of the author's people",
    ),
    (
        "mine/people",
        1.3,
        r"\b(?:my|our) (?:{DAY} |anxious |older |younger |little |grown |newest |oldest |longest |tiny )?(?P<a>folks|people|mamas|dads|guys|fellas|widows|widowers|veterans|vets|kiddos|couples|families|teens|tweens|littles|ladies|boys|girls|regulars|parents)\b",
        "speaks of the author's people",
    ),
    (
        "see",
        1.7,
        r"\b(?:{ONECLIENT}|someone|somebody|child|one|people|[a-z]+er) (?:who |that |whom )?i(?:'ve| have|'d)? (?:been |just |also )?(?P<a>see|seeing|saw|treat|treated|treating|work with|worked with|working with|meeting with|met with|sat with|counsel|tested|assessed|evaluated|test)\b",
        "speaks of a person the author sees",
    ),
    (
        "see/tested",
        1.6,
        r"\b(?P<a>tested|assessed|evaluated|diagnosed|treated|discharged|admitted|counseled) (?:a|an|this|that|two|one|my) (?:[a-z-]+ )?(?:{ONECLIENT}|boy|girl|man|woman|child|\d+)\b",
        "speaks of a person the author assessed",
    ),
    (
        "session",
        1.3,
        r"\b(?:in|during|after|mid|mid-|before|our|last|today's|yesterday's|this|first|final|between|from|second|through|a|end of|whole|her|his|their) (?:[a-z]+ )?(?P<a>session|sessions|intake|telehealth|evaluation|fifty minutes|50 minutes|group tonight|check-in)\b",
        "speaks of a session",
    ),
    (
        "told",
        1.3,
        r"\b(?:she|he|they|client|patient|kid|kiddo|mom|dad|guy|woman|man|{ONECLIENT}|who|someone|somebody|and) (?:just |finally |once |also )?(?P<a>told|asked|texted|emailed|called|confessed|admitted|brought|showed|handed|gave|looked at|said to|thanked|hugged) me\b",
        "repeats what a person told the author",
    ),
    (
        "told/said",
        0.7,
        r"\b(?P<a>she|he) (?:said|says|asked|whispered|laughed|cried|sobbed|told|finally|did|slept|cancelled|canceled|brought|walked|relapsed|showed up|didn't|wore|stood|sat|looked)\b",
        "tells what a person did or said",
    ),
    (
        "across",
        1.8,
        r"\b(?P<a>across from me|on my couch|on the couch|in my office|in my chair|in the chair|in the waiting room|in our waiting room|in the playroom|at my desk|through my door|rang the bell|no-showed|no showed|no-show|caseload|on my schedule|in my group|in group|discharged|graduated from|last appointment|first appointment|came to see me|comes to see me)\b",
        "places a person in the author's care",
    ),
    (
        "saw-today",
        1.0,
        r"\b(?P<a>today|tonight|yesterday|this morning|this afternoon|this week|last night|last week|earlier|{DAY})\b",
        "gives the day",
    ),
    (
        "years-in",
        0.7,
        r"\b(?P<a>for|after|since|in|past|first) (?:the )?(?:[a-z]+ |\d+ )?(?:weeks|months|years|sessions|march|april|may|june|july|september|october|november|january|february)\b",
        "gives how long",
    ),
    (
        "cancel",
        1.0,
        r"\b(?P<a>cancelled|canceled|cancel|reschedule|rescheduled|late cancel|showed up late|copay|co-pay|deductible|relapsed|relapse|sobriety|discharge|breakthrough|homework|custody|off his meds|off her meds|off their meds)\b",
        "tells of treatment",
    ),
)

PARTICULARS = rules(
    ("age", 1.2, r"\b(?P<a>age|aged|turned|turns|turning) \d{1,3}\b", "an exact age"),
    (
        "age/years",
        1.2,
        r"\b(?:\d{1,3}|[a-z]+(?:ty|teen)?(?:-[a-z]+)?)[- ](?P<a>year|yr|yo|y)s?[ -]?(?:old|o)?s?\b(?= old|-old|yo|s old|[ ,.]|$)",
        "an exact age",
    ),
    ("age/yo", 1.2, r"\b\d{1,3} ?(?:yo|y/o|y\.o\.|yrs? old|years? old)\b", "an exact age"),
    ("age/comma", 1.0, r", (?:\d{2}),", "an exact age"),
    (
        "only",
        1.6,
        r"\bthe (?P<a>only|first|last|youngest|oldest|biggest|same) [a-z ]{2,30} (?:in|on|at|from|to|of) (?:the |our |this |my )?[a-z]+",
        "something that only one person fits",
    ),
    (
        "trade",
        1.2,
        r"\b(?:a|an|the|who|retired|former|ex-|our|local) ?(?:retired |former |local |ex-|young |old |trainee |junior )?(?P<a>firefighter|fireman|lighthouse|pastor|principal|sheriff|deputy|trooper|judge|mayor|surgeon|dentist|pharmacist|librarian|teacher|coach|quarterback|goalie|pitcher|gymnast|dancer|chef|baker|bakery|barber|butcher|florist|farmer|rancher|trucker|pilot|welder|electrician|plumber|roofer|contractor|realtor|paralegal|attorney|lawyer|accountant|banker|anchor|reporter|professor|dean|nurse|paramedic|emt|dispatcher|soldier|marine|sailor|ranger|beekeeper|taxidermist|luthier|jockey|organist|violinist|drummer|bassist|bass player|singer|weatherman|mechanic|bartender|barista|cashier|postman|mail carrier|crossing guard|bus driver|superintendent|councilman|senator|coroner|undertaker|funeral director|vet tech|veterinarian|zookeeper|lineman|logger|fisherman|lobsterman|crabber|miner|brewer|winemaker|seamstress|tailor|jeweler|locksmith|architect|engineer|astronomer|novelist|author|poet|cellist|trumpet player|ceo|founder|vp|owner)\b",
        "a line of work",
    ),
    (
        "trade/owns",
        1.6,
        r"\b(?P<a>owns|own|runs|ran|owner of|manages|coaches|teaches|teach|works|worked|drives|plays|preaches|captain of|directs|anchors) (?:at |for |in |on )?(?:the|a|our|half|that|most of)\b.{0,40}",
        "where a person works",
    ),
    (
        "event",
        1.4,
        r"\b(?P<a>crash|accident|fire|flood|tornado|storm|shooting|drowning|funeral|verdict|trial|custody|divorce|wedding|lawsuit|settlement|recall|explosion|collapse|closure|layoffs|arrest|arrested|indicted|obituary|gazette|newspaper|the news|front page|championship|state final|state meet|graduation|bankruptcy|hurricane|ferry|derailment|evicted|deported)\b",
        "an event others know of",
    ),
    (
        "kin",
        0.9,
        r"\b(?:his|her|their|whose|with) (?:[a-z]+ )?(?P<a>{KIN}|twin|twins|triplets|mother's|father's|sister's|brother's|wife's|husband's|in-laws|stepmom|stepdad|grandma|grandpa|grandkids|boss|roommate|dog|cat|horse|goat|parrot|mother-in-law)\b",
        "a person's family",
    ),
    ("month", 0.8, r"\b(?:in|since|last|this|of|on|back in|until) (?P<a>{MONTH})\b", "a date"),
    (
        "town",
        1.2,
        r"\b(?P<a>here in|in this town|in town|this county|in the county|in this zip|our street|this side of|down the road|across town|in the valley|two towns over|on our street|small town|our town|the co-op|the diner|the mill|the plant|the firehouse|the elementary|the high school|the middle school)\b",
        "a place below state level",
    ),
)

CONFIRMS = rules(
    (
        "thanks-trust",
        3.0,
        r"\b(?P<a>trusting|trusted|trust|letting|choosing|allowing|choose|chose) (?:us|me|our team|§+)\b.{0,30}\b(?:care|with|journey|healing|part|walk|help|support|family|be|son|daughter|kids)\b",
        "thanks a person for trusting the practice",
    ),
    (
        "journey",
        2.4,
        r"\b(?P<a>joy|honor|honour|privilege|pleasure|watch|watching|seen|see|proud|proudest|rooting|cheering|miss|missed|loved|love) (?:of |to |for |it |having |working |walking |seeing |watching |being )?(?:watch |see |walk |work |be )?(?:with |alongside |part of )?(?:you|your|you're|you two|you guys|both of you|the two of you|that laugh)\b",
        "tells that the author has followed this person's progress",
    ),
    (
        "visit",
        2.8,
        r"\b(?:your|you) (?:[a-z]+ ){0,2}(?P<a>visit|visits|appointment|appointments|session|sessions|intake|evaluation|eval|assessment|treatment|file|chart|records|record|report|account|balance|copay|insurance|plan|deductible|claim|therapist|counselor|clinician|invoice|no-show|no-shows|referral|diagnosis|testing|progress|group|portal message)\b",
        "speaks of this person's visits or account",
    ),
    (
        "see-you",
        2.6,
        r"\b(?P<a>see|seeing|till|until|catch|talk|meet) (?:you|ya|y'all)?(?: both| all| then| again)? ?(?:next |this |on |at )?(?:{DAY}|tomorrow|next week|next time|at \d+|same time|same place|in group)\b",
        "confirms a meeting",
    ),
    (
        "last-time",
        2.6,
        r"\b(?P<a>our|last) (?:last |next |first |final |work|time together|sessions?|one|talks?|chats?|tuesdays?|conversations?|mornings?|hours?|fridays?)+\b",
        "speaks of time spent together",
    ),
    (
        "homework",
        2.6,
        r"\b(?P<a>homework|same rule|remember what we|what we talked|as we discussed|we discussed|told you|like we practiced|like we said|what i told you|we agreed|we worked|we practiced|your breathing|keep up the|bring the|your sheet|worksheet|your journal)\b",
        "carries on earlier treatment",
    ),
    (
        "grown",
        2.4,
        r"\byou(?:'ve| have)? (?:both |all |two )?(?P<a>worked|come|did|earned|showed|put|made|grew|grown|climbed|fought|kept|done|showing|finished|graduated|completed)\b.{0,30}\b(?:work|hard|far|way|up|it|that|growth|courage|effort|every|long|whole|yourself|miles)\b",
        "praises this person's progress",
    ),
    (
        "showing-up",
        2.4,
        r"\b(?:months|weeks|years|sessions|{DAY}) of (?P<a>showing|work|hard|coming|sessions|courage|sitting)\b",
        "tells how long this person has come",
    ),
    (
        "finishing",
        2.6,
        r"\b(?P<a>congratulations|congrats|happy|proud) (?:on |of |for )?(?:you |your )?(?:finishing|graduating|completing|graduation|discharge|last|day \d+|milestone)\b",
        "marks the end of treatment",
    ),
    (
        "welcome-back",
        2.0,
        r"\b(?P<a>welcome back|glad you came|glad you're back|glad we could|so glad we|happy we could|glad it helped|glad the|so glad your|so glad you|we're glad|we are glad|glad to have|happy to have helped|we helped|we're so happy|honored|honoured|humbled|grateful you|thank you for being|door is always|you're always welcome|wishing you and)\b",
        "answers as one who has treated this person",
    ),
    (
        "sorry-visit",
        2.4,
        r"\b(?P<a>sorry|apologize|apologise|apologies|regret)\b.{0,40}\b(?:your|you) (?:[a-z]+ ){0,3}(?:wait|waited|late|experience with|were charged|felt|rescheduled|bill|billed|missed|call|sat)\b",
        "apologises for this person's visit",
    ),
    (
        "procedure",
        2.4,
        r"\b(?P<a>in your case|your son|your daughter|your husband|your wife|your mother|your child|your kids|your ex|your family|the agreement you signed|you signed|you missed|you cancelled|you canceled|you were|you never|you stopped|you chose|you refused|you arrived|you left|you no-showed|we called you|we left you|left you|your voicemail|discharged you|we mailed|we sent you|you told us|you asked us|on file)\b",
        "tells what this person did or got",
    ),
    (
        "dated",
        1.2,
        r"\b(?P<a>on the|on|since|until|in|at your) (?:{MONTH}|\d{1,2}(?:st|nd|rd|th)|{DAY})\b",
        "gives a date",
    ),
)

DENIES = rules(
    (
        "refusal",
        -6.0,
        r"\b(?P<a>can't|cannot|can not|can neither|unable to|not able to|neither|aren't able|never|won't|don't|keeps? us from|prevents?|nor|couldn't|not allowed|no way to)\b.{0,60}\b(?:confirm|deny|say (?:who|whether|if)|whether (?:anyone|somebody|someone|a person|or not)|discuss|acknowledge|respond to|comment on|share (?:any|who)|who has or|who is or|who's a|talk about (?:it|who|any|anyone|care)|identify)\b",
        "refuses to confirm or deny",
    ),
    (
        "privacy",
        -3.0,
        r"\b(?P<a>privacy|confidentiality|hipaa|the law|privacy laws?|privacy rules|by law)\b.{0,60}\b(?:can't|cannot|keeps?|prevent|mean|means|not|protects?|requires?|don't|won't)\b",
        "explains why nothing can be said",
    ),
)

NOT_A_CLIENT = rules(
    (
        "composite",
        -3.0,
        r"\b(?P<a>composite|hypothetical|hypothetically speaking|fictional|fiction|made-up|made up|invented|imaginary|isn't a real|not a real|no real|imagine|pretend|let's say|say a|suppose|suppose a|for example|fake|vignette|case vignette|nobody real|character)\b",
        "a declared composite or hypothetical",
    ),
    (
        "study",
        -2.5,
        r"\b(?P<a>study|trial|meta-analysis|researchers|participants|sample|journal|published|review of|paper|papers|cohort|randomized|data from|et al|findings|survey|statistics|percent|doi|novel|movie|film|memoir|book|textbook|podcast|show|episode|season|character|documentary|opinion in|court held)\b",
        "published work or fiction",
    ),
    ("study/pct", -1.5, r"\b\d+(?:\.\d+)?%", "statistics"),
    (
        "own",
        -2.5,
        r"\b(?P<a>my own therapist|my therapist|my own therapy|my counselor|my shrink|as a client myself|when i was a client|my psychiatrist|in my own therapy)\b",
        "the author's own therapy",
    ),
    (
        "own-kin",
        -1.6,
        r"\bmy (?:own )?(?P<a>{KIN}|grandma|grandpa|grandmother|grandfather|aunt|uncle|cousin|neighbor|neighbour|friend|roommate|supervisor|professor|teacher|coworker|colleague|dog|cat|boss|intern|barber|landlord|mechanic|dentist|sister-in-law|brother-in-law|nephew|niece)\b",
        "the author's own people",
    ),
    (
        "rule",
        -1.2,
        r"\b(?P<a>policy|policies|our practice policy|cancellation policy|new clients|clients can|clients may|if you are a client|patients can|any client|every client|no client|a client might|a client may|clients who|people who|for clients|to clients|your client|your clients|client notes|ask your|therapists|colleagues|reminder|how to|tip|tips|accepting new|openings|waitlist)\b",
        "general talk of the work",
    ),
    (
        "general",
        -0.8,
        r"\b(?P<a>people|many|most|often|usually|sometimes|kids|parents|everyone|anyone|you)\b",
        "general talk",
    ),
    (
        "consent",
        -1.0,
        r"\b(?P<a>with permission|signed release|written permission|signed permission|written consent|with her permission|with his permission|with their permission|authorization on file)\b",
        "permission on file",
    ),
)

DIRECT = rules(
    (
        "chart",
        4.0,
        r"\b(?P<a>mrn|ssn|dob|member id|chart number|case number|policy number|date of birth|medicaid id|room number)\b",
        "shows a record number",
    ),
    (
        "recording",
        3.2,
        r"\b(?P<a>real|actual|recorded|recording|audio|clip|footage|video|screenshot|photo|snapped)\b.{0,30}\b(?:intake|session|client|patient|therapy room|her|his|their)\b",
        "publishes a recording or picture of a session",
    ),
    (
        "planner",
        2.6,
        r"\b(?P<a>planner|calendar|schedule|whiteboard|clipboard|sign-in|sticky|pass|folder|chart|screen|monitor|envelope|appointment book|sheet|intake form|label|jersey|badge)\b.{0,60}\b(?:read|reads|reading|shows|showing|visible|says|surname|name|names|with|listing|listed|behind)\b",
        "shows a planner or record in a picture",
    ),
)


def detect(reading: Reading) -> Detection:
    """Judge clause 2; see the module's own words for what counts."""
    if reading.parent is not None and _answers_a_person(reading):
        reply = _reply(reading)
        if reply is not None:
            return reply
    own = reading.own
    cues = Weighing.of(hit for passage in own for hit in scan(CUES, passage))
    particulars = Weighing.of(hit for passage in own for hit in scan(PARTICULARS, passage))
    calm = Weighing.of(hit for passage in own for hit in scan(NOT_A_CLIENT, passage))
    direct = Weighing.of(hit for passage in own for hit in scan(DIRECT, passage))
    identifiers = tuple(hit for passage in own for hit in scan(IDENTIFIERS, passage))
    return _story(reading, cues, particulars, calm, direct, identifiers)


def _answers_a_person(reading: Reading) -> bool:
    parent = reading.packet.parent
    return parent is not None and parent.author is not ParentAuthor.SELF


def _reply(reading: Reading) -> Detection | None:
    """A reply that confirms a relationship, or tells of it; None when it does neither."""
    confirms = Weighing.of(scan(CONFIRMS, reading.text))
    denies = Weighing.of(scan(DENIES, reading.text))
    packet = reading.packet
    known = packet.parent is not None and packet.parent.author is ParentAuthor.CLIENT_UNKNOWN
    review = "review" in packet.platform
    score = -4.0 + confirms.total + denies.total + (2.0 if known else 0.0) + (0.5 if review else 0.0)
    if not confirms.hits or score <= 0 or not known:
        return None
    names = names_in(reading.text)
    grave = confirms.any("procedure", "visit") and bool(names or confirms.any("dated", "procedure"))
    return Detection(
        CLAUSE,
        score,
        Severity.S4 if grave else Severity.S3,
        confirms.evidence,
        confirms.reason("The reply"),
        masks=(*confirms.evidence, *names),
    )


def _story(
    reading: Reading,
    cues: Weighing,
    particulars: Weighing,
    calm: Weighing,
    direct: Weighing,
    identifiers: tuple[Hit, ...],
) -> Detection:
    strong = [rule for group, rule in cues.heaviest.items() if rule.weight >= 1.2]
    rare = min(particulars.total, 4.0)
    names = tuple(hit for passage in reading.own for hit in names_in(passage)) if cues.hits or direct.hits else ()
    score = _BIAS + cues.total + 0.5 * rare + direct.total + calm.total
    if not strong and not direct.hits:
        score = min(score, -0.5)
    if names and strong:
        score += 0.6
    evidence = (*direct.evidence, *(hit for hit in cues.evidence if hit.rule.weight >= 1.2), *particulars.evidence)
    severity = _severity(direct, particulars, bool(names), cues)
    reason = Weighing((*direct.hits, *cues.hits)).reason("The post")
    return Detection(
        CLAUSE, score, severity, evidence[:4], reason, masks=(*evidence, *cues.evidence, *names, *identifiers)
    )


def _severity(direct: Weighing, particulars: Weighing, named: bool, cues: Weighing) -> Severity:
    if direct.hits or (named and cues.any("client", "session", "see")):
        return Severity.S4
    if len(particulars.heaviest) >= 2 or particulars.any("only") or cues.any("slot"):
        return Severity.S3
    return Severity.S2
