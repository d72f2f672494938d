from datetime import UTC, date, datetime

import pytest

from analyzers.clauses.endorsement import STEPS, Authority, Disclosure, detect, disclosure, standing
from analyzers.reading import Weighing, read
from domain.findings import Severity
from tests.fakes.packets import authorised, from_practice, packet

POST = "My Grief Workbook for Teens is out today, buy it from my shop! I earn royalties #ad"
HIDDEN = "My Grief Workbook for Teens is out today! use my code TESS15 at my shop, buy it"
DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENDED, AHEAD = date(2026, 2, 28), date(2026, 3, 2)


def score(post):
    return detect(read(post)).score


@pytest.mark.parametrize(
    ("authority", "told", "step"),
    [
        (Authority.STANDS, Disclosure.NO_BENEFIT, 0),
        (Authority.STANDS, Disclosure.CLEAR, 0),
        (Authority.STANDS, Disclosure.HIDDEN, 2),
        (Authority.ABSENT, Disclosure.NO_BENEFIT, 2),
        (Authority.ABSENT, Disclosure.CLEAR, 2),
        (Authority.ABSENT, Disclosure.HIDDEN, 3),
        (Authority.ENDED, Disclosure.CLEAR, 1),
        (Authority.NOT_BEGUN, Disclosure.CLEAR, 1),
        (Authority.UNKNOWN, Disclosure.CLEAR, 0),
        (Authority.UNKNOWN, Disclosure.HIDDEN, 2),
    ],
)
def test_the_table_of_the_policy(authority, told, step):
    assert STEPS[authority][told] == step


def test_the_table_is_whole():
    assert all(set(STEPS[authority]) == set(Disclosure) for authority in Authority)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 3, 1), date(2026, 3, 1), Authority.STANDS),
        (None, date(2026, 3, 1), Authority.STANDS),
        (date(2026, 3, 1), None, Authority.STANDS),
        (None, ENDED, Authority.ENDED),
        (AHEAD, None, Authority.NOT_BEGUN),
    ],
)
def test_an_authorisation_stands_on_its_days_alone(first, last, expected):
    post = packet(POST, register=authorised("Grief Workbook for Teens", first, last), created=DAY)
    assert standing(read(post)).authority is expected
    assert (score(post) <= 0) is (expected is Authority.STANDS)


def test_the_reason_tells_both_answers_apart():
    reasons = {
        "fine but hidden": detect(read(packet(HIDDEN, register=authorised("Grief Workbook for Teens")))),
        "told but not authorised": detect(read(packet(POST))),
        "neither": detect(read(packet(HIDDEN))),
    }
    assert {name: found.severity for name, found in reasons.items()} == {
        "fine but hidden": Severity.S2,
        "told but not authorised": Severity.S2,
        "neither": Severity.S3,
    }
    assert "has authorised it; a benefit is not disclosed" in reasons["fine but hidden"].reason
    assert "has not authorised it; the benefit is disclosed" in reasons["told but not authorised"].reason
    assert "has not authorised it; a benefit is not disclosed" in reasons["neither"].reason


@pytest.mark.parametrize(
    ("first", "last", "said"), [(None, ENDED, "ended on 28 February 2026"), (AHEAD, None, "begins on 2 March 2026")]
)
def test_outside_its_window_a_disclosed_endorsement_is_a_reminder(first, last, said):
    register = authorised("Grief Workbook for Teens", first, last)
    found = detect(read(packet(POST, register=register, created=DAY)))
    assert (found.score > 0, found.severity) == (True, Severity.S1)
    assert said in found.reason


def test_an_undisclosed_one_is_more_than_a_reminder_there():
    register = authorised("Grief Workbook for Teens", None, ENDED)
    assert detect(read(packet(HIDDEN, register=register, created=DAY))).severity is Severity.S2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("new planner #ad", Disclosure.CLEAR),
        ("new planner, I'm paid per box", Disclosure.CLEAR),
        ("new planner #spon", Disclosure.WEAK),
        ("new planner, thx for the box!!", Disclosure.WEAK),
        ("new planner, use code TESS15", Disclosure.HIDDEN),
        ("new planner", Disclosure.NO_BENEFIT),
    ],
)
def test_what_is_told_of_a_benefit(text, expected):
    assert disclosure(read(packet(text)), Weighing(())) is expected


def test_a_profile_line_discloses_nothing():
    post = packet("use code TESS15 at my shop", bio="LPC. Paid partner of Calm Petal #ad")
    assert disclosure(read(post), Weighing(())) is Disclosure.HIDDEN


def test_remarks_behind_an_entrys_name_do_not_count():
    assert score(packet(POST, register=authorised("Grief Workbooks (own publication, royalty disclosed)"))) <= 0


def test_another_item_on_the_register_helps_nothing():
    assert score(packet(POST, register=authorised("Sleep course"))) > 0


def test_without_a_register_a_disclosed_promotion_is_not_judged():
    found = detect(read(packet(POST, register=None)))
    assert (found.score > 0, found.needs_context) == (False, ("register",))


def test_without_a_register_a_hidden_benefit_is_a_fault_either_way():
    found = detect(read(packet(HIDDEN, register=None)))
    assert (found.score > 0, found.severity, found.needs_context) == (True, Severity.S2, ("register",))


def test_asking_clients_for_reviews_is_serious():
    found = detect(
        read(from_practice("Past + current clients: a 5 star google review would mean the world, $10 coffee card!"))
    )
    assert found.score > 0
    assert found.severity is Severity.S3


@pytest.mark.parametrize(
    "text",
    [
        "The planner on my desk: plannerfirm.example/?ref=ep41",
        "Only program I'd trust: Quillfern Wellness. Sign up, there is no better place.",
        "Honored to be an ambassador for Corvane Telehealth. Join me.",
        "20% off with SLEEPMD, buy it today",
    ],
)
def test_it_fires(text):
    assert score(packet(text)) > 0


@pytest.mark.parametrize(
    "text",
    [
        "Save this: call or text 988, any hour. Free.",
        "I would not use any app that sells mood data. Read the privacy policy first.",
        "We will never ask you to leave a review or a star rating.",
        "My new book has a chapter on this, and my mother has already found a typo.",
        "Sharing because my workplace is hiring another LCSW, apply on the site by Friday.",
        "Voting for the school counselors' candidate, join us at the rally on Friday.",
        "Proud to wear the button, vote YES for our union friday. Join us!",
        "Reading list for new parents: three library books about sleep.",
    ],
)
def test_what_is_no_endorsement(text):
    assert score(packet(text)) <= 0


def test_the_practices_own_service_is_fine():
    assert score(from_practice("Our Tuesday DBT skills group has 2 spots. Register on our site.")) <= 0


def test_a_gift_to_the_practice_is_its_gain():
    assert score(from_practice("our therapists LOVE this coffee, thx for the free case!!")) > 0
