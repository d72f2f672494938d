from datetime import date

import pytest

from analyzers.clauses.separation import detect
from analyzers.reading import read
from analyzers.score import score
from domain.findings import Clause, Register, Severity
from domain.posts import ParentAuthor
from tests.fakes.packets import from_practice, packet, reply

ASKS = "does larkspur bend have anything this week for my husband?"
FIRES = [
    (packet("On behalf of everyone at Larkspur Bend, all appointments will be honored tomorrow"), Severity.S2),
    (packet("Statement from Larkspur Bend: the office is closed today"), Severity.S2),
    (packet("Larkspur Bend regrets the error on the June bills."), Severity.S2),
    (reply("hey! yes we do take that plan, i can get you on the list just msg me here", ASKS), Severity.S2),
    (reply("Friday at 2 is yours!", ASKS), Severity.S2),
    (reply("my paypal is quickest, i'll mark it off", ASKS), Severity.S3),
    (packet("Official page of Larkspur Bend, run by me! DM here to book your intake"), Severity.S3),
    (packet("Larkspur Bend has openings, message me your insurance card and date of birth"), Severity.S3),
    (packet("new here", media=("Avatar: the Larkspur Bend logo on green",)), Severity.S1),
    (packet("we're hiring!! i do the first round so dm me your resume"), Severity.S1),
    (packet("", bio="Display name 'Larkspur Bend Counseling | Jo'"), Severity.S1),
]
QUIET = [
    packet("Proud of my team at Larkspur Bend today."),
    packet("Larkspur Bend is hiring. Apply on the careers page, I'm not part of the process."),
    packet("Larkspur Bend has openings, the form's on the website, please don't message me your insurance card"),
    packet("new here", media=("A kayak; the profile line says she works at Larkspur Bend",)),
    reply("Friday at 2 is yours!", "who wants my concert ticket"),
    from_practice("On behalf of everyone at Larkspur Bend, we're sorry about the outage."),
]
SPEECH = "On behalf of everyone at Larkspur Bend: the office is shut today. Moira Teale"
STILL = "Still seeing folks out of the Larkspur Bend office on Tuesdays"


@pytest.mark.parametrize(("post", "severity"), FIRES, ids=lambda value: getattr(value, "text", "")[:30] or None)
def test_it_fires(post, severity):
    found = detect(read(post))
    assert found.score > 0
    assert found.severity is severity
    assert found.reason.endswith(".")


@pytest.mark.parametrize("post", QUIET, ids=lambda post: post.text[:30])
def test_its_neighbour_does_not(post):
    assert detect(read(post)).score <= 0


def test_an_authorised_speaker_may_speak_for_the_practice():
    assert detect(read(packet(SPEECH))).score > 0
    assert detect(read(packet(SPEECH, register=Register(speakers=("Moira Teale",))))).score <= 0


def test_no_speaker_may_take_the_practices_money():
    text = "August slots at Larkspur Bend: venmo me the deposit. Moira Teale"
    assert detect(read(packet(text, register=Register(speakers=("Moira Teale",))))).score > 0


def test_without_a_register_authority_is_not_guessed():
    verdict = score(packet(SPEECH, register=None))
    assert [finding for finding in verdict.findings if finding.clause is Clause.SEPARATION] == []
    assert verdict.needs_context == ("register",)


def test_what_no_authority_covers_needs_no_register():
    found = detect(read(packet("Venmo me the $40 copay for Larkspur Bend", register=None)))
    assert (found.score > 0, found.needs_context) == (True, ())


def test_an_affiliation_that_ended_weighs_and_the_reason_asks_for_the_dates():
    left = detect(read(packet(STILL, affiliation=(None, date(2025, 5, 1)))))
    here = detect(read(packet(STILL, affiliation=(date(2020, 1, 1), None))))
    assert left.score > 0 > here.score
    assert (left.severity, left.needs_context) == (Severity.S2, ())
    assert "check the dates" in left.reason


@pytest.mark.parametrize("text", [STILL, SPEECH, "We take that plan, I can get you on the list."])
def test_before_the_first_day_nothing_is_a_matter_of_clause_1(text):
    assert detect(read(packet(text, affiliation=(date(2026, 9, 1), None)))).score <= 0


@pytest.mark.parametrize(
    "text",
    [
        "We take that plan, I can get you on the list. New office on Elm.",
        "I left Larkspur Bend in spring and still miss the fern.",
        "22 years of Larkspur Bend and I still reach for the stapler.",
    ],
)
def test_after_the_last_day_only_a_claim_to_be_there_counts(text):
    assert detect(read(packet(text, affiliation=(None, date(2025, 5, 1))))).score <= 0


def test_a_former_person_who_answers_for_the_practice_claims_to_be_there():
    post = reply("Pop me a message hon, I'll squeeze her in", ASKS, affiliation=(None, date(2025, 5, 1)))
    assert detect(read(post)).score > 0


def test_a_profile_line_with_an_end_asks_for_the_register():
    found = detect(
        read(packet("Fall groups at Larkspur Bend filling fast", bio="LPC. Larkspur Bend 2019 to Feb 2025."))
    )
    assert found.needs_context == ("affiliation",)


def test_ones_own_question_is_no_question_to_the_practice():
    alone = reply("Friday at 2 is yours!", ASKS, ParentAuthor.SELF)
    assert detect(read(alone)).score <= 0


@pytest.mark.parametrize(
    "words",
    [
        *(post.text for post, _ in FIRES if post.text and not post.parent and not post.media),
        "Larkspur Bend believes that everyone should vote for measure 7.",
        "Here at Larkspur Bend we oppose the new bypass.",
    ],
)
def test_the_words_of_a_picture_count_as_the_posts_own_do(words):
    there = detect(read(packet(words)))
    for text in ("", "New picture!"):
        found = detect(read(packet(text, media=("A kayak.", words))))
        assert found.score > 0
        assert (found.severity, found.stands) == (there.severity, there.stands)
        assert {hit.span.field for hit in found.evidence} == {"media.1.alt"}


def test_a_profile_without_a_post_is_read_as_words_are():
    for post, severity in FIRES:
        if post.text and not post.parent and not post.media:
            found = detect(read(packet("", bio=post.text)))
            assert found.score > 0
            assert found.severity is severity


@pytest.mark.parametrize(
    ("line", "fires"),
    [
        ("Display name: Larkspur Bend Counseling | Jo\nhealing happens here", True),
        ("Display name: Jo\nCounselor\nProfile picture: the logo of Larkspur Bend", True),
        ("Display name: Jo | Larkspur Bend\nLPC", False),
        ("Display name: Jo\nCounselor\nProfile picture: Jo at the Larkspur Bend garden", False),
    ],
)
def test_a_face_that_is_the_practices_fires_and_a_place_of_work_does_not(line, fires):
    assert (detect(read(packet("", bio=line))).score > 0) is fires


def test_a_finding_on_a_profile_speaks_of_the_profile():
    assert detect(read(packet("", bio="Official page of Larkspur Bend"))).reason.startswith("The profile ")
    assert detect(read(packet("Official page of Larkspur Bend", bio="LPC"))).reason.startswith("The post ")
