"""The mail about a danger to life: kind, practical, to one person, and without a word of the post."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.safety import AtRisk, Danger
from reports.mail import as_email
from tests.reports.samples import RENDERER

WHEN = datetime(2026, 11, 1, 20, 15, tzinfo=UTC)
LEAD = "lead@larkspurbend.example"
OWN = Danger(
    key="d" * 64,
    kinds=(AtRisk.SELF,),
    author="Tess Arroway",
    account="@tess@social.example",
    account_url="https://social.example/@tess",
    platform="mastodon",
    post_url="https://social.example/@tess/112233",
    published_at=WHEN,
    seen_at=WHEN,
)
THREATS = ("sanction", "warning", "disciplin", "terminat", "dismiss", "suspension", "fired", "consequence")


def mail(danger=OWN):
    return RENDERER.safety(danger, LEAD, WHEN)


def test_it_says_who_when_where_and_what_helps():
    for part in (mail().text, mail().html):
        for said in ("Tess Arroway", "1 November 2026", "112233", "988", "116 123", "911", "directly about suicide"):
            assert said in part, said
    assert (mail().recipient, mail().date) == (LEAD, WHEN)


def test_the_subject_names_nobody():
    assert "Tess" not in mail().subject
    assert "suicide" not in mail().subject


def test_it_speaks_of_no_measure_and_says_that_it_is_no_finding():
    for part in (mail().text, mail().html):
        assert not any(word in part.lower() for word in THREATS)
        assert "no finding" in part


def test_a_danger_to_somebody_else_asks_for_other_steps():
    text = mail(replace(OWN, kinds=(AtRisk.OTHER,))).text

    assert "somebody's life could be in danger" in " ".join(text.split())
    assert "about suicide" not in text
    assert "5. Speak to Tess Arroway yourself" in text


def test_both_kinds_are_told_in_one_mail_with_steps_in_order():
    text = mail(replace(OWN, kinds=tuple(AtRisk))).text

    assert "somebody else's life" in " ".join(text.split())
    assert [line[:2] for line in text.splitlines() if line[:1].isdigit()] == [f"{number}." for number in range(1, 10)]


@pytest.mark.parametrize("url", ["https://blog.example/my-goodbye-to-dana", "", "javascript:alert(1)"])
def test_an_address_made_of_words_is_not_shown(url):
    part = mail(replace(OWN, post_url=url))

    assert "goodbye" not in part.text + part.html
    assert "javascript" not in part.html
    assert "https://" in part.text


def test_the_same_danger_gives_the_same_mail():
    assert mail() == mail()
    assert as_email(mail())["Message-ID"] == mail().message_id


def test_what_a_name_holds_is_not_run():
    hostile = mail(replace(OWN, author="<script>x</script>", account="<b>"))

    assert "<script>" not in hostile.html
    assert "<b>" not in hostile.html
