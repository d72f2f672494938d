from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, select, text, update

from domain.accounts import AccountState, LedgerEvent, Proof
from domain.errors import NotAuthorised, StoreError, UsageError
from store import tables
from store.engine import open_store
from store.enrolments import ledger_lines
from tests.fakes.keys import KEYRING
from tests.store.records import DAY, HOUR, OWNER, START, active, authorise, claim, enrolled, person, profile, visit

LATER = START + DAY


def readable(store, account_id, now):
    """Whether any door leads to this account."""
    try:
        store.accounts.account(account_id, now)
        by_id = True
    except NotAuthorised:
        by_id = False
    store.accounts.make_due(START - DAY, [account_id])
    claimed = {account.id for account in claim(store, now, owner="probe")}
    store.accounts.release(account_id, "probe")
    assert by_id == (account_id in claimed)
    return by_id


def test_an_authorised_account_comes_with_its_authorisation(store):
    staff = person(store, "Maren Okafor", "maren@example.org")
    asked = enrolled(store, staff)
    authorise(store, asked.id, ends_at=START + 30 * DAY)
    (account,) = claim(store, LATER)
    assert account.staff == staff
    assert account.authorisation.notice_hash == "n" * 64
    assert account.authorisation.proof is Proof.BIO
    assert (account.authorisation.starts_at, account.authorisation.ends_at) == (START, START + 30 * DAY)
    assert account == store.accounts.account(asked.id, LATER)


def test_an_enrolled_account_cannot_be_read(store):
    assert not readable(store, enrolled(store).id, LATER)


def test_a_paused_account_cannot_be_read_until_it_resumes(store):
    account = active(store)
    store.accounts.pause(account.id, "Maren Okafor", START + HOUR)
    assert not readable(store, account.id, LATER)
    store.accounts.resume(account.id, "Maren Okafor", LATER)
    assert readable(store, account.id, LATER)


def test_what_was_published_during_a_pause_is_never_read(store):
    account = active(store)
    store.accounts.pause(account.id, "Maren Okafor", START + HOUR)
    store.accounts.resume(account.id, "Maren Okafor", LATER)
    assert store.accounts.account(account.id, LATER).authorisation.starts_at == LATER


def test_a_withdrawn_account_cannot_be_read(store):
    account = active(store)
    store.accounts.withdraw(account.id, "Maren Okafor", START + HOUR)
    assert not readable(store, account.id, LATER)


def test_an_authorisation_counts_from_its_start_to_before_its_end(store):
    account = enrolled(store)
    authorise(store, account.id, starts_at=START + HOUR, ends_at=START + 2 * HOUR)
    assert not readable(store, account.id, START + HOUR / 2)
    assert readable(store, account.id, START + HOUR)
    assert not readable(store, account.id, START + 2 * HOUR)


def test_a_flag_alone_opens_no_door(store):
    """Whoever sets the state by hand still finds no Account: the ledger decides."""
    never, paused, gone = enrolled(store), active(store), active(store)
    store.accounts.pause(paused.id, "Maren Okafor", START)
    store.accounts.withdraw(gone.id, "Maren Okafor", START)
    with store.database.writing() as connection:
        connection.execute(update(tables.accounts).values(state=AccountState.ACTIVE))
    assert [readable(store, each.id, LATER) for each in (never, paused, gone)] == [False, False, False]


def test_the_ledger_alone_opens_no_door(store):
    account = active(store)
    with store.database.writing() as connection:
        connection.execute(update(tables.accounts).values(state=AccountState.PAUSED))
    assert not readable(store, account.id, LATER)


def test_an_older_authorisation_does_not_outlive_a_newer_line(store):
    account = active(store)
    store.accounts.pause(account.id, "Maren Okafor", START)
    store.accounts.resume(account.id, "Maren Okafor", START)
    authorise(store, account.id, ends_at=START + HOUR)
    assert not readable(store, account.id, LATER)


STATE_AFTER = {
    LedgerEvent.ENROLLED: AccountState.ENROLLED,
    LedgerEvent.AUTHORISED: AccountState.ACTIVE,
    LedgerEvent.RESUMED: AccountState.ACTIVE,
    LedgerEvent.PAUSED: AccountState.PAUSED,
    LedgerEvent.WITHDRAWN: AccountState.WITHDRAWN,
}


@settings(max_examples=15)
@given(st.lists(st.sampled_from(["authorise", "pause", "resume", "withdraw", "retry"]), max_size=8))
def test_state_and_ledger_always_agree(store, steps):
    account = enrolled(store)
    for step in steps:
        try:
            if step == "authorise":
                authorise(store, account.id)
            elif step == "retry":
                store.accounts.retry(account.id, START)
            else:
                getattr(store.accounts, step)(account.id, "Maren Okafor", START)
        except UsageError:
            pass
        newest = store.accounts.ledger(account.id)[-1].event
        assert store.accounts.find(str(account.id)).state is STATE_AFTER[newest]
        assert readable(store, account.id, LATER) == (newest in (LedgerEvent.AUTHORISED, LedgerEvent.RESUMED))


