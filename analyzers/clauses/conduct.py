"""Clause 4: a closed list. Threats, slurs and contempt for groups, personal attacks, sexualised work, contempt for
clients, illegal conduct shown as a professional. Negative mood, swearing and criticism of the employer are not on it.
"""

from __future__ import annotations

from analyzers.patterns import rules, scan
from analyzers.reading import Detection, Reading, Weighing
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor

CLAUSE = Clause.CONDUCT
_BIAS = -2.0

THREATS = rules(
    (
        "threat/know",
        4.0,
        r"\b(?:i|we) (?P<a>know|knows) where (?:you|he|she|they) (?:live|lives|park|parks|work|works|sleep|sleeps|run|drink|walk)",
        "threatens somebody",
    ),
    (
        "threat/happen",
        3.4,
        r"\b(?P<a>see what happens|find out what happens|watch your back|you'll regret|you will regret|you'll be sorry|sleep with one eye|you won't finish|won't finish the year|in one piece|accidents happen|be a shame if|come find you|i'll find you|we'll find you|hunt you|make you pay|gonna pay for|you're dead|you are dead|break your|burn your|bury you|end you)\b",
        "threatens somebody",
    ),
    (
        "threat/incite",
        3.2,
        r"\b(?:somebody|someone|they) (?:should|ought to|needs? to) (?P<a>shoot|hang|burn|beat|hurt|kill|run over|torch|slap|punch|jump)\b",
        "calls for violence",
    ),
    (
        "threat/will",
        3.0,
        r"\b(?:i'll|i will|i'm going to|i'm gonna|imma|gonna) (?P<a>kill|hurt|slap|punch|beat|smash|destroy|ruin|wreck|strangle|break) (?:you|him|her|them|your|his|their)\b",
        "threatens somebody",
    ),
)

ATTACKS = rules(
    (
        "insult/you",
        2.4,
        r"\b(?:you|you're|youre|ur|u|your|he's|she's|he is|she is|is|are|was|what|such|absolute|total|complete) (?:just |such |still |really |nothing but |an? |the |literally |actually )*(?:[a-z]+ )?(?P<a>clown|quack|idiot|moron|fraud|parasite|hack|liar|imbecile|loser|joke|disgrace|embarrassment|charlatan|grifter|bully|coward|creep|pig|snake|leech|vulture|narcissist|sociopath|psychopath|trash|garbage|fool|dimwit|hypocrite|witch|predator|crook|con artist|simpleton|mediocre|incompetent|pathetic|stupid|worthless|unhinged|deranged)\b",
        "attacks a person",
    ),
    (
        "insult/spouse",
        2.0,
        r"\b(?:your|his|her) (?P<a>poor wife|poor husband|poor kids|poor clients|poor mother)\b",
        "attacks a person",
    ),
    (
        "insult/board",
        1.8,
        r"\bhope (?:the|your|they|somebody|someone) (?:[a-z]+ )?(?P<a>pulls|loses|lose|yanks|revokes|takes|board)\b",
        "wishes a person ill",
    ),
    (
        "insult/nobody",
        1.8,
        r"\b(?P<a>nobody asked|no one asked|nobody likes you|no one likes you|shut up|sit down|do us all a favor|stay mad|cry about it|cope|go away|get a life|washed up|has-been|wannabe|talentless|bless your heart)\b",
        "belittles a person",
    ),
)

CONTEMPT = rules(
    (
        "clients",
        2.2,
        r"\b(?P<a>borderlines|bipolars|schizos|adhders|addicts|junkies|druggies|alkies|narcs|psychos|nutcases|nutjobs|crazies|whiners|frequent flyers|frequent flyer|drama queens|snowflakes|basket cases|head cases|cutters|no-shows|malingerers|attention seekers|attention-seeking)\b",
        "speaks of people in care with contempt",
    ),
    (
        "scare",
        2.0,
        r"['\"*](?P<a>trauma survivors|trauma|survivors|diagnosis|triggered|anxiety|adhd|boundaries|neurodivergent|disabled|depression|healing|victims|self-diagnosed|gifted)['\"*]",
        "mocks people in care",
    ),
    (
        "group",
        2.8,
        r"\b(?P<a>those people|these people|you people|their kind|that kind|this kind|another headscarf|those families|these families|that lot|your kind)\b.{0,60}\b(?:should|don't|never|always|can't|breed|stink|all|moved|here|pay|lazy|dirty|ruin)\b",
        "shows contempt for a group",
    ),
    (
        "group/slur",
        4.0,
        r"\b(?P<a>retard|retards|retarded|tranny|trannies|faggot|faggots|fags|wetback|wetbacks|spic|spics|chink|chinks|gook|gooks|kike|kikes|raghead|ragheads|towelhead|towelheads|gypsies|gyppo|darkies|savages|illegals|groomers|trash people|welfare queens|trailer trash|subhuman|vermin|cockroaches|animals like that)\b",
        "uses a slur",
    ),
    (
        "group/moved",
        2.4,
        r"\b(?P<a>you moved here|go back to|back where|back to your country|learn english|speak english|shouldn't be allowed|shouldn't be allowed to breed|should be sterilized|should be locked up|shouldn't have kids|shouldn't breed)\b",
        "shows contempt for a group",
    ),
    (
        "pays",
        1.8,
        r"\b(?P<a>pays|pay|paying|paid|copay)\b.{0,40}\b(?:to not|to ignore|to cry|to complain|to whine|my (?:kitchen|boat|vacation|mortgage|remodel|lease|tesla))\b",
        "mocks people in care",
    ),
    (
        "mock",
        1.6,
        r"\b(?P<a>everyone's special|gonna borderline|take a number|adorable|first world|boo hoo|spare me|cry me a river|grow up|get over it|yawn|not this one again|here we go again|rolls eyes|eye roll|pity party|woe is me|same sob story|sob story)\b",
        "mocks people in care",
    ),
    ("mock/emoji", 0.6, r"[🙄💅🥱🤡]", "mocks"),
)

