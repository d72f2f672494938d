import pytest

from analyzers.clauses.testimonials import LICENCES, Bar, judge, rule_for
from analyzers.reading import read
from domain.accounts import Licence
from domain.findings import Severity
from tests.fakes.packets import authorised, from_practice, packet

CURRENT = "If you are one of my clients, please leave a review on Google."
FORMER = "Former clients: would you write a line or two for my testimonials page?"
WORDS = "Shared with signed permission: 'I came in barely eating. A year on I cook for my sister.' (R.)"
B, V, FREE = Bar.BARRED, Bar.VULNERABLE, Bar.OPEN


@pytest.mark.parametrize(
    ("licence", "current", "former"),
    [
        ("psychologist", B, V),
        ("counselor", B, B),
        ("social_worker", B, FREE),
        ("mft", FREE, FREE),
        ("psychiatrist", B, B),
        ("none", B, B),
        ("practice", B, B),
    ],
)
def test_the_table_says_what_the_codes_say(licence, current, former):
    assert (LICENCES[licence].current, LICENCES[licence].former) == (current, former)


def test_every_licence_has_its_row():
    assert set(LICENCES) == {licence.value for licence in Licence} | {"practice"}


@pytest.mark.parametrize(
    ("licence", "text", "severity", "cited"),
    [
        (Licence.PSYCHOLOGIST, CURRENT, Severity.S3, "Standard 5.05 of the APA Ethics Code does not allow"),
        (Licence.PSYCHOLOGIST, FORMER, Severity.S3, "undue influence"),
        (Licence.COUNSELOR, FORMER, Severity.S3, "C.3.b of the ACA Code of Ethics does not allow"),
        (Licence.SOCIAL_WORKER, CURRENT, Severity.S3, "4.07(b) of the NASW Code of Ethics does not allow"),
        (Licence.SOCIAL_WORKER, FORMER, Severity.S2, "4.07(b) of the NASW Code of Ethics has no express bar"),
        (Licence.MFT, CURRENT, Severity.S2, "the AAMFT Code of Ethics has no express bar"),
        (Licence.NONE, CURRENT, Severity.S3, "the practice's policy does not allow"),
    ],
)
def test_severity_and_reason_follow_the_licence(licence, text, severity, cited):
    found = judge(read(packet(text, licence=licence)))
    assert found is not None
    assert (found.score > 0, found.severity) == (True, severity)
    assert cited in found.reason


def test_a_reward_is_barred_for_everybody():
    text = "Clients: leave us a five star Google review and you're entered in the drawing!"
    found = judge(read(packet(text, licence=Licence.MFT)))
    assert found is not None
    assert found.severity is Severity.S3
    assert "16 CFR 465" in found.reason


def test_the_practices_account_is_bound_by_its_strictest_licence():
    assert rule_for(read(from_practice(CURRENT, licence=Licence.MFT))) is LICENCES["practice"]


@pytest.mark.parametrize(
    "text",
    [
        "We will never ask you to leave a review or a star rating.",
        "Please leave a review of my podcast if you liked the episode on sleep.",
        "If we have worked together on a poster, would you write a line or two for the abstract?",
        "Can I ask a happy client for a review? No, never ask a current one.",
        "I love a good review of the literature.",
    ],
)
def test_talk_of_reviews_is_no_asking(text):
    assert judge(read(packet(text))) is None


def test_a_clients_praise_passed_on_goes_to_ethics_review():
    found = judge(read(from_practice(WORDS)))
    assert found is not None
    assert (found.severity, "ethics review" in found.reason) == (Severity.S2, True)


def test_with_the_authorisation_on_the_register_it_is_a_reminder():
    register = authorised("client testimonial, signed authorisation on file")
    found = judge(read(from_practice(WORDS, register=register)))
    assert found is not None
    assert found.severity is Severity.S1


def test_a_quotation_alone_is_no_testimonial():
    assert judge(read(packet("'I contain multitudes and most of them want a nap.' Whitman, more or less"))) is None
