"""What only its author may see goes to its author, once, and to nobody else, whatever is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from collectors.base import Terms
from monitor import alerts, digest
from tests.fakes.practice import GRAVE, practice_on


@pytest.fixture
def practice(sqlite_store, tmp_path):
    made = practice_on(sqlite_store, tmp_path)
    made.store.terms.set({"fake": True})
    return made


def everything_due(practice, days=9):
    for _ in range(days):
        practice.clock.now += timedelta(days=1)
        practice.collect()
        alerts.alert_due(practice.reporting())
        digest.digest_due(practice.reporting())


def test_the_author_hears_once_and_management_of_nothing(practice):
    practice.authorise()
    practice.publish("1", GRAVE)
    everything_due(practice)
    own = [mail for mail in practice.mailer.sent if "for you alone" in mail.subject]
    assert [mail.recipient for mail in own] == ["tess@larkspurbend.example"]
    assert "nobody but you hears of it" in own[0].text
    others = [mail for mail in practice.mailer.sent if mail not in own]
    assert others
    assert all("Dana" not in mail.text + mail.html for mail in practice.mailer.sent)
    assert all("Section 2" not in mail.text and "fake.example/tess/1" not in mail.text for mail in others)
    assert practice.store.findings.authors_alone() == ()


def test_a_second_finding_makes_a_second_notice(practice):
    practice.authorise()
    practice.publish("1", GRAVE)
    everything_due(practice, 2)
    practice.publish("2", GRAVE.replace("Elm", "Oak"))
    everything_due(practice, 2)
    assert len([mail for mail in practice.mailer.sent if "for you alone" in mail.subject]) == 2


def test_the_ceilings_of_the_program_are_the_platforms_terms(practice):
    terms = Terms(
        source="The terms, section 4.",
        keep_text=timedelta(days=3),
        erase_deleted=False,
        refresh_within=timedelta(days=2),
        keep_scores=False,
        author_only=True,
    )
    practice.platform.terms = terms
    ceiling = practice.app().ceilings()["fake"]
    told = {name: getattr(ceiling, name) for name in ceiling.__slots__}
    assert told == {name: getattr(terms, name) for name in told}
    assert replace(terms, note="x").source == ceiling.source
