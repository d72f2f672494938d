from __future__ import annotations

import pytest
from sqlalchemy import select

from domain.accounts import AccountState
from domain.errors import AccountMoved
from domain.findings import Clause
from domain.plans import Change, Verdict
from domain.reporting import Period, Reading
from store import tables
from tests.store.records import (
    DAY,
    HOUR,
    START,
    active,
    authorise,
    clean,
    enrolled,
    flagged,
    person,
    post,
    version,
    visit,
)

WEEK = Period("2026-W47", START - 9 * HOUR, START - 9 * HOUR + 7 * DAY, "UTC")
NEXT = Period("2026-W48", WEEK.end, WEEK.end + 7 * DAY, "UTC")
FAILED = {"outcome": "unreachable", "problem_code": "unreachable", "problem": "The site could not be reached."}


def cover(store, period=WEEK, now=None, every=DAY):
    return store.runs.coverage(period, now or period.end, every)


def daily(store, days, of=None, **changes):
    for day in days:
        visit(store, of=of, now=START + day * DAY + HOUR, **changes)


def test_a_run_is_recorded_from_start_to_end(store):
    assert store.runs.last_finished("collect") is None
    run = store.runs.start("collect", "w1", START)
    assert store.runs.last_finished("collect") is None
    store.runs.finish(run, START + HOUR, {"read": 3}, "One account failed.")
    assert store.runs.last_finished("collect") == START + HOUR
    assert store.runs.last_finished("digest") is None
    with store.database.reading() as connection:
        row = connection.execute(select(tables.runs)).one()
    assert (row.started_at, row.counts, row.problem) == (START, {"read": 3}, "One account failed.")


def test_one_account_has_the_line_that_it_has_among_all(store):
    first, second = (active(store, person(store, name)) for name in ("Maren Okafor", "Idris Vale"))
    daily(store, range(2), of=second)
    for account in (first, second):
        (line,) = (one for one in cover(store) if one.account_id == account.id)
        assert store.runs.coverage_of(account.id, WEEK, WEEK.end, DAY) == line
    assert store.runs.coverage_of(4711, WEEK, WEEK.end, DAY) is None


def test_coverage_adds_up_the_passes_of_the_period(store):
    account = active(store, person(store, "Maren Okafor"))
    unread = Verdict(version(post("3")), assessed=False)
    visit(store, clean(post("1")), clean(post("2")), unread, now=START + HOUR, skipped={"malformed": 2, "boost": 4})
    visit(store, clean(post("1", "Edited."), Change.EDITED), now=START + DAY)
    visit(store, gone=("2",), now=START + 2 * DAY)
    daily(store, range(3, 7))
    visit(store, clean(post("4")), now=NEXT.start)
    (line,) = cover(store)
    assert (line.account_id, line.author, line.platform) == (account.id, "Maren Okafor", "mastodon")
    assert (line.reading, line.reason, line.passes) == (Reading.READ, "", 7)
    assert (line.posts_seen, line.new, line.edited, line.gone) == (3, 3, 1, 1)
    assert (line.not_assessed, line.malformed) == (1, 2)
    assert line.last_read_at == START + 6 * DAY + HOUR


def test_accounts_not_yet_withdrawn_or_no_longer_authorised_are_told_apart(store):
    enrolled(store)
    gone = active(store)
    store.accounts.withdraw(gone.id, "Maren Okafor", START + DAY)
    ended = enrolled(store)
    authorise(store, ended.id, ends_at=START + DAY)
    later = enrolled(store)
    authorise(store, later.id, starts_at=NEXT.start + HOUR, now=NEXT.start + HOUR)
    assert [line.account_id for line in cover(store)] == [ended.id]
    assert [line.account_id for line in cover(store, NEXT)] == [later.id]


def test_an_account_that_was_never_read_says_so(store):
    active(store)
    (line,) = cover(store)
    assert (line.reading, line.last_read_at, line.reason) == (Reading.NEVER, None, "Not read yet.")


def test_a_failing_account_says_why(store):
    active(store)
    daily(store, range(3))
    daily(store, [3], failures=1, **FAILED)
    (line,) = cover(store)
    reason = f"{FAILED['problem']} It is tried again by itself."
    assert (line.reading, line.reason, line.passes) == (Reading.FAILING, reason, 3)
    assert line.last_read_at == START + 2 * DAY + HOUR


def test_a_recovered_account_was_read(store):
    active(store)
    daily(store, [0], failures=1, **FAILED)
    daily(store, range(1, 7))
    assert cover(store)[0].reading is Reading.READ


def test_a_later_failure_does_not_change_an_ended_week(store):
    active(store)
    daily(store, range(7))
    daily(store, [7], failures=1, **FAILED)
    assert cover(store)[0].reading is Reading.READ
    assert cover(store, NEXT)[0].reading is Reading.FAILING


def test_a_quarantined_account_says_since_how_many_failures(store):
    active(store)
    daily(store, [0], failures=5, state=AccountState.QUARANTINED, **FAILED)
    for period in (WEEK, NEXT):
        (line,) = cover(store, period)
        assert line.reading is Reading.QUARANTINED
        assert line.reason.startswith("The site could not be reached. It failed 5 times in a row")


@pytest.mark.parametrize("state", [AccountState.ACTIVE, AccountState.QUARANTINED])
def test_an_account_that_moved_says_so_and_how_reading_may_go_on(store, state):
    active(store)
    moved = {"outcome": AccountMoved.code, "problem_code": AccountMoved.code, "problem": AccountMoved.reason}
    daily(store, [0], failures=5, state=state, **moved)
    for period in (WEEK, NEXT):
        (line,) = cover(store, period)
        assert line.reason.startswith(AccountMoved.reason)
        assert line.reason.endswith(AccountMoved.way_back)


def test_a_paused_account_is_paused(store):
    account = active(store)
    daily(store, range(2))
    store.accounts.pause(account.id, "Maren Okafor", START + 3 * DAY)
    assert cover(store)[0].reading is Reading.PAUSED
    store.accounts.resume(account.id, "Maren Okafor", NEXT.start + DAY)
    assert cover(store)[0].reading is Reading.PAUSED
    assert cover(store, NEXT)[0].reading is not Reading.PAUSED


@pytest.mark.parametrize(("passes", "reading"), [(1, Reading.STALE), (2, Reading.STALE), (3, Reading.READ)])
def test_an_account_read_less_than_half_as_often_as_planned_is_stale(store, passes, reading):
    active(store)
    daily(store, range(passes))
    (line,) = cover(store)
    assert line.reading is reading
    assert (line.reason == "") == (reading is Reading.READ)


def test_a_week_that_still_runs_expects_only_what_was_due_so_far(store):
    active(store)
    daily(store, [0])
    assert cover(store, now=START + 2 * DAY)[0].reading is Reading.READ


def test_figures_are_of_the_practice_and_name_all_clauses(store):
    one, two = active(store), active(store)
    visit(store, flagged(post("1")), clean(post("2")), of=one)
    visit(store, clean(post("1")), of=one, now=START + DAY)
    visit(store, of=two, now=START + DAY, failures=1, **FAILED)
    this, following = store.runs.figures([WEEK, NEXT])
    assert (this.week, this.accounts_read, this.accounts_enrolled, this.posts_read) == ("2026-W47", 1, 2, 2)
    assert dict(this.by_clause) == dict.fromkeys(Clause, 0) | {Clause.CONDUCT: 1}
    assert (following.accounts_read, following.accounts_enrolled, following.posts_read) == (0, 2, 0)
    assert set(dict(following.by_clause).values()) == {0}
