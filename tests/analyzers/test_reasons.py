from dataclasses import replace
from datetime import date

import pytest

from analyzers.patterns import load_rules
from analyzers.reading import read
from analyzers.reasons import LONGEST, reason_of
from analyzers.registry import detectors
from domain.findings import Clause, Register, Severity, Span
from domain.posts import ParentAuthor
from tests.fakes.listener import QUIET
from tests.fakes.packets import authorised, from_practice, packet, reply

CLIENT = replace(QUIET, client=0.99)
SURE = replace(CLIENT, grave=dict.fromkeys(Clause, 0.99), critical=0.99)
ALONE = "; the local model noticed it, no rule did."


def silent(clause, reading):
    """What the rules answer where none of them speaks."""
    return replace(detectors()[clause](reading), score=-1.0, evidence=(), reason="", severity=Severity.S0)


def heard(clause, post, probabilities=QUIET, spans=()):
    reading = read(post)
    return reason_of(clause, reading, silent(clause, reading), probabilities, spans)


def test_where_a_rule_reports_its_own_words_stand():
    reading = read(packet("my 4pm cancelled for the 3rd time w the same 'migraine'"))
    detection = detectors()[Clause.CONFIDENTIALITY](reading)
    for probabilities in (None, QUIET):
        assert reason_of(Clause.CONFIDENTIALITY, reading, detection, probabilities) == detection.reason


def test_what_makes_it_critical_is_told_beside_the_rules_words():
    reading = read(reply("that's depression. rest.", "i can't get up, on lexapro since june"))
    detection = detectors()[Clause.THERAPEUTIC](reading)
    assert detection.reason
    said = reason_of(Clause.THERAPEUTIC, reading, replace(detection, severity=Severity.S3), SURE)
    assert said == f"{detection.reason.removesuffix('.')}; it is about medication."


def test_the_rules_words_are_kept_short_enough():
    reading = read(packet("a retired lighthouse keeper, 91, whose twin drowned in the ferry accident"))
    long = f"The post speaks of a client; with {'an unusual job, ' * 20}it may single out one person."
    detection = replace(detectors()[Clause.CONFIDENTIALITY](reading), score=1.0, severity=Severity.S3, reason=long)
    spoken = replace(detection, evidence=detectors()[Clause.CONFIDENTIALITY](read(packet("my client cried"))).evidence)
    said = reason_of(Clause.CONFIDENTIALITY, reading, spoken, QUIET)
    assert said.startswith("The post speaks of a client; an unusual job, ")
    assert len(said) <= LONGEST


@pytest.mark.parametrize(
    ("clause", "post", "told"),
    [
        (Clause.SEPARATION, packet("Dms open to reschedule"), "takes bookings or enquiries for the practice"),
        (Clause.SEPARATION, packet("so it goes"), "speaks or acts for the practice"),
        (Clause.CONFIDENTIALITY, packet("my couples are so tired"), "speaks of several people in the author's care"),
        (Clause.CONFIDENTIALITY, packet("dr k's 2pm is back"), "tells of whoever holds an appointment"),
        (Clause.CONFIDENTIALITY, packet("You know who you are."), "speaks to one person, who will know"),
        (Clause.CONFIDENTIALITY, packet("Tough one today."), "hints at work with a client and tells nothing of it"),
        (Clause.THERAPEUTIC, packet("breathe for an hour a day"), "gives readers clinical directions"),
        (Clause.THERAPEUTIC, reply("try less of it", "can't sleep"), "gives individual advice to the person answered"),
        (Clause.CONDUCT, packet("sexy freud for halloween"), "sexualises the work"),
        (Clause.CONDUCT, packet("the borderlines again"), "speaks of people in care with contempt"),
        (Clause.CONDUCT, reply("she is a mop with a degree", "Have y'all met Ms. B?"), "attacks or belittles a person"),
        (Clause.CONDUCT, packet("nobody from there can count"), "shows contempt for people"),
        (Clause.CONDUCT, reply("nobody there wants help", "camp input"), "shows contempt for people"),
        (Clause.CONDUCT, packet("i know which garage it is"), "threatens or intimidates somebody"),
        (Clause.THERAPEUTIC, reply("can't do dinner", "dinner?"), "gives individual advice"),
        (Clause.OPINION, packet("I don't test kids who sue"), "refuses to serve a group"),
        (Clause.CONFIDENTIALITY, packet("half my list is tired"), "speaks of several people"),
        (Clause.ENDORSEMENT, packet("a five star review online helps"), "asks for reviews or testimonials"),
        (Clause.OPINION, packet("I don't see gun people"), "refuses to serve a group"),
        (Clause.OPINION, packet("that governor has alzheimer's"), "gives a diagnosis of somebody never examined"),
        (Clause.OPINION, packet("staying is worse"), "gives an opinion as clinical fact"),
        (Clause.OPINION, from_practice("bring your conscience"), "gives a view in the practice's name"),
    ],
)
def test_the_model_alone_is_given_words_for_what_it_hears(clause, post, told):
    said = heard(clause, post)
    noun = "reply" if post.parent else "post"
    assert said.startswith(f"The {noun} reads as if it {told}")
    assert said.endswith(ALONE)
    assert "\n" not in said
    assert said.count(".") == 1


