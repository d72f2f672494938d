import pytest

from analyzers.clauses.opinion import detect
from analyzers.reading import read
from analyzers.score import score
from domain.accounts import Licence
from domain.findings import Clause, Register, Severity
from tests.fakes.packets import from_practice, packet

FIRES = [
    (packet("We at Larkspur Bend believe Measure 12 is wrong. Vote no."), Severity.S2),
    (packet("Our clinical director says we all think the board should resign."), Severity.S2),
    (packet("Dr. Osei says the whole office is voting Tate for sheriff"), Severity.S2),
    (packet("Larkspur Bend's position is simple: exit exams should go."), Severity.S2),
    (packet("our whole office is fuming about the ruling tonight"), Severity.S1),
    (packet("As a psychologist I can tell you that senator is a textbook narcissist."), Severity.S2),
    (packet("That streamer has ADHD, I've diagnosed hundreds."), Severity.S2),
    (packet("Honestly meds are way overprescribed and most of you don't need them"), Severity.S2),
    (packet("I could never work with cops. Don't come to me."), Severity.S2),
    (packet("I don't see couples where anyone works for the wind company. Don't ask."), Severity.S2),
    (from_practice("Larkspur Bend won't be booking families who signed the petition."), Severity.S3),
]
QUIET = [
    packet("I think the non-competes are wrong and the state should ban them."),
    packet("Unpopular opinion: pineapple on pizza is fine. As an LPC I will not be taking questions"),
    packet("Larkspur Bend takes no position on Measure 4. We take everybody on Tuesdays."),
    packet("Stop diagnosing strangers on TV. As a psychologist I can't diagnose a senator."),
    packet("Larkspur Bend's sign is back up after the storm."),
    packet("I don't treat eating disorders, I'm not trained for it, happy to refer."),
    packet("My site has a page on what I don't treat, a map, and a photograph."),
    packet("In my view meds are overprescribed, though research is mixed."),
    packet("if you voted for that bond don't come to my cookout"),
    from_practice("We at Larkspur Bend believe care should be within reach of everybody."),
]


@pytest.mark.parametrize(("post", "severity"), FIRES, ids=lambda value: getattr(value, "text", "")[:30] or None)
def test_it_fires(post, severity):
    verdict = score(post)
    found = {finding.clause: finding for finding in verdict.findings}
    assert found[Clause.OPINION].severity is severity
    assert found[Clause.OPINION].reason.endswith(".")


@pytest.mark.parametrize("post", QUIET, ids=lambda post: post.text[:30])
def test_its_neighbour_does_not(post):
    assert Clause.OPINION not in {finding.clause for finding in score(post).findings}


@pytest.mark.parametrize(
    ("mine", "ours"),
    [
        ("I believe Measure 12 is wrong. Vote no.", "We at Larkspur Bend believe Measure 12 is wrong. Vote no."),
        ("I oppose exit exams.", "Everyone at Larkspur Bend opposes exit exams."),
    ],
)
def test_the_attribution_is_the_fault_and_never_the_view(mine, ours):
    assert detect(read(packet(mine))).score <= 0 < detect(read(packet(ours))).score


def test_an_authorised_speaker_may_give_the_practices_view():
    text = "Everyone at Larkspur Bend opposes exit exams. Moira Teale"
    assert detect(read(packet(text, register=Register(speakers=("Moira Teale",))))).score <= 0


def test_a_flat_claim_needs_a_licence_behind_it():
    text = "Honestly meds are way overprescribed and most of you don't need them"
    assert detect(read(packet(text, licence=Licence.NONE, role="receptionist"))).score <= 0


def test_no_reason_names_a_topic_or_a_side():
    said = {score(post).findings[-1].reason for post, _ in FIRES}
    assert not any(word in reason for reason in said for word in ("Measure", "Tate", "cops", "exams", "senator"))