def test_every_step_is_a_line_of_the_ledger(store):
    account = active(store)
    store.accounts.pause(account.id, "Maren Okafor", START + HOUR)
    store.accounts.resume(account.id, "Maren Okafor", START + 2 * HOUR)
    store.accounts.withdraw(account.id, "Maren Okafor", START + 3 * HOUR)
    lines = store.accounts.ledger(account.id)
    assert [line.event.value for line in lines] == ["enrolled", "authorised", "paused", "resumed", "withdrawn"]
    assert lines == store.accounts.ledger()
    assert {line.notice_hash for line in lines} == {"n" * 64}
    assert store.accounts.notice("n" * 64) == "What is read, and why."


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET actor = 'somebody else'",
        "DELETE FROM ledger",
        """INSERT INTO ledger (id, account_id, event, at, actor, notice_hash, proof_reference)
        SELECT id, account_id, event, at, 'somebody else', notice_hash, proof_reference FROM ledger""",
    ],
)
def test_the_ledger_refuses_change(store, statement):
    before = store.accounts.ledger(active(store).id)
    with pytest.raises(StoreError, match="refused a row"), store.database.writing() as connection:
        connection.execute(text(statement))
    assert store.accounts.ledger() == before


def test_the_ledger_refuses_replacement_on_sqlite(sqlite_store):
    before = sqlite_store.accounts.ledger(active(sqlite_store).id)
    statement = (
        insert(tables.ledger)
        .prefix_with("OR REPLACE")
        .values(
            id=before[0].id,
            account_id=before[0].account_id,
            event=LedgerEvent.ENROLLED,
            at=START,
            actor="x",
            notice_hash="n",
            proof_reference="",
        )
    )
    with pytest.raises(StoreError, match="append-only"), sqlite_store.database.writing() as connection:
        connection.execute(statement)
    assert sqlite_store.accounts.ledger() == before


@pytest.mark.postgres
def test_the_ledger_refuses_truncation_on_postgresql(postgres_store):
    before = postgres_store.accounts.ledger(active(postgres_store).id)
    with pytest.raises(StoreError), postgres_store.database.writing() as connection:
        connection.execute(text("TRUNCATE ledger CASCADE"))
    assert postgres_store.accounts.ledger() == before


def test_a_profile_is_enrolled_once_until_it_is_withdrawn(store):
    staff, page = person(store), profile("one")
    first = enrolled(store, staff, page)
    with pytest.raises(UsageError, match=f"as account {first.id}"):
        enrolled(store, staff, page)
    store.accounts.withdraw(first.id, "Maren Okafor", START)
    second = enrolled(store, staff, page)
    assert second.id != first.id
    assert [each.state.value for each in store.accounts.all()] == ["withdrawn", "enrolled"]
    assert store.accounts.find(page.url).id == second.id
    assert store.accounts.profile_of(second.id) == page


def test_enrolling_a_stranger_is_refused(store):
    with pytest.raises(UsageError, match="no staff member 77"):
        enrolled(store, type("Nobody", (), {"id": 77})())


def test_an_account_is_found_by_id_url_and_handle(store):
    page = profile("Maren")
    account = enrolled(store, page=page)
    for query in (str(account.id), page.url, page.url + "/", page.handle, page.handle.lstrip("@").upper()):
        assert store.accounts.find(query).id == account.id
    with pytest.raises(UsageError, match="No account"):
        store.accounts.find("nobody")


def test_an_ambiguous_handle_names_the_ids(store):
    one = enrolled(store, page=profile("x1", handle="maren"))
    two = enrolled(store, page=profile("x2", handle="maren", platform="bluesky"))
    with pytest.raises(UsageError, match=f"{one.id}, {two.id}"):
        store.accounts.find("maren")


@pytest.mark.parametrize(
    ("prepare", "act"),
    [
        (enrolled, "pause"),
        (enrolled, "resume"),
        (active, "resume"),
        (enrolled, "retry"),
    ],
)
def test_a_step_in_the_wrong_state_is_refused(store, prepare, act):
    account = prepare(store)
    arguments = (START,) if act == "retry" else ("Maren Okafor", START)
    with pytest.raises(UsageError, match=f"is {account.state}"):
        getattr(store.accounts, act)(account.id, *arguments)


def test_a_withdrawn_account_cannot_be_authorised_or_withdrawn_again(store):
    account = active(store)
    store.accounts.withdraw(account.id, "Maren Okafor", START)
    with pytest.raises(UsageError):
        authorise(store, account.id)
    with pytest.raises(UsageError, match="before"):
        store.accounts.withdraw(account.id, "Maren Okafor", START)


def test_an_end_before_the_start_is_refused(store):
    with pytest.raises(UsageError, match="end after"):
        authorise(store, enrolled(store).id, ends_at=START)