def test_what_stands_beside_the_evidence_is_told_first():
    text = f"You know who you are. {'The bread rose well and the dog slept by the stove. ' * 4}My couples are so tired."
    start = text.index("My couples")
    near = heard(Clause.CONFIDENTIALITY, packet(text), spans=(Span("text", start, len(text), text[start:]),))
    assert "several people" in near
    assert "will know" in heard(Clause.CONFIDENTIALITY, packet(text))


def test_a_picture_that_carries_it_is_named_as_such():
    alt = "Bookcase, a spine reads Wexler"
    shown = heard(Clause.CONFIDENTIALITY, packet("look", media=(alt,)), spans=(Span("media.0.alt", 0, len(alt), alt),))
    assert "shows something of a client in a picture; a name may tell who it is" in shown


def test_whose_words_are_answered_counts():
    words = ("such a good road you took", "five stars")
    client = heard(Clause.CONFIDENTIALITY, reply(*words, ParentAuthor.CLIENT_UNKNOWN), CLIENT)
    assert "treats the person answered as a client" in client
    for post in (reply(*words, ParentAuthor.CLIENT_UNKNOWN), reply(*words, ParentAuthor.OTHER)):
        assert "tells another person of somebody's care" in heard(Clause.CONFIDENTIALITY, post)
    assert "The post reads" in heard(Clause.CONFIDENTIALITY, reply(*words, ParentAuthor.SELF), CLIENT)
    kept = heard(Clause.THERAPEUTIC, reply(*words, ParentAuthor.CLIENT_UNKNOWN), CLIENT)
    assert "keeps up treatment or contact; the person answered may be a client" in kept


def test_particulars_are_told_as_kinds_and_never_quoted():
    said = heard(Clause.CONFIDENTIALITY, packet("a retired lighthouse keeper, 91, lost his twin in the ferry accident"))
    assert "an unusual job" in said
    assert "may tell who it is" in said
    for word in ("lighthouse", "91", "twin", "ferry"):
        assert word not in said


@pytest.mark.parametrize(
    ("register", "told"),
    [
        (None, "whether the practice has authorised it is not known"),
        (Register(), "the practice has not authorised it"),
        (authorised("Brambly planners", last=date(2026, 1, 1)), "the practice's authorisation has ended"),
        (authorised("Brambly planners", first=date(2027, 1, 1)), "the practice's authorisation has not begun"),
        (authorised("Brambly planners"), "the practice has authorised it"),
    ],
)
def test_the_register_is_told_beside_a_promotion(register, told):
    said = heard(Clause.ENDORSEMENT, packet("brambly planners for every kid, thx for the crate", register=register))
    assert f"shows a gift of a firm; {told} and a benefit is not disclosed clearly" in said


def test_whether_the_register_lets_the_author_speak_is_told():
    lets = "the register lets the author speak for it"
    assert "the register does not let the author speak for it" in heard(Clause.SEPARATION, packet("so it goes"))
    spoken = packet("so it goes", register=Register(speakers=("licensed professional counselor",)))
    assert lets in heard(Clause.SEPARATION, spoken)
    assert "register" not in heard(Clause.SEPARATION, packet("so it goes", register=None))


def test_a_profile_that_wears_the_practices_name_is_told():
    said = heard(Clause.SEPARATION, packet("new grid", bio="Larkspur Bend, healing by the sea"))
    assert "comes from the practice, whose name the profile carries" in said


def test_what_makes_it_critical_is_told_where_the_model_is_alone():
    said = heard(Clause.CONFIDENTIALITY, packet("so glad that Deshawn kept his sobriety"), SURE)
    assert "; somebody is named, with health content; " in said
    assert "Deshawn" not in said


@pytest.mark.parametrize("clause", Clause)
def test_every_sentence_is_short_and_whole(clause):
    text = (
        "My client, a retired lighthouse keeper aged 91 with a twin, was at Elm Street hospital on Tuesday at 4 pm and "
        "told me about the overdose; we all at Larkspur Bend are sorry, use code TESS15 and leave a review, you fraud"
    )
    for post in (packet(text), from_practice(text), reply(text, "my meds", ParentAuthor.CLIENT_UNKNOWN)):
        reading = read(post)
        for detection in (silent(clause, reading), detectors()[clause](reading)):
            for probabilities in (QUIET, SURE):
                said = reason_of(clause, reading, detection, probabilities)
                assert len(said) <= LONGEST
                assert said.startswith(("The post ", "The reply "))
                assert said.endswith(".")
                assert "; ;" not in said


def test_every_rule_completes_the_sentence():
    for table in load_rules("reasons").values():
        for rule in table:
            assert rule.says.split()[0].endswith("s")
            assert rule.weight > 0
