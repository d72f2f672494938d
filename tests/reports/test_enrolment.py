"""The notice before enrolment."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256

import pytest

from domain.findings import Clause, ClauseText, Policy, Register, Reviewer
from reports.enrolment import NoticeFacts, enrolment_notice
from tests.reports.samples import CLAUSE_TEXTS, PRACTICE, PRIVACY

POLICY = Policy(
    version="a1b2c3d4e5f6",
    practice_name=PRACTICE,
    practice_aliases=(),
    clauses=tuple(ClauseText(*text) for text in CLAUSE_TEXTS),
    strict_clause_3=False,
    register=Register(),
    reviewers=(),
    privacy_officer=Reviewer("Noor Haddad", "privacy@larkspurbend.example"),
)
FACTS = NoticeFacts(
    privacy_contact=PRIVACY,
    how_often="every 24 hours, on the same schedule for every account",
    reads=(("Mastodon", "Public posts and replies; followers-only posts cannot be seen."),),
    audience=(("you", "everything, no later than anybody else"), ("the owner", "the weekly digest")),
    retention=(("posts without an item", "their words not at all"),),
)


def said(notice):
    return " ".join(notice.text.split())


@pytest.mark.parametrize(
    "item",
    [
        PRIVACY,
        "The posts come from the platform",
        "every 24 hours",
        "Mastodon: Public posts and replies",
        "the owner: the weekly digest",
        "posts without an item: their words not at all",
        "The public profile itself (display name, profile text, your description of the picture)",
        "artificial intelligence",
        "It decides nothing about you",
        "withdraw an account at any time",
        "complain to the authority",
        "Never read: personal accounts",
        "nobody may ask you for a personal account, for a password",
        "pay, hours, staffing, unions",
        "no post is sent to anybody outside",
        "object",
    ],
)
def test_the_notice_covers(item):
    assert item in said(enrolment_notice(POLICY, FACTS))


def test_only_the_sections_that_are_checked_are_listed():
    text = said(enrolment_notice(replace(POLICY, enabled={Clause.OPINION: False}), FACTS))
    assert "Section 2, Client confidentiality" in text
    assert "Section 6," not in text
    assert "Section 7," not in text


def test_another_text_has_another_hash():
    notices = [
        enrolment_notice(POLICY, FACTS),
        enrolment_notice(POLICY, replace(FACTS, how_often="once a week")),
        enrolment_notice(POLICY, replace(FACTS, outside_model="Example Models Inc.")),
        enrolment_notice(POLICY, replace(FACTS, legal_basis="Art. 6(1)(f) GDPR.")),
        enrolment_notice(replace(POLICY, practice_name="Other"), FACTS),
    ]
    assert len({notice.hash for notice in notices}) == 5
    assert all(notice.hash == sha256(notice.text.encode()).hexdigest() for notice in notices)
    assert enrolment_notice(POLICY, FACTS) == notices[0]


def test_an_outside_service_is_named():
    text = said(enrolment_notice(POLICY, replace(FACTS, outside_model="Example Models Inc.")))
    assert "sent to this outside service: Example Models Inc." in text
    assert "no post is sent to anybody outside" not in text


def test_an_address_is_never_broken():
    address = "https://social.example/@tess.okafor/" + "a-very-long-name-" * 6
    text = enrolment_notice(POLICY, replace(FACTS, reads=((f"Mastodon ({address})", "Public posts."),))).text
    assert address in text


def test_lines_fit_a_page():
    wordy = replace(FACTS, retention=(("posts", "as long as they are needed, " * 9),))
    text = enrolment_notice(POLICY, wordy).text
    assert max(len(line) for line in text.splitlines()) <= 81
    assert not re.search(r"\n{4,}|[ \t]\n", text)


def test_a_local_model_and_words_in_pictures_are_named_only_where_they_are_used():
    model, pictures = "taught with invented posts", "Words in the pictures of your posts are read"
    seen = set()
    for local_model in (True, False):
        for pictures_read in (True, False):
            notice = enrolment_notice(POLICY, replace(FACTS, local_model=local_model, pictures_read=pictures_read))
            assert (model in said(notice), pictures in said(notice)) == (local_model, pictures_read)
            assert ("written rules alone" in said(notice)) != local_model
            seen.add(notice.hash)
    assert len(seen) == 4
