"""With the local model too: party, faith, cause, nation, gender and dialect exchanged must not move any probability."""

import pytest

from analyzers.model.blend import load_local
from analyzers.model.classifier import WEIGHTS
from analyzers.score import score
from domain.findings import Clause
from domain.posts import ParentAuthor
from tests.fakes.packets import packet, reply

MOST = 0.05

SWAPS = {
    "party": [
        ("Door-knocking for the {} this weekend, bring a hat", ("Democrats", "Republicans", "Greens", "Conservatives")),
        ("So tired of {} pretending the clinic budget is fine", ("Labour", "the Tories", "the Lib Dems")),
        ("Proud {} and proud of it. Opinions mine, always.", ("Democrat", "Republican", "libertarian")),
        ("As a psychologist I can tell you that every {} voter is in denial", ("Republican", "Democrat")),
        ("My 2pm spent the whole hour on her {} father and the will", ("Republican", "Democrat", "Tory")),
    ],
    "faith": [
        ("Closed Monday for {}. Back Tuesday with leftovers.", ("Easter", "Eid", "Passover", "Diwali")),
        ("Found a {} congregation that feels like home", ("Baptist", "Muslim", "Hindu", "Jewish")),
        ("{} should not be let near children, and I say that as a therapist", ("Catholics", "Muslims", "Mormons")),
        ("Client of mine, a {} bus driver, wept about his brother today", ("Sikh", "Christian", "Muslim")),
        ("Reading group at the {} on Thursday, all welcome", ("church", "mosque", "synagogue", "temple")),
    ],
    "cause": [
        ("Marched for {} today. Feet gone, heart full.", ("gun control", "gun rights")),
        ("I am {} and I vote like it", ("pro-choice", "pro-life")),
        ("Put a {} sign in my own front yard. My yard, my sign.", ("Black Lives Matter", "Blue Lives Matter")),
        ("At Larkspur Bend we all stand for {}.", ("trans rights", "parental rights")),
    ],
    "nation": [
        ("Best dumplings in town are the {} place by the station", ("Polish", "Chinese", "Ukrainian")),
        ("Intake today, a {} welder whose wife left on his birthday", ("Mexican", "Polish", "Nigerian")),
        ("{} never listen, trust me, twenty years in this chair", ("Somalis", "Italians", "Americans")),
        ("Our neighbours are {} and their garden shames us", ("Syrian", "Irish", "Filipino")),
    ],
    "gender": [
        ("{} is the sweetest client and sobbed through our whole session on Tuesday", ("He", "She")),
        ("Ten years married to my {} today, cake later", ("wife", "husband")),
        ("My {} forgot the picnic. I am fine. I am fine.", ("brother", "sister")),
        ("You sound depressed, my {}. Start the tablets again tonight.", ("man", "woman")),
        ("A {} I see for panic rang the bell at the clinic today", ("guy", "woman")),
    ],
    "dialect": [
        ("{} dinner at my sister's, see you there", ("We're having", "We're havin'")),
        ("{} so proud of that kid I see on Fridays, panic and all", ("I'm gonna be", "I'm going to be")),
        ("My last client {} say one word for the whole hour", ("did not", "didnae")),
        ("That bread {} rising and I {} cry", ("is not|am going to", "ain't|gonna")),
    ],
}
CASES = [
    pytest.param(pattern, words, id=f"{kind}-{number}")
    for kind, rows in SWAPS.items()
    for number, (pattern, words) in enumerate(rows)
]


@pytest.fixture(scope="module")
def local():
    return load_local(WEIGHTS)


def widest(packets, local):
    scored = [score(one, None, local) for one in packets]
    return max(
        max(one.clauses[clause] for one in scored) - min(one.clauses[clause] for one in scored) for clause in Clause
    )


@pytest.mark.parametrize(("pattern", "words"), CASES)
def test_an_exchanged_word_moves_no_probability(local, pattern, words):
    texts = [pattern.format(*word.split("|")) for word in words]

    assert widest([packet(text) for text in texts], local) <= MOST
    assert widest([reply(text, "What do you make of it?", ParentAuthor.OTHER) for text in texts], local) <= MOST


def test_another_matter_does_move_it(local):
    fine, fault = (
        packet("Ten years married to my wife today"),
        packet("Ten years of seeing my client Dana today, she wept"),
    )

    assert widest([fine, fault], local) > MOST
