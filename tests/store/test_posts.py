from __future__ import annotations

import pytest
from sqlalchemy import func, select

from domain.accounts import AccountState
from domain.errors import NotAuthorised
from domain.findings import Clause, Severity
from domain.plans import Change, Verdict
from store import tables
from tests.store.records import (
    DAY,
    HOUR,
    OWNER,
    POLICY,
    START,
    active,
    claim,
    clean,
    finding,
    flagged,
    plan,
    post,
    version,
    visit,
)


def rows(store, table):
    with store.database.reading() as connection:
        return connection.execute(select(table).order_by(*table.primary_key.columns)).all()


def count(store):
    with store.database.reading() as connection:
        return tuple(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (tables.posts, tables.versions, tables.findings, tables.checks)
        )


def test_a_pass_writes_posts_versions_findings_account_and_a_check(store):
    active(store)
    grave = finding(Clause.CONFIDENTIALITY, Severity.S4)
    applied = visit(store, clean(post("1")), flagged(post("2", "Words on a client."), grave), bio="New bio.")
    assert (applied.new, applied.edited, applied.gone) == (2, 0, 0)
    assert len(applied.findings) == 1
    assert applied.critical == applied.findings
    (account,) = store.accounts.all()
    assert account.last_read_at == START + HOUR
    assert account.next_check_at == START + HOUR + DAY
    assert account.state is AccountState.ACTIVE
    assert store.accounts.account(account.id, START + HOUR).bio == "New bio."
    assert count(store) == (2, 2, 1, 1)


def test_words_are_written_only_where_the_verdict_keeps_them(store):
    active(store)
    visit(store, clean(post("1", "A clean post.")), flagged(post("2", "A flagged post.")))
    assert [row.kept_text for row in rows(store, tables.versions)] == [None, "A flagged post."]


def test_a_repeated_pass_adds_nothing(store):
    active(store)
    verdicts = (clean(post("1")), flagged(post("2", "A flagged post.")))
    visit(store, *verdicts)
    again = visit(store, *verdicts, now=START + 2 * HOUR)
    assert (again.new, again.edited, again.gone, again.findings) == (0, 0, 0, ())
    assert count(store)[:3] == (2, 2, 1)


def test_an_exception_in_the_middle_leaves_nothing(store):
    account = active(store)
    (leased,) = claim(store)
    broken = Verdict(version(post("2")), findings=(finding(),), excerpts=(), kept_text="x")
    verdicts = (clean(post("1")), broken)
    with pytest.raises(ValueError, match="shorter"):
        store.posts.apply(leased, plan(*verdicts), verdicts, owner=OWNER, policy_version=POLICY, now=START + HOUR)
    assert count(store) == (0, 0, 0, 0)
    assert store.accounts.find(str(account.id)).last_read_at is None
    assert store.accounts.renew(account.id, OWNER, START + DAY)


@pytest.mark.parametrize("stop", ["pause", "withdraw"])
def test_what_was_read_is_dropped_when_the_permission_ended_meanwhile(store, stop):
    account = active(store)
    (leased,) = claim(store)
    getattr(store.accounts, stop)(account.id, "Maren Okafor", START)
    with pytest.raises(NotAuthorised):
        store.posts.apply(leased, plan(clean()), [clean()], owner=OWNER, policy_version=POLICY, now=START + HOUR)
    assert count(store) == (0, 0, 0, 0)


def test_what_was_read_is_dropped_when_the_lease_is_anothers(store):
    active(store)
    (leased,) = claim(store)
    claim(store, START + 2 * HOUR, owner="worker-2")
    with pytest.raises(NotAuthorised, match="not leased"):
        store.posts.apply(leased, plan(clean()), [clean()], owner=OWNER, policy_version=POLICY, now=START + 2 * HOUR)
    assert count(store) == (0, 0, 0, 0)


def test_a_post_older_than_the_authorisation_is_refused(store):
    active(store)
    (leased,) = claim(store)
    verdicts = [clean(post(published_at=START - HOUR)), clean(post("2"))]
    with pytest.raises(NotAuthorised, match="older"):
        store.posts.apply(leased, plan(*verdicts), verdicts, owner=OWNER, policy_version=POLICY, now=START + HOUR)
    assert count(store) == (0, 0, 0, 0)


def test_a_baseline_is_remembered_by_its_hash_alone(store):
    active(store)
    (leased,) = claim(store, START + HOUR)
    verdict = Verdict(version(post(), Change.BASELINE, published_at=START - DAY))
    applied = store.posts.apply(leased, plan(verdict), [verdict], owner=OWNER, policy_version=POLICY, now=START + HOUR)
    assert applied.new == 0
    assert store.posts.known(leased.id)["1"].content_hash == post().content_hash
