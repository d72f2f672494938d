"""What the story promises: enough of everything, in the right weeks, with a human verdict on each."""

from collections import Counter
from datetime import timedelta

import pytest

from demo.story import POST_KEYS, FaultKind, Verdict, load
from domain.findings import Clause, Protected, Severity

STORY = load()
POSTS = STORY.posts
VERSIONS = [version for post in POSTS for version in post.versions]


def test_the_story_is_as_long_as_eight_weeks_of_six_accounts() -> None:
    assert len(STORY.accounts) == 6
    assert 120 <= len(POSTS) <= 170


def test_every_post_has_its_own_name_and_words() -> None:
    assert [name for name, count in Counter(post.id for post in POSTS).items() if count > 1] == []
    assert [post.id for post in POSTS if post.boost is None and not post.versions[0].text] == []
    assert [
        text for text, count in Counter(version.text for version in VERSIONS if version.text).items() if count > 1
    ] == []


@pytest.mark.parametrize("clause", list(Clause))
def test_every_clause_is_broken_at_least_twice(clause: Clause) -> None:
    broken = [
        severity
        for version in VERSIONS
        if version.expectation.verdict is Verdict.VIOLATION
        for found, severity in version.expectation.findings
        if found is clause
    ]

    assert len(broken) >= 2


def test_all_severities_occur_and_two_are_critical() -> None:
    severities = Counter(severity for version in VERSIONS for _, severity in version.expectation.findings)

    assert set(severities) == {Severity.S1, Severity.S2, Severity.S3, Severity.S4}
    assert severities[Severity.S4] == 2


def test_findings_stand_where_the_verdict_says_so() -> None:
    marked = {Verdict.VIOLATION, Verdict.BORDERLINE}

    assert [
        version.text
        for version in VERSIONS
        if bool(version.expectation.findings) != (version.expectation.verdict in marked)
    ] == []


def test_most_posts_are_fine_and_every_protected_topic_is_spoken_of() -> None:
    verdicts = Counter(version.expectation.verdict for version in VERSIONS)
    topics = {topic for version in VERSIONS for topic in version.expectation.protected}

    assert verdicts[Verdict.FINE] > 3 * verdicts[Verdict.VIOLATION]
    assert topics == set(Protected)


def test_what_must_never_be_read_gives_its_reason() -> None:
    reasons = {
        post.versions[0].expectation.why for post in POSTS if post.versions[0].expectation.verdict is Verdict.NEVER
    }

    assert reasons == {
        "before the authorisation",
        "after the withdrawal",
        "a direct message",
        "for followers only",
        "a boost of somebody else",
        "a comment by somebody else",
        "another author of the site",
        "a draft",
        "behind a password",
        "scheduled for later",
    }


def test_times_agree_with_the_reasons() -> None:
    accounts = {account.key: account for account in STORY.accounts}
    for post in POSTS:
        why = post.versions[0].expectation.why
        account = accounts[post.account]
        assert (post.published_at < account.authorised_from) == (why == "before the authorisation") or post.by
        if account.withdraws_at is not None:
            assert (post.published_at >= account.withdraws_at) == (why == "after the withdrawal")


def test_one_edit_heals_and_one_breaks() -> None:
    turns = {
        (post.versions[0].expectation.verdict, post.versions[1].expectation.verdict)
        for post in POSTS
        if len(post.versions) > 1
    }

    assert {(Verdict.VIOLATION, Verdict.FINE), (Verdict.FINE, Verdict.VIOLATION)} <= turns


def test_posts_are_deleted_for_good_and_for_a_while() -> None:
    assert {post.id for post in POSTS if post.deleted_at and post.restored_at} == {"wp-06"}
    assert {post.id for post in POSTS if post.deleted_at and not post.restored_at} >= {"tess-15", "field-14", "lbc-16"}


def test_every_kind_of_fault_happens_to_some_host() -> None:
    hosts = {account.host for account in STORY.accounts}

    assert {fault.kind for fault in STORY.faults} == set(FaultKind)
    assert {fault.host for fault in STORY.faults} <= hosts


def test_answers_and_comments_hang_on_posts_that_are_there() -> None:
    names = {post.id for post in POSTS}

    assert {link for post in POSTS for link in (post.on, post.to, post.parent_id) if link} <= names


def test_a_misspelt_key_would_be_found() -> None:
    assert "expcet" not in POST_KEYS
    assert {"expect", "findings", "edits"} <= POST_KEYS


def test_everybody_is_invented() -> None:
    others = [quoted.by for post in POSTS for quoted in (post.parent, post.boost) if quoted is not None]

    assert [name for name in others if not name.endswith(".example")] == []
    assert [account.email for account in STORY.accounts if not account.email.endswith(".example")] == []


def test_one_profile_passes_for_the_practice_until_its_author_mends_it() -> None:
    changed = {account.key: account for account in STORY.accounts if account.bios}
    tess = changed.pop("tess")

    assert changed == {}
    assert [version.expectation.verdict for version in tess.bios] == [Verdict.VIOLATION, Verdict.FINE]
    assert [found for version in tess.bios for found in version.expectation.findings] == [
        (Clause.SEPARATION, Severity.S2)
    ]
    first, second = (version.at for version in tess.bios)
    assert tess.bio_at(tess.joined_at) == tess.bio_at(first - timedelta(seconds=1)) == tess.bio
    assert tess.bio_at(first).startswith("official page of larkspur bend")
    assert tess.bio_at(second) == tess.bios[1].text
    assert second - first > timedelta(days=8)
