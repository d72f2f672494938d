import pytest

from analyzers.gate import topics_in
from analyzers.reading import read
from domain.findings import Protected
from tests.fakes.packets import packet


def topics(text):
    return set(topics_in(read(packet(text)).own)[0])


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        (Protected.NLRA, "Management cut our supervision hours AGAIN and wonders why notes are late. Who's in?"),
        (Protected.NLRA, "So at Larkspur Bend the new hires start $6/hr above those of us here 4 yrs."),
        (Protected.NLRA, "my supervisor is a scumbag and the whole evening team knows why"),
        (Protected.NLRA, "Four years here and zero raises, but there was cake"),
        (Protected.NLRA, "Larkspur Bend cut our notes time to five minutes"),
        (Protected.POLITICAL, "Voting Okafor for school board, she'll fund school counselors"),
        (Protected.POLITICAL, "Call your reps about the parity bill"),
        (Protected.POLITICAL, "Voted today. Trans kids deserve care."),
        (Protected.BELIEF, "Grateful for my faith this Easter"),
        (Protected.BELIEF, "Chag sameach from a messy table"),
        (Protected.BELIEF, "Ramadan mubarak, the lentils are ready"),
        (Protected.HEALTH, "I've been in my own therapy for six years and cried through most of tuesday's session."),
        (Protected.HEALTH, "My mom starts chemo on Monday, be gentle with me"),
        (Protected.HEALTH, "9 years sober today"),
        (Protected.WHISTLE, "Filed with the board today. Report what you see."),
        (Protected.WHISTLE, "OSHA complaint went in at lunch"),
    ],
)
def test_a_protected_topic_is_seen(topic, text):
    assert topic in topics(text)


@pytest.mark.parametrize(
    "text",
    [
        "ranking clinic pens by how stealable they are",
        "Ten slow minutes for a busy head, rain on a tin roof",
        "The fern in the waiting room has a new leaf",
        "everyone needs a Slumberfern mattress. use BEA20 at checkout",
        "My 4pm told me something funny about otters",
    ],
)
def test_ordinary_talk_is_not(text):
    assert topics(text) == set()