def test_accounts_are_due_when_their_time_has_come(store):
    active(store)
    visit(store, now=START + HOUR)
    assert claim(store, START + HOUR + DAY / 2) == ()
    assert store.accounts.count_due(START + HOUR + DAY / 2) == 0
    assert store.accounts.count_due(START + HOUR + DAY) == 1
    assert len(claim(store, START + HOUR + DAY)) == 1
    assert store.accounts.count_due(START + HOUR + DAY) == 0


def test_accounts_that_were_never_planned_come_before_those_that_wait_longest(store):
    staff = person(store)
    first, second, third = (active(store, staff, profile(str(number))) for number in range(3))
    for account, planned in ((first, START + 2 * HOUR), (second, START + HOUR)):
        store.accounts.make_due(planned, [account.id])
    claimed = [claim(store, LATER, owner=f"w{number}", limit=1)[0].id for number in range(3)]
    assert claimed == [third.id, second.id, first.id]


def test_the_next_account_is_found_without_a_look_at_the_others(sqlite_url):
    """As SQLite tells its plan. That of PostgreSQL for few rows says nothing of many."""
    store, asked = open_store(sqlite_url, KEYRING), []
    event.listen(store.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    active(store)
    claim(store, LATER)
    due = [each for each in asked if each[0].startswith("SELECT accounts.id \nFROM accounts JOIN ledger")]
    assert len(due) == 2
    with store.database.engine.connect() as connection:
        for statement, values in due:
            steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            assert any("ix_accounts_due" in step for step in steps), steps
            assert not [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN")], steps
    store.close()


def test_a_pass_meets_an_account_once(store):
    account = active(store)
    began = START + HOUR
    visit(store, now=began, next_check_at=began)
    assert store.accounts.claim_due(began + HOUR, OWNER, began + DAY, 1, due_by=began) == ()
    assert [each.id for each in claim(store, began + HOUR)] == [account.id]


def test_a_quarantined_account_waits_for_its_slow_try_or_for_retry(store):
    account = active(store)
    failed = {"outcome": "unreachable", "problem_code": "unreachable", "problem": "No answer.", "failures": 5}
    visit(store, now=START + HOUR, state=AccountState.QUARANTINED, next_check_at=START + 7 * DAY, **failed)
    seen = store.accounts.find(str(account.id))
    assert (seen.state, seen.failures, seen.problem) == (AccountState.QUARANTINED, 5, "No answer.")
    assert store.accounts.make_due(LATER) == 0
    assert claim(store, LATER) == ()
    assert claim(store, START + 7 * DAY)[0].state is AccountState.QUARANTINED
    store.accounts.release(account.id, OWNER)
    assert store.accounts.retry(account.id, LATER).state is AccountState.ACTIVE
    assert claim(store, LATER)[0].failures == 0


def test_a_lease_is_one_owners_until_it_runs_out(store):
    account = active(store)
    assert len(claim(store, START)) == 1
    assert claim(store, START, owner="worker-2") == ()
    assert claim(store, START) == ()
    assert store.accounts.renew(account.id, OWNER, START + 2 * HOUR)
    assert not store.accounts.renew(account.id, "worker-2", START + DAY)
    assert claim(store, START + HOUR, owner="worker-2") == ()
    assert len(claim(store, START + 2 * HOUR, owner="worker-2")) == 1
    assert not store.accounts.renew(account.id, OWNER, START + DAY)
    store.accounts.release(account.id, OWNER)
    assert claim(store, START + 2 * HOUR) == ()
    store.accounts.release(account.id, "worker-2")
    assert len(claim(store, START + 2 * HOUR)) == 1


def test_pausing_ends_a_lease(store):
    account = active(store)
    claim(store)
    store.accounts.pause(account.id, "Maren Okafor", START)
    assert not store.accounts.renew(account.id, OWNER, START + DAY)


def test_the_practice_starts_with_its_first_authorisation(store):
    assert store.accounts.practice_started_at() is None
    late, early = enrolled(store), enrolled(store)
    authorise(store, late.id, starts_at=START + 3 * DAY, now=START)
    authorise(store, early.id, starts_at=START - 30 * DAY, now=START + HOUR)
    assert store.accounts.practice_started_at() == START + HOUR


def test_a_crashed_line_cannot_be_half_an_authorisation(store):
    account = enrolled(store)
    line = {"account_id": account.id, "at": START, "actor": "x", "notice_hash": "n", "proof_reference": ""}
    with pytest.raises(StoreError, match="ck_ledger_authorisation"), store.database.writing() as connection:
        connection.execute(insert(tables.ledger).values(event=LedgerEvent.AUTHORISED, **line))
    with store.database.reading() as connection:
        assert len(ledger_lines(connection, tables.ledger.c.account_id == account.id)) == 1
        assert connection.execute(select(tables.accounts.c.state)).scalar_one() is AccountState.ENROLLED
