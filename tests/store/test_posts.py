from __future__ import annotations

import pytest
from sqlalchemy import func, select

from domain.accounts import AccountState
from domain.errors import NotAuthorised
from domain.findings import Clause, Severity
from domain.plans import Change, Verdict
from domain.posts import PostState
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


def test_a_baseline_that_was_judged_is_refused(store):
    active(store)
    (leased,) = claim(store)
    judged = Verdict(version(post(), Change.BASELINE), kept_text="x")
    with pytest.raises(NotAuthorised, match="may be older"):
        store.posts.apply(leased, plan(judged), [judged], owner=OWNER, policy_version=POLICY, now=START)
    assert count(store) == (0, 0, 0, 0)


def test_a_plan_needs_its_own_verdicts(store):
    active(store)
    (leased,) = claim(store)
    with pytest.raises(ValueError, match="exactly one verdict"):
        store.posts.apply(leased, plan(clean()), [], owner=OWNER, policy_version=POLICY, now=START)


def test_a_pass_cannot_withdraw_an_account(store):
    active(store)
    (leased,) = claim(store)
    with pytest.raises(ValueError, match="cannot make an account withdrawn"):
        store.posts.apply(leased, plan(state=AccountState.WITHDRAWN), [], owner=OWNER, policy_version=POLICY, now=START)


def test_an_edit_adds_a_version_and_keeps_the_first_date(store):
    account = active(store)
    visit(store, clean(post("1", "First words.")))
    applied = visit(store, flagged(post("1", "Other words."), change=Change.EDITED), now=START + 2 * HOUR)
    assert (applied.new, applied.edited, len(applied.findings)) == (0, 1, 1)
    known = store.posts.known(account.id)["1"]
    assert known.content_hash == post("1", "Other words.").content_hash
    assert known.published_at == START + HOUR
    assert count(store)[:2] == (1, 2)


def test_a_post_that_goes_back_becomes_its_old_version_again(store):
    account = active(store)
    first, second = post("1", "First words."), post("1", "Other words.")
    found = visit(store, flagged(first)).findings
    visit(store, clean(second, Change.EDITED), now=START + 2 * HOUR)
    assert store.findings.get(found)[0].edited
    back = visit(store, flagged(first, change=Change.EDITED), now=START + 3 * HOUR)
    assert (back.edited, back.findings) == (1, ())
    assert store.posts.known(account.id)["1"].content_hash == first.content_hash
    assert not store.findings.get(found)[0].edited
    assert count(store)[:3] == (1, 2, 1)


def test_words_are_kept_when_only_a_later_judgement_keeps_them(store):
    active(store)
    visit(store, clean(post()))
    visit(store, flagged(post()), now=START + 2 * HOUR, policy_version="policy-2")
    (row,) = rows(store, tables.versions)
    assert row.kept_text == post().text


def test_two_findings_of_one_clause_are_one_judgement(store):
    active(store)
    applied = visit(store, flagged(post(), finding(severity=Severity.S1), finding(severity=Severity.S3)))
    (kept,) = store.findings.get(applied.findings)
    assert kept.severity is Severity.S3


def test_another_policy_version_is_another_judgement(store):
    active(store)
    visit(store, flagged(post()))
    applied = visit(store, flagged(post()), now=START + 2 * HOUR, policy_version="policy-2")
    assert len(applied.findings) == 1


def test_a_post_goes_missing_then_gone_then_returns(store):
    account = active(store)
    visit(store, clean(post()))
    visit(store, missing=("1",), absent=("1",), now=START + 8 * HOUR)
    known = store.posts.known(account.id)["1"]
    assert (known.state, known.absences, known.last_absence_at) == (PostState.MISSING, 1, START + 8 * HOUR)
    assert visit(store, absent=("1",), gone=("1",), now=START + 16 * HOUR).gone == 1
    assert store.posts.known(account.id)["1"].state is PostState.GONE
    assert visit(store, gone=("1",), now=START + 17 * HOUR).gone == 0
    visit(store, seen=("1",), returned=("1",), now=START + 24 * HOUR)
    known = store.posts.known(account.id)["1"]
    assert (known.state, known.absences, known.last_absence_at) == (PostState.LIVE, 0, None)


def test_a_failed_pass_keeps_cursor_bio_and_posts(store):
    account = active(store)
    visit(store, clean(post()), bio="A bio.")
    failed = {"outcome": "timed-out", "problem_code": "timed-out", "problem": "Too slow.", "failures": 1}
    visit(store, now=START + 2 * HOUR, cursor=None, **failed)
    after = store.accounts.account(account.id, START + 2 * HOUR)
    assert (after.cursor, after.bio, after.failures) == ('{"since": 1}', "A bio.", 1)
    seen = store.accounts.find(str(account.id))
    assert (seen.problem_code, seen.problem, seen.last_read_at) == ("timed-out", "Too slow.", START + HOUR)
    visit(store, now=START + 3 * HOUR)
    assert store.accounts.find(str(account.id)).problem_code is None


def test_not_modified_means_that_the_newest_listing_still_stands(store):
    active(store)
    visit(store, clean(post("1")), clean(post("2")))
    visit(store, seen=("2",), now=START + 2 * HOUR)
    visit(store, outcome="not-modified", now=START + 3 * HOUR)
    assert [row.last_seen_at for row in rows(store, tables.posts)] == [START + HOUR, START + 3 * HOUR]


def test_two_accounts_may_use_the_same_post_id(store):
    one, two = active(store), active(store)
    visit(store, clean(post("1", "One.")))
    visit(store, clean(post("1", "Two.")), of=two)
    assert store.posts.known(one.id)["1"].content_hash == post("1", "One.").content_hash
    assert store.posts.known(two.id)["1"].content_hash == post("1", "Two.").content_hash


def test_more_ids_than_one_statement_takes(store):
    account = active(store)
    visit(store, *(clean(post(str(number))) for number in range(1200)))
    visit(store, seen=tuple(str(number) for number in range(1200)), now=START + 2 * HOUR)
    assert len(store.posts.known(account.id)) == 1200
    assert {row.last_seen_at for row in rows(store, tables.posts)} == {START + 2 * HOUR}
