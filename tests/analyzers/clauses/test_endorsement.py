from datetime import UTC, date, datetime

import pytest

from analyzers.clauses.endorsement import _severity, detect
from analyzers.reading import read
from domain.findings import Severity
from tests.fakes.packets import authorised, from_practice, packet

POST = "My Grief Workbook for Teens is out today, buy it from my shop! I earn royalties #ad"
DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def score(post):
    return detect(read(post)).score


@pytest.mark.parametrize(
    ("known", "benefit", "told", "proof", "expected"),
    [
        (True, False, False, False, Severity.S1),
        (True, True, False, False, Severity.S2),
        (False, False, False, False, Severity.S2),
        (False, True, True, False, Severity.S2),
        (False, True, False, False, Severity.S3),
        (False, True, True, True, Severity.S3),
        (False, True, False, True, Severity.S3),
    ],
)
def test_severity_follows_the_policys_table(known, benefit, told, proof, expected):
    assert _severity(authorised=known, benefit=benefit, disclosed=told, proof=proof) is expected


@pytest.mark.parametrize(
    ("first", "last", "stands"),
    [
        (date(2026, 3, 1), date(2026, 3, 1), True),
        (None, date(2026, 3, 1), True),
        (date(2026, 3, 1), None, True),
        (None, date(2026, 2, 28), False),
        (date(2026, 3, 2), None, False),
    ],
)
def test_an_authorisation_stands_on_its_days_alone(first, last, stands):
    post = packet(POST, register=authorised("Grief Workbook for Teens", first, last), created=DAY)
    assert (score(post) <= 0) is stands


def test_an_authorised_item_without_a_told_benefit_is_still_shown():
    hidden = "My Grief Workbook for Teens is out today! use my code TESS15 at my shop, buy it"
    post = packet(hidden, register=authorised("Grief Workbook for Teens"))
    assert detect(read(post)).score > 0
    assert detect(read(post)).severity is Severity.S2


def test_another_item_on_the_register_helps_nothing():
    assert score(packet(POST, register=authorised("Sleep course"))) > 0


def test_an_unknown_register_is_said():
    assert detect(read(packet(POST, register=None))).needs_context == ("register",)


def test_asking_clients_for_reviews_is_serious():
    found = detect(
        read(from_practice("Past + current clients: a 5 star google review would mean the world, $10 coffee card!"))
    )
    assert found.score > 0
    assert found.severity is Severity.S3


@pytest.mark.parametrize(
    "text",
    [
        "Save this: call or text 988, any hour. Free.",
        "I would not use any app that sells mood data. Read the privacy policy first.",
        "We will never ask you to leave a review or a star rating.",
    ],
)
def test_warnings_and_public_help_are_fine(text):
    assert score(packet(text)) <= 0


def test_the_practices_own_service_is_fine():
    assert score(from_practice("Our Tuesday DBT skills group has 2 spots. Register on our site.")) <= 0