SEXUAL = rules(
    (
        "sexual",
        3.0,
        r"\b(?P<a>hot dads|hot moms|hot dad|hot mom|couch is open|sexy therapist|naughty|flirting|sexy|onlyfans|lingerie|spank|moan|bedside manner|turn me on|horny|kinky|strip|bend over|thirst trap|slide into my|daddy issues|good girl|bad boys|bad girls|tie me|dirty talk)\b",
        "sexualises the work",
    ),
)

ILLEGAL = rules(
    (
        "illegal",
        2.6,
        r"\b(?P<a>sample not for sale|physician sample|not for sale|fake note|fake notes|fake letter|esa letter|esa letters|forge|forged|sign off on hours|padded|pad the hours|bill for|double bill|double-bill|backdate|backdated|under the table|stolen|swiped|pocketed|without a license|sell my|selling my|leftover adderall|extra adderall|drunk at work|high at work|between sessions)\b.{0,60}",
        "shows unlawful conduct at work",
    ),
    (
        "falsehood",
        2.4,
        r"\b(?P<a>just say|tell people|tell them|spread|say they)\b.{0,40}\b(?:lost their license|lost his license|lost her license|got shut down|under investigation|closing|bankrupt|arrested)\b",
        "spreads a falsehood knowingly",
    ),
)

NOT_USED = rules(
    (
        "mention",
        -2.5,
        r"\b(?P<a>words like|the word|slur|slurs|stigma|stigmatizing|stigmatising|language|instead of|what to say|stop saying|stop calling|don't say|called me|calls me|call people|label|labels|terms|term|myth|stereotype|quote|quoted|used to be called|reclaim|reclaimed)\b",
        "speaks about words",
    ),
    (
        "self",
        -1.8,
        r"\b(?:i'm|i am|i was|me|im|i feel like) (?:such |just |a |an |the |total |absolute )*(?P<a>idiot|fool|clown|mess|moron|hack|fraud|loser|disaster|dork|gremlin|creep|snake|pig|witch|liar|coward|joke)\b",
        "speaks of the author",
    ),
    (
        "fiction",
        -1.6,
        r"\b(?P<a>movie|film|novel|show|episode|season|book|character|villain|game|team|halloween|costume|dog|cat|puppy|kitten|raccoon|squirrel|goose|geese|printer|weather|traffic|laptop|car|printer's|coffee|toddler|my kid|my brother|my sister)\b",
        "speaks of no person in reach",
    ),
)


def detect(reading: Reading) -> Detection:
    """Judge clause 4: only what is on the closed list counts."""
    tables = (THREATS, ATTACKS, CONTEMPT, SEXUAL, ILLEGAL)
    hits = Weighing.of(hit for passage in reading.own for table in tables for hit in scan(table, passage))
    calm = Weighing.of(scan(NOT_USED, reading.text))
    grave = hits.any("threat")
    score = _BIAS + hits.total + (0.0 if grave else calm.total) + _reach(reading, hits)
    severity = _severity(hits)
    return Detection(CLAUSE, score, severity, hits.evidence[:4], hits.reason("The post"), stands=grave or _slur(hits))


def _reach(reading: Reading, hits: Weighing) -> float:
    """An insult needs somebody to land on: a person answered."""
    parent = reading.packet.parent
    answered = parent is not None and parent.author is not ParentAuthor.SELF
    return 0.8 if answered and hits.any("insult") else 0.0


def _slur(hits: Weighing) -> bool:
    return any(rule.name in {"group/slur", "group/moved"} for rule in hits.heaviest.values())


def _severity(hits: Weighing) -> Severity:
    if hits.any("threat") or _slur(hits):
        return Severity.S4
    if hits.any("group", "insult", "sexual", "illegal", "falsehood"):
        return Severity.S3
    return Severity.S2
