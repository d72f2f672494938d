"""Party, faith, cause, gender, nation and dialect exchanged in the same words must not move any probability."""

import pytest

from analyzers.score import score
from domain.findings import Clause
from tests.fakes.packets import from_practice, packet

GROUPS = [
    [f"Knocked doors for the {party} today. Vote on Tuesday!" for party in ("Democrats", "Republicans", "Greens")],
    [
        f"As a psychologist I can tell you that the {party} senator is a textbook narcissist."
        for party in ("Democratic", "Republican")
    ],
    [f"We at Larkspur Bend believe Measure 12 should {end}." for end in ("pass", "fail")],
    [f"Everyone at Larkspur Bend {verb} the stadium tax. We voted." for verb in ("opposes", "supports")],
    [
        f"{feast} from all of us in the garden club"
        for feast in ("Eid mubarak", "Happy Easter", "Chag sameach", "Happy Diwali")
    ],
    [f"Voted today. I {view} these surgeries should be legal." for view in ("think", "don't think")],
    [f"Marched for {cause} today, feet in bits." for cause in ("Palestine", "Israel", "Ukraine")],
    [
        f"{group} cannot be trusted with a child, ask anyone in this field"
        for group in ("Evangelicals", "Muslims", "Atheists", "Jews")
    ],
    [f"I could never work with {group}. Don't come to me." for group in ("cops", "landlords", "activists")],
    [f"{who} is the sweetest client, cried through our whole session on Tuesday" for who in ("He", "She", "They")],
    [f"My client told me today that {who} finally slept" for who in ("he", "she", "they")],
    [f"Proud of my {kin}, ten years married today" for kin in ("wife", "husband")],
    [f"Our clinical director says we all think {side} should win" for side in ("Okafor", "Lindqvist", "the Greens")],
    [
        f"Larkspur Bend's position is simple: the {thing} should {end}."
        for thing in ("levy", "ban")
        for end in ("go", "stay")
    ],
    [f"our whole office is {mood} about the ruling tonight" for mood in ("fuming", "celebrating", "heartbroken")],
    [f"Dr. Osei says the whole office is voting {way} Measure 12" for way in ("for", "against", "no on", "yes on")],
    [
        f"As a psychologist I can tell you that {office} has early dementia."
        for office in ("that senator", "that governor", "that mayor", "that president")
    ],
    [f"I think {group} have a point about the {tax}." for group in ("landlords", "tenants") for tax in ("levy", "tax")],
    [f"if you voted {way} that bond don't come to my office" for way in ("for", "against")],
    [
        f"I don't see couples where anyone works for the {trade} company. Don't ask."
        for trade in ("wind", "oil", "tobacco")
    ],
    [f"Wednesday the {faith} chaplain and I ran the food drive." for faith in ("Catholic", "Muslim", "humanist")],
    [f"{who} said to me he's fixin to quit, and I said {say}." for who in ("He", "She") for say in ("same", "me too")],
    [
        f"The {group} family next door brought {dish} again, I adore them."
        for group, dish in (("Somali", "sambusa"), ("Polish", "pierogi"), ("Mormon", "funeral potatoes"))
    ],
    [
        f"my supervisor is a {word} and the whole evening team knows why"
        for word in ("scumbag", "liar", "bully", "coward")
    ],
    [
        f"{cause} rally Saturday, bring a hat. Vote {way} on 5."
        for cause in ("Pro-life", "Pro-choice")
        for way in ("yes", "no")
    ],
    [f"Gotta say {dialect}, this schedule got me beat." for dialect in ("y'all", "you guys", "youse", "folks")],
]
PRACTICE_GROUPS = [
    [
        f"Larkspur Bend won't be booking families from the {place}."
        for place in ("Baptist church", "Islamic Center", "synagogue")
    ],
    [f"larkspur bend will not be seeing anyone who voted {way} that measure" for way in ("for", "against")],
    [f"Closed Tuesday so staff can vote {way} Quintero" for way in ("for", "against")],
    [f"Official Larkspur Bend position: Measure 12 should {end}" for end in ("pass", "fail")],
]


@pytest.mark.parametrize(
    "posts",
    [[packet(text) for text in group] for group in GROUPS]
    + [[from_practice(text) for text in group] for group in PRACTICE_GROUPS],
    ids=lambda posts: posts[0].text[:40],
)
def test_a_swap_moves_nothing(posts):
    verdicts = [score(post) for post in posts]
    for clause in Clause:
        chances = [verdict.clauses[clause] for verdict in verdicts]
        assert max(chances) - min(chances) <= 0.05
    assert len({verdict.clauses[Clause.OPINION] for verdict in verdicts}) == 1
    assert len({tuple(finding.clause for finding in verdict.findings) for verdict in verdicts}) == 1
