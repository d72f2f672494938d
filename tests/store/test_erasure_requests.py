from __future__ import annotations

import pytest
from sqlalchemy import insert, select, text

from domain.access import Role
from domain.accounts import AccountState
from domain.errors import Refused, UsageError
from domain.findings import Clause, Severity
from domain.plans import Change
from domain.review import Outcome, ReviewState
from monitor.retention import PROFILES
from reports.links import own_post
from store import record_tables as people
from store import tables
from tests.store.records import DAY, HOUR, START, active, clean, finding, flagged, person, post, visit
from tests.store.review_records import SEEN, notes, review, review_ids
from tests.store.test_digests import digest_of
from tests.store.test_retention import texts
from tests.store.test_withdrawal import everything_stored

US, CALIFORNIA = PROFILES["us"], PROFILES["california"]
NOW = START + DAY
LEAK = finding(Clause.CONFIDENTIALITY, Severity.S2)
BREACH = finding(Clause.CONFIDENTIALITY, Severity.S4)
TITLE = "https://blog.example/2026/11/the-story-of-elowen"


def sealed(store):
    """What stands in the database's own bytes for words: the sealed texts."""
    queries = (
        "SELECT kept_text FROM versions WHERE kept_text IS NOT NULL",
        "SELECT excerpt FROM findings WHERE excerpt <> ''",
        "SELECT note FROM review_events WHERE note IS NOT NULL",
        "SELECT term FROM search_terms",
    )
    with store.database.reading() as connection:
        return [str(value) for query in queries for value in connection.execute(text(query)).scalars()]


def events(store, name):
    return [entry.record for entry in store.audit.entries() if entry.record.event == name]


def of(done):
    return {each.what: (each.count, each.why) for each in done.stays}


def test_a_mention_loses_its_words_everywhere_and_keeps_its_hash(store):
    account = active(store)
    (leak,) = visit(store, flagged(post("1", "Elowen told me so.", url=TITLE), LEAK)).findings
    number = review(store, leak, note="Elowen is named.")
    week = store.digests.save(digest_of(store, store.findings.all(), account_id=account.id)).period.week
    with store.database.reading() as connection:
        before = connection.execute(select(tables.versions.c.content_hash)).scalars().all()
    secrets = sealed(store)
    assert secrets
    assert TITLE in everything_stored(store)

    done = store.erasure.mention(leak, own_post, "user:1", NOW)

    assert (done.findings, done.notes, done.elsewhere, done.address) == ((leak,), 1, (), True)
    left = everything_stored(store)
    assert not [word for word in ("Elowen", "elowen", "▒▒▒", "have turned red") if word in left]
    with store.database.reading() as connection:
        assert connection.execute(select(tables.versions.c.content_hash)).scalars().all() == before
        assert connection.execute(select(tables.versions.c.salt)).scalars().all() == [None]
    assert store.digests.get(week).findings[0].excerpt == ""
    assert store.digests.get(week).findings[0].post_url == "https://blog.example/"
    assert (review_ids(store), notes(store)) == ([number], [])
    (line,) = events(store, "version.erased")
    assert (line.actor, line.details["why"]) == ("user:1", "request")
    assert f"version:{done.version_id}" in str(line.details) or str(done.version_id) in str(line.details)


def test_no_erased_word_is_left_in_the_bytes_of_the_files(sqlite_store, tmp_path):
    """Neither the words nor what they were sealed as: whoever has the key could read that."""
    account = active(sqlite_store)
    long = "Elowen told me so. " * 300
    (leak,) = visit(sqlite_store, flagged(post("1", long, url=TITLE), LEAK)).findings
    review(sqlite_store, leak, note="Elowen is named.")
    sqlite_store.digests.save(digest_of(sqlite_store, sqlite_store.findings.all(), account_id=account.id))
    before = sealed(sqlite_store)

    def in_files(words):
        return [file.name for file in tmp_path.glob("section7.db*") if words[:400] in file.read_bytes()]

    assert all(in_files(each.encode()) for each in before)
    assert in_files(TITLE.encode())
    done = sqlite_store.erasure.mention(leak, own_post, "user:1", NOW)
    assert done.scrubbed
    # The terms of the account's name and of the detector's own reason stay.
    secrets = [each.encode() for each in set(before) - set(sealed(sqlite_store))]
    assert len(secrets) > 3
    assert [each for each in (*secrets, b"Elowen", b"story-of-elowen") if in_files(each)] == []


def test_notes_may_stay_and_other_versions_are_named(store):
    active(store)
    (first,) = visit(store, flagged(post("1", "Elowen told me."), LEAK)).findings
    edited = flagged(post("1", "Elowen told me so."), LEAK, change=Change.EDITED)
    (second,) = visit(store, edited, now=START + 2 * HOUR).findings
    review(store, second)
    done = store.erasure.mention(second, own_post, "user:1", NOW, notes=False)
    assert (done.findings, done.elsewhere, done.notes, done.address) == ((second,), (first,), 0, False)
    assert texts(store) == ["Elowen told me.", None]
    assert len(notes(store)) == 1


