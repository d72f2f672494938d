"""The protected-topic gate: it runs before clauses 1, 4, 5 and 6 and would rather hear too much than too little.

Work conditions and co-workers (NLRA section 7), politics, belief, own and family health, whistle-blowing. A topic is
seen by its words; its side never matters, so that both sides of a question are treated alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers.patterns import rules, scan
from domain.findings import Protected

if TYPE_CHECKING:
    from analyzers.patterns import Hit, Rule
    from analyzers.text import Passage

TOPICS: dict[Protected, tuple[Rule, ...]] = {
    Protected.NLRA: rules(
        (
            "pay",
            1,
            r"\b(?:our|my|your|their|the|a|no|staff|fair|same|less|more|equal|better|starting|hourly|holiday|base|take-home|posted) (?P<a>pay|paycheck|paychecks|paystub|wage|wages|salary|salaries|raise|raises|bonus|bonuses|stipend|pto|overtime|benefits|hours|schedule|schedules|shift|shifts|rate|rates)\b",
            "pay or hours",
        ),
        (
            "pay/paid",
            1,
            r"\b(?P<a>unpaid|underpaid|overworked|understaffed|overtime|pto|payroll|paystub|1099|w2|furlough|furloughed|layoff|layoffs|severance|backpay)\b",
            "pay or hours",
        ),
        ("pay/amount", 1, r"\$\d[\d,.]*k?\s?(?:/|an|a|per)\s?(?P<a>hr|hour|yr|year|session|week)\b", "pay"),
        (
            "pay/paid-for",
            1,
            r"\b(?P<a>paid|pay|pays|paying)\b.{0,30}\b(?:us|staff|clinicians|therapists|associates|interns|counselors|employees|new hires|hourly|an hour|per session|for notes|training|no-shows?)\b",
            "pay",
        ),
        (
            "staffing",
            1,
            r"\b(?P<a>staffing|short-staffed|short staffed|caseload|caseloads|productivity|quota|quotas|turnover|workload|burnout|understaffing)\b",
            "workload",
        ),
        (
            "staffing/count",
            1,
            r"\b\d{2,} (?P<a>clients|sessions|cases|visits|intakes|charts) (?:a|per|each|in a) (?:week|day|wk)\b",
            "workload",
        ),
        (
            "staffing/fill",
            1,
            r"\b(?P<a>fill|hire|cover|replace|replaced)\b.{0,20}\b(?:the|that|her|his|their|this)? ?(?:job|position|post|shift|desk|role|spot)\b",
            "staffing",
        ),
        (
            "shift",
            1,
            r"\b(?P<a>double|doubles|double shift|shifts|on-call|mandatory|graveyard|split shift|understaffed)\b.{0,25}\b(?:this week|shift|overtime|again|in a row|on call|training|weekend|weekends)\b",
            "hours",
        ),
        (
            "union",
            1,
            r"\b(?P<a>union|unions|unionize|unionise|unionizing|unionized|strike|striking|strikers|picket|picketing|nlrb|collective bargaining|bargaining|seiu|steward|ratified|ratify|walkout|solidarity|organizing)\b",
            "a union",
        ),
        (
            "management",
            1,
            r"\b(?P<a>management|manager|managers|boss|bosses|supervisor|supervisors|leadership|corporate|upstairs|hr|admin|owner|owners|executive|execs|ceo)\b.{0,60}\b(?:us|we|our|me|my|cut|cuts|hours|raise|fired|wrote|write|won't|refuse|refused|again|ignor\w+|scumbag|liar|yell\w*|denied|told|staff|everyone|meeting|schedule|ask\w*|fair|treat\w*)\b",
            "management",
        ),
        (
            "management/my",
            1,
            r"\b(?:my|our|the) (?P<a>boss|supervisor|manager|management|director|employer|bosses|supervisors|employers|administrator|administration|bullying)\b",
            "management",
        ),
        (
            "coworkers",
            1,
            r"\b(?P<a>coworker|coworkers|co-worker|co-workers|colleagues|teammates|workmates|everyone here|those of us|new hires|new hire)\b.{0,60}\b(?:pay|paid|hour|hours|raise|more|less|meeting|quit|quitting|left|leaving|sign|signed|talk|share|together|numbers?|deserve|above|start)\b",
            "co-workers",
        ),
        (
            "conditions",
            1,
            r"\b(?P<a>mold|asbestos|heat|heater|furnace|panic button|panic buttons|safety|unsafe|parking lot|break room|lunch break|breaks|bathroom|ac|air conditioning|ventilation|lights)\b.{0,60}\b(?:at work|office|building|clinic|staff|fix|fixed|asked|weeks|months|us|work order|osha)\b",
            "working conditions",
        ),
        (
            "contract",
            1,
            r"\b(?P<a>non-compete|non-competes|noncompete|noncompetes|nda|ndas|at-will|my contract|our contract|arbitration|misclassified|wage theft|sick days|sick time|sick leave|parental leave|maternity leave|leave policy|handbook|write-up|written up|writeup)\b",
            "terms of employment",
        ),
        (
            "contract/discipline",
            1,
            r"\b(?:got|was|were|been|getting) (?P<a>fired|disciplined|suspended|demoted|laid off|written up|passed over)\b",
            "discipline",
        ),
        (
            "supervision",
            1,
            r"\b(?P<a>supervision)\b.{0,30}\b(?:hours?|cut|cancel\w*|again|paid|unpaid|weeks?)\b",
            "supervision",
        ),
        ("deserve", 1, r"\bwe (?P<a>deserve|demand|quit)\b", "group action"),
    ),
    Protected.POLITICAL: rules(
        (
            "vote",
            1,
            r"\b(?P<a>vote|voted|voting|voter|voters|votes|ballot|ballots|election|elections|electing|elect|polls|canvass|canvassing|canvassed|caucus|referendum|levy|levies|precinct|turnout|runoff|incumbent|primaries)\b",
            "voting",
        ),
        (
            "office",
            1,
            r"\b(?P<a>senator|senators|senate|governor|congress|congressman|congresswoman|legislature|legislator|legislators|lawmakers|lawmaker|mayor|alderman|commissioner|councilman|councilwoman|school board|city council|county board|county commission|supreme court|white house|statehouse|capitol|president|parliament|minister|candidate|candidates|campaign|campaigning|nominee|politician|politicians|politics|political|partisan|democrat|democrats|republican|republicans|gop|liberals|conservatives|progressives|leftist|socialist|libertarian|maga)\b",
            "politics",
        ),
        (
            "bill",
            1,
            r"\b(?P<a>measure|prop|proposition|bill|amendment|house bill|senate bill|sb|hb|ab)\s?\d+\b",
            "legislation",
        ),
        (
            "bill/the",
            1,
            r"\b(?P<a>parity bill|the bill|this bill|that bill|bill that|bill to|legislation|statute|ordinance|the ruling|court ruling|deregulate|defund|the ban|bans|banning|repeal|mandate|zoning|rezoning|tax|taxes)\b",
            "legislation",
        ),
        (
            "reps",
            1,
            r"\b(?P<a>call|write|email|contact|tell|phone)\b.{0,12}\b(?:your|our|my) (?:reps?|representatives?|senators?|legislators?|council\w*|governor)\b",
            "lobbying",
        ),
        (
            "protest",
            1,
            r"\b(?P<a>protest|protests|protesting|protesters|marched|marching|rally|rallies|petition|petitions|yard sign|boycott|activist|activists|demonstration|sit-in|vigil)\b",
            "protest",
        ),
        (
            "cause",
            1,
            r"\b(?P<a>abortion|pro-life|pro-choice|roe|gun control|gun laws|second amendment|immigration|immigrants|deportation|deport|border|refugees|gaza|israel|palestine|ukraine|blm|black lives|police reform|climate|transgender|trans kids|trans rights|gender-affirming|marriage equality|reparations|dei|affirmative action|death penalty|minimum wage|medicaid|universal healthcare|vaccine|vaccines|masks|lockdown|capitalism|socialism|genocide|colonialism|ceasefire)\b",
            "a public cause",
        ),
    ),
    Protected.BELIEF: rules(
        (
            "god",
            1,
            r"\b(?P<a>god|gods|jesus|christ|christian|christians|lord|allah|buddha|buddhist|hindu|muslim|muslims|islam|jewish|judaism|jew|catholic|catholics|protestant|evangelical|baptist|methodist|lutheran|quaker|mormon|pagan|wiccan|atheist|atheists|atheism|agnostic|secular|sikh|orthodox)\b",
            "religion",
        ),
        (
            "faith",
            1,
            r"\b(?P<a>faith|pray|prayed|praying|prayer|prayers|church|churches|mosque|synagogue|temple|chapel|parish|sermon|pastor|priest|rabbi|imam|deacon|nun|gospel|scripture|bible|quran|torah|psalm|psalms|baptism|baptized|communion|confession|mass|worship|holy|sacred|salvation|sin|sins|heaven|hell yes|spiritual|religion|religious|believer|believers|godless|congregation|hymn|hymns|choir)\b",
            "religion",
        ),
        (
            "feast",
            1,
            r"\b(?P<a>easter|ramadan|eid|iftar|suhoor|yom kippur|rosh hashanah|passover|seder|hanukkah|shabbat|sabbath|lent|lenten|ash wednesday|good friday|advent|diwali|holi|vesak|pentecost|solstice|samhain|epiphany|ashura|sukkot|purim|hijab|kippah|rosary|christmas mass)\b",
            "a religious feast",
        ),
    ),
    Protected.HEALTH: rules(
        (
            "own-therapy",
            1,
            r"\b(?:my|own|mine|a new|found a|saw a) (?:own )?(?P<a>therapist|therapy|psychiatrist|shrink|counselor|sponsor|antidepressant|antidepressants|meds|medication|prescription|diagnosis|adhd|autism|ocd|depression|anxiety|anxieties|ptsd|bipolar|sobriety|recovery|relapse|rehab|insomnia|panic attacks?|eating disorder|postpartum|biopsy|mammogram|scan|mri|chemo|radiation|surgery|surgeon|oncologist|cancer|tumor|migraine|migraines|back|knee|hip|diabetes|insulin|ms|lupus|crohn's|epilepsy|seizure|seizures|asthma|endometriosis|thyroid|pregnancy|miscarriage|ivf|hysterectomy|colonoscopy|disability|wheelchair|cane|hearing aids?|cochlear|prosthesis|stoma|pump|neurologist|cardiologist|doctor|obgyn|midwife|menopause|perimenopause|hot flashes|transplant|dialysis|kidney|heart|stroke|concussion)\b",
            "own health",
        ),
        (
            "diagnosed",
            1,
            r"\bi (?:was|got|am|have been|am being|just got|finally got|was finally|was just)\b.{0,20}\b(?P<a>diagnosed|hospitalized|hospitalised|pregnant|disabled|autistic|bipolar|sober|in remission|deaf|admitted|inpatient)\b",
            "own health",
        ),
        (
            "im",
            1,
            r"\b(?:i'm|im|i am|been|as an?|being)\b.{0,20}\b(?P<a>pregnant|sober|autistic|disabled|bipolar|adhd|dyslexic|neurodivergent|depressed|chronically ill|in remission|in recovery|weeks along|deaf|diabetic|epileptic|celiac|asthmatic)\b",
            "own health",
        ),
        (
            "i-take",
            1,
            r"\bi (?:take|started|went on|tapered|am on|was on|got off|stopped)\b.{0,15}\b(?P<a>{DRUG}|meds|medication|insulin|estrogen|hrt|statin|chemo)\b",
            "own health",
        ),
        (
            "family",
            1,
            r"\bmy (?:{KIN}|aunt|uncle|cousin|twin|grandma|grandpa|grandmother|grandfather|nana|in-laws?|mother-in-law|father-in-law)(?:'s)?\b.{0,40}\b(?P<a>cancer|chemo|diagnosis|diagnosed|dementia|alzheimer's|parkinson's|hospital|hospice|surgery|stroke|autism|autistic|adhd|depression|rehab|sober|icu|nicu|biopsy|insulin|diabetes|bipolar|heart attack|memory|tumor|dialysis|transplant|overdose|overdosed|asthma|epilepsy|seizure|seizures|treatment|therapist|therapy|leukemia|remission|iep|als|ms)\b",
            "family health",
        ),
        (
            "sober",
            1,
            r"\b(?P<a>day|days|month|months|year|years|yrs) (?:sober|clean|cancer[- ]free|in remission|in recovery|seizure[- ]free|off)\b",
            "own health",
        ),
        (
            "illness",
            1,
            r"\b(?P<a>miscarriage|miscarried|chemo|mastectomy|lumpectomy|infusion|biopsy|mammogram|hysterectomy|ivf|trimester|ultrasound|c-section|long covid|chronic illness|chronic pain|fibromyalgia|remission|hospice|flare|flare-up)\b",
            "health",
        ),
        (
            "i-went",
            1,
            r"\bi (?:go|went|see|saw|cried|cry|sat)\b.{0,25}\b(?P<a>to therapy|in therapy|therapy|in my session|therapist|to meetings|aa|na|al-anon)\b",
            "own therapy",
        ),
    ),
    Protected.WHISTLE: rules(
        (
            "filed",
            1,
            r"\b(?P<a>filed|file|filing|lodged|submitted|reported|reporting|report|complained|complaint|complaints|testified|disclosed)\b.{0,50}\b(?:board|osha|state|eeoc|nlrb|inspector|ombudsman|attorney general|ag's office|regulator|regulators|licensing|labor department|department of labor|hhs|ocr|dea|fda|medicaid|medicare|auditor|hotline|surveyor|agency|cps|authorities|sheriff|complaint|human rights commission|health department|fraud)\b",
            "a report to an authority",
        ),
        (
            "whistle",
            1,
            r"\b(?P<a>whistleblower|whistle-blower|whistleblowing|whistle|retaliation|retaliated|retaliate|retaliating|qui tam|inspector general|fraud|fraudulent|billing fraud|upcoding|audit|auditors|auditor|surveyors|inspectors|ombudsman)\b",
            "whistle-blowing",
        ),
        (
            "harassment",
            1,
            r"\b(?P<a>harassed|harassment|harassing|discrimination|discriminated|hostile work environment|hr complaint|title ix|eeoc|grievance|grievances)\b",
            "discrimination or harassment",
        ),
        (
            "unlicensed",
            1,
            r"\b(?P<a>unlicensed|falsified|falsify|falsifying|backdated|backdate|cover-up|forged|kickback|kickbacks)\b",
            "misconduct reported",
        ),
    ),
}


def topics_in(passages: tuple[Passage, ...]) -> tuple[tuple[Protected, ...], tuple[Hit, ...]]:
    """The protected topics in these words, in the order of the enum, and where they were seen."""
    seen: list[Protected] = []
    where: list[Hit] = []
    for topic, table in TOPICS.items():
        hits = [hit for passage in passages for hit in scan(table, passage)]
        if hits:
            seen.append(topic)
            where.extend(hits)
    return tuple(seen), tuple(where)
