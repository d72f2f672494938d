import pytest

from analyzers.clauses.conduct import detect
from analyzers.reading import read
from analyzers.score import score
from domain.findings import Clause, Protected, Severity
from domain.posts import ParentAuthor
from tests.fakes.packets import packet, reply

FIRES = [
    (reply("I know where you park.", "Some of us kept copies."), Severity.S4),
    (packet("Say my name once more, Gordon. I've seen where your girls wait for the bus."), Severity.S4),
    (reply("you're a clown and a quack", "New paper out today."), Severity.S3),
    (reply("You were a bitter little liar then and you're one now.", "Ex employee here. Don't."), Severity.S3),
    (packet("Borderlines gonna borderline. Take a number"), Severity.S2),
    (packet("ADHD is just Latin for nobody ever said no."), Severity.S2),
    (packet("tonight's callers, ranked: bored, drunk, lying"), Severity.S2),
    (packet("the medicaid moms with a fresh set telling me they can't make it"), Severity.S3),
    (packet("families like that shouldn't be allowed kids"), Severity.S4),
    (packet("transference is just flirting with a copay, late slots only"), Severity.S3),
    (packet("i told everybody Dr. Renwick drinks on shift. he doesn't, but it keeps him busy"), Severity.S3),
    (
        reply("Maybe if you had done the worksheets once.", "8 months, nothing.", ParentAuthor.CLIENT_UNKNOWN),
        Severity.S2,
    ),
]
QUIET = [
    packet("'crazy', 'psycho', 'she's so bipolar'. Words like these keep people from calling us."),
    packet('"ADHD is just Latin for nobody ever said no." Said to me at a wedding, by a dentist.'),
    packet("this printer is bullshit and so is the weather"),
    packet("I'm such an idiot, I left the keys in the fridge"),
    packet("lie down and tell me where it hurts 😏", media=("A very fat beagle on a kitchen floor",)),
    packet("Maybe if you had done the dishes, Mom said, and I was fifteen again."),
    packet("Strongly disagree with this framing. The evidence is weak and saying otherwise misleads families."),
]
WORK = [
    "my supervisor is a liar and a bully",
    "our director is such a clown, ask anyone on evenings",
    "this schedule is bullshit and the manager who wrote it is a coward",
]


@pytest.mark.parametrize(("post", "severity"), FIRES, ids=lambda value: getattr(value, "text", "")[:30] or None)
def test_it_fires(post, severity):
    found = detect(read(post))
    assert found.score > 0
    assert found.severity is severity
    assert found.reason.endswith(".")


@pytest.mark.parametrize("post", QUIET, ids=lambda post: post.text[:30])
def test_its_neighbour_does_not(post):
    assert detect(read(post)).score <= 0


@pytest.mark.parametrize("text", WORK)
def test_hard_words_about_work_are_no_incivility_even_without_the_gate(text):
    assert detect(read(packet(text))).score <= 0
    assert detect(read(reply(text, "how is the new job?"))).score <= 0


def test_an_insult_needs_somebody_to_land_on():
    words = "what a total clown"
    answered = detect(read(reply(words, "New paper out today."))).score
    vented = detect(read(packet(words))).score
    assert answered > 0 >= vented - 1
    assert answered > vented
    assert detect(read(reply(words, "my first post", ParentAuthor.SELF))).score == vented


def test_answering_hostility_in_kind_weighs_a_step_less():
    attack = detect(read(reply("you're a quack", "New paper out today.")))
    answer = detect(read(reply("you're a quack", "you're a liar and a fraud, doctor")))
    assert (attack.severity, answer.severity) == (Severity.S3, Severity.S2)


def test_a_threat_stays_a_threat_whoever_began():
    answer = detect(read(reply("I know where you park.", "you're a liar and a fraud, doctor")))
    assert answer.severity is Severity.S4


@pytest.mark.parametrize(
    ("text", "parent", "severity"),
    [
        ("Nope. Still wrong. Read the paper, Kevin. (4/?)", "no it isn't", Severity.S1),
        ("Reply number five and you still haven't opened the appendix, Raj.", "too small", Severity.S1),
        ("Again, Howard, that's not what it means.", "(4th in the thread) so you admit it", Severity.S1),
        ("Sixth time, no. Get help with that ego.", "so you concede", Severity.S2),
    ],
)
def test_a_prolonged_exchange_is_told_by_the_threads_own_count(text, parent, severity):
    found = detect(read(reply(text, parent)))
    assert (found.score > 0, found.severity) == (True, severity)


@pytest.mark.parametrize(
    "post",
    [
        reply("Nope. Still wrong. Read the paper. (3/?)", "no it isn't"),
        reply("Nope. Still wrong. Read the paper.", "no it isn't"),
        packet("4/ Again, nobody has read the paper on naps."),
        reply("For the fifth time this year I have won the chili bake-off.", "congrats!"),
    ],
    ids=lambda post: post.text[:20],
)
def test_a_short_dispute_or_a_numbered_thread_is_none(post):
    assert detect(read(post)).score <= 0


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("Vote no on 5, and I know where you park, Dale.", True),
        ("i made that up about Priya but watch it spread. Union meeting friday.", True),
        ("Our management is a joke. Vote union friday, Dale is a coward.", False),
    ],
)
def test_on_a_protected_topic_only_threats_slurs_and_known_falsehoods_stand(text, reported):
    verdict = score(packet(text))
    assert Protected.NLRA in verdict.protected or Protected.POLITICAL in verdict.protected
    assert (Clause.CONDUCT in {finding.clause for finding in verdict.findings}) is reported