def test_a_mention_is_found_by_its_review(store):
    active(store)
    (leak,) = visit(store, flagged(post("1"), LEAK)).findings
    assert store.erasure.finding_of(review(store, leak)) == leak
    for wrong in (lambda: store.erasure.finding_of(99), lambda: store.erasure.mention(99, own_post, "user:1", NOW)):
        with pytest.raises(UsageError):
            wrong()


def test_a_hold_stands_against_a_mention(store):
    account = active(store)
    (leak,) = visit(store, flagged(post("1", "Held words."), LEAK)).findings
    store.holds.place(account.id, "Claim.", "user:1", NOW)
    with pytest.raises(Refused):
        store.erasure.mention(leak, own_post, "user:2", NOW)
    assert texts(store) == ["Held words."]


def practice(store):
    """A clinician with findings of every fate; returns staff and the findings by name."""
    who = person(store)
    active(store, who)
    fates = visit(
        store,
        clean(post("0")),
        flagged(post("1", "Open words."), finding()),
        flagged(post("2", "Dismissed words."), finding()),
        flagged(post("3", "Upheld words."), finding()),
        flagged(post("4", "Leaked words."), LEAK),
        flagged(post("5", "Breached words."), BREACH),
    )
    with store.database.reading() as connection:
        query = select(tables.posts.c.post_id, tables.findings.c.id).select_from(
            tables.findings.join(tables.versions).join(tables.posts)
        )
        by_post = {row.post_id: row.id for row in connection.execute(query)}
    assert len(by_post) == len(fates.findings) == 5
    review(store, by_post["1"], state=ReviewState.NOTIFIED)
    review(store, by_post["2"], outcome=Outcome.NOT_UPHELD)
    review(store, by_post["3"], outcome=Outcome.UPHELD_GUIDANCE)
    review(store, by_post["4"], outcome=Outcome.UPHELD_TRAINING)
    return who


def test_a_clinician_is_erased_but_for_what_a_duty_keeps(store):
    who = practice(store)
    done = store.erasure.clinician(who.id, US, "user:1", NOW)
    assert texts(store) == ["Leaked words.", "Breached words."]
    assert done.removed == {"findings": 3, "reviews": 3, "versions": 4, "posts": 4, "sign-ins": 0}
    assert store.accounts.all()[0].state is AccountState.WITHDRAWN
    stays = of(done)
    assert stays["upheld findings of clause 2"] == (1, US.bases["upheld_confidential"].source)
    assert stays["findings of clause 2 that nobody has decided on"] == (1, US.bases["open_confidential"].source)
    assert "decisions on what was dismissed or not upheld, without words" not in stays
    assert stays["lines of the authorisation ledger"][0] == 3
    again = store.erasure.clinician(who.id, US, "user:1", NOW + DAY)
    assert set(again.removed.values()) == {0}


def test_california_keeps_the_decisions_and_no_word_of_what_was_dismissed(store):
    who = practice(store)
    done = store.erasure.clinician(who.id, CALIFORNIA, "user:1", NOW)
    assert texts(store) == ["Upheld words.", "Leaked words.", "Breached words."]
    assert of(done)["decisions on what was dismissed or not upheld, without words"] == (
        1, CALIFORNIA.bases["dismissed_record"].source,
    )  # fmt: skip
    assert len(notes(store)) == 2


def test_what_is_held_of_a_clinician_stays_and_is_named(store):
    who = practice(store)
    (account,) = store.accounts.all()
    store.holds.place(account.id, "Claim.", "user:1", NOW)
    before = texts(store)
    done = store.erasure.clinician(who.id, US, "user:2", NOW)
    assert texts(store) == before
    assert of(done)[f"everything of account {account.id}"][1].startswith("a legal hold")
    assert store.accounts.all()[0].state is AccountState.ACTIVE


def test_other_people_keep_everything(store):
    who, other = practice(store), active(store)
    visit(store, flagged(post("9", "Other words.")), of=other)
    store.erasure.clinician(who.id, US, "user:1", NOW)
    assert "Other words." in texts(store)


def test_the_sign_in_of_a_clinician_ends_and_that_of_a_reviewer_stays(store):
    who = person(store)
    one = store.users.add("Maren Okafor", "maren@example.org", [Role.CLINICIAN], who.id, "command", START)
    two = store.users.add("Maren Okafor", "m2@example.org", [Role.CLINICIAN, Role.REVIEWER], who.id, "command", START)
    with store.database.writing() as connection:
        link = {
            "token_hash": "a" * 64,
            "user_id": one.id,
            "purpose": "invitation",
            "created_at": SEEN,
            "expires_at": NOW,
        }
        connection.execute(insert(people.links).values(link))
    assert store.erasure.clinician(who.id, US, "user:9", NOW).removed["sign-ins"] == 1
    assert [store.users.get(each.id).active for each in (one, two)] == [False, True]
    with store.database.reading() as connection:
        assert connection.execute(select(people.links)).all() == []
    with pytest.raises(UsageError):
        store.erasure.clinician(99, US, "user:9", NOW)


def test_a_withdrawal_leaves_what_was_upheld_and_the_bare_record_of_the_rest(store):
    practice(store)
    (account,) = store.accounts.all()
    store.accounts.withdraw(account.id, "tester", NOW)
    assert texts(store) == ["Upheld words.", "Leaked words.", "Breached words."]
    assert len(review_ids(store)) == 3
    assert len(notes(store)) == 2
