from __future__ import annotations

import os
from dataclasses import replace

from sqlalchemy import select

from domain.findings import Clause, Severity
from domain.plans import Ceiling, RetentionProfile
from domain.reporting import DeliveryKind
from domain.review_locks import ReviewRules
from store import tables
from store.findings import ALERT_PREFIX
from tests.store.records import DAY, HOUR, START, active, clean, finding, flagged, post, visit
from tests.store.test_digests import digest_of

FOREVER = RetentionProfile("forever", None, None, None, None, None, None)
S3 = finding(severity=Severity.S3)
LEAK = finding(Clause.CONFIDENTIALITY, Severity.S1)
BREACH = finding(Clause.CONFIDENTIALITY, Severity.S4)
SEEN = START + HOUR


def texts(store):
    with store.database.reading() as connection:
        return connection.execute(select(tables.versions.c.kept_text).order_by(tables.versions.c.id)).scalars().all()


def keep(store, now, ceilings=None, **rules):
    return store.retention.apply(replace(FOREVER, **rules), ceilings or {}, now).removed


def test_without_rules_nothing_is_ever_erased(store):
    active(store)
    visit(store, clean(post("1")), flagged(post("2")))
    assert set(keep(store, START + 9999 * DAY).values()) == {0}


def test_clean_hashes_go_by_when_they_were_last_seen(store):
    account = active(store)
    visit(store, clean(post("1")), clean(post("2")), flagged(post("3")))
    visit(store, seen=("2",), now=SEEN + DAY)
    assert keep(store, SEEN + 90 * DAY, clean_hash=90 * DAY)["posts"] == 0
    assert keep(store, SEEN + 90 * DAY + HOUR, clean_hash=90 * DAY)["posts"] == 1
    assert set(store.posts.known(account.id)) == {"2", "3"}


def test_findings_go_by_clause_and_severity(store):
    active(store)
    visit(store, flagged(post("1")), flagged(post("2"), S3), flagged(post("3"), LEAK), flagged(post("4"), BREACH))
    rules = {"open_minor": 1 * DAY, "open_serious": 2 * DAY, "open_confidential": 3 * DAY}
    left = []
    for days in (1, 2, 3):
        keep(store, SEEN + days * DAY + HOUR, **rules)
        left.append([each.severity.value for each in store.findings.all()])
    assert left == [[3, 1, 4], [1, 4], []]
    assert texts(store) == [None] * 4


def test_words_stay_while_another_finding_needs_them(store):
    active(store)
    visit(store, flagged(post("1", "Needed words."), finding(), finding(Clause.OPINION, Severity.S3)))
    assert keep(store, SEEN + 2 * DAY, open_minor=DAY)["findings"] == 1
    assert texts(store) == ["Needed words."]


def test_erased_findings_leave_the_digests(store):
    active(store)
    visit(store, flagged(post("1")), flagged(post("2"), S3))
    week = store.digests.save(digest_of(store, store.findings.all())).period.week
    keep(store, SEEN + 2 * DAY, open_minor=DAY)
    assert [each.severity for each in store.digests.get(week).findings] == [Severity.S3]
    assert [each.severity for each in store.digests.get(week).open_before] == [Severity.S3]
    with store.database.reading() as connection:
        content = connection.execute(select(tables.digests.c.content)).scalar_one()
    assert len(content["findings"]) == 1


def test_words_of_a_deleted_post_go_by_the_platforms_terms_but_for_a_breach(store):
    active(store)
    visit(store, flagged(post("1", "Gone words.")), flagged(post("2", "Breach."), BREACH), flagged(post("3", "Live.")))
    visit(store, gone=("1", "2"), now=SEEN + DAY)
    assert keep(store, SEEN + DAY, {"mastodon": Ceiling(erase_deleted=False)})["texts"] == 0
    assert keep(store, SEEN + DAY, {"bluesky": Ceiling()})["texts"] == 0
    assert keep(store, SEEN + DAY, {"mastodon": Ceiling()})["texts"] == 1
    assert texts(store) == [None, "Breach.", "Live."]
    assert [each.excerpt == "" for each in store.findings.all()] == [True, False, False]


def test_a_platforms_ceiling_on_time_takes_all_words(store):
    active(store)
    visit(store, flagged(post("1")), flagged(post("2"), BREACH))
    assert keep(store, SEEN + DAY, {"mastodon": Ceiling(keep_text=DAY)})["texts"] == 0
    assert keep(store, SEEN + DAY + HOUR, {"mastodon": Ceiling(keep_text=DAY)})["texts"] == 2
    assert texts(store) == [None, None]
    assert len(list(store.findings.all())) == 2


def test_logs_go_by_their_age(store):
    active(store)
    visit(store)
    store.runs.finish(store.runs.start("collect", "w", SEEN), SEEN, {"read": 1}, "")
    mail = store.deliveries.enqueue(DeliveryKind.DIGEST, "2026-W47", "m@example.org", "<a>", SEEN)
    store.deliveries.enqueue(DeliveryKind.DIGEST, "2026-W47", "n@example.org", "<b>", SEEN)
    store.deliveries.sent(mail.id, SEEN)
    assert keep(store, SEEN + DAY, run_log=DAY, delivery_log=DAY) == keep(store, SEEN)
    removed = keep(store, SEEN + 2 * DAY, run_log=DAY, delivery_log=DAY)
    assert (removed["passes"], removed["runs"], removed["deliveries"]) == (1, 1, 1)
    assert [each.message_id for each in store.deliveries.unsent()] == ["<b>"]


def test_an_alerts_line_stays_while_its_finding_does(store):
    active(store)
    (critical,) = visit(store, flagged(post(), BREACH)).critical
    mail = store.deliveries.enqueue(DeliveryKind.ALERT, f"{ALERT_PREFIX}{critical}", "o@example.org", "<a>", SEEN)
    store.deliveries.sent(mail.id, SEEN)
    assert keep(store, SEEN + 9 * DAY, delivery_log=DAY)["deliveries"] == 0
    assert store.findings.critical_unalerted() == ()
    assert keep(store, SEEN + 9 * DAY, delivery_log=DAY, open_confidential=DAY)["deliveries"] == 1


def test_a_second_pass_finds_nothing_left(store):
    active(store)
    visit(store, clean(post("1")), flagged(post("2")))
    rules = {"clean_hash": DAY, "open_minor": DAY, "run_log": DAY}
    first = keep(store, SEEN + 9 * DAY, **rules)
    assert (first["posts"], first["findings"], first["texts"], first["passes"]) == (2, 1, 1, 1)
    assert set(keep(store, SEEN + 9 * DAY, **rules).values()) == {0}


def test_more_lines_than_one_batch(store):
    with store.database.writing() as connection:
        rows = [{"kind": "x", "owner": "x", "started_at": START, "counts": {}, "problem": ""}] * 2300
        connection.execute(tables.runs.insert(), rows)
    assert keep(store, START + 2 * DAY, run_log=DAY)["runs"] == 2300


def test_an_old_backup_is_erased(sqlite_store, tmp_path):
    backup = tmp_path / "section7.db.backup"
    backup.write_bytes(b"words")
    os.utime(backup, (START.timestamp(), START.timestamp()))
    assert keep(sqlite_store, START + 7 * DAY - HOUR)["backups"] == 0
    assert keep(sqlite_store, START + 7 * DAY)["backups"] == 1
    assert not backup.exists()


def test_the_rules_are_explained(store):
    profile = replace(FOREVER, clean_hash=90 * DAY, run_log=DAY, source="counsel")
    lines = store.retention.explain(
        profile, {"mastodon": Ceiling(keep_text=DAY / 2), "feed": Ceiling(erase_deleted=False)}
    )
    assert lines == store.retention.apply(profile, {"mastodon": Ceiling(keep_text=DAY / 2)}, START).explained
    assert lines[:3] == (
        "Retention profile forever (counsel).",
        "Hashes of posts without findings: erased 90 days after they were last seen.",
        "Findings S1 and S2 other than clause 2, with their text: kept until a person decides.",
    )
    assert lines[-3:-1] == (
        "Text from mastodon: erased 12 hours after it was first seen, by its terms.",
        "Text from mastodon: erased when its post is gone, but for S4 findings of clause 2.",
    )
    assert "The log of passes and runs: erased 1 day after each line was written." in lines


def test_words_of_what_was_not_seen_again_go_by_the_platforms_terms_and_the_log_says_so(store):
    active(store)
    visit(store, flagged(post("1", "Seen again.")), flagged(post("2", "Not seen again."), BREACH))
    visit(store, seen=("1",), now=SEEN + DAY)
    terms = {"mastodon": Ceiling(refresh_within=2 * DAY)}
    assert keep(store, SEEN + 2 * DAY, terms)["texts"] == 0
    assert keep(store, SEEN + 2 * DAY + HOUR, {"feed": Ceiling(refresh_within=DAY)})["texts"] == 0
    assert keep(store, SEEN + 2 * DAY + HOUR, terms)["texts"] == 1
    assert texts(store) == ["Seen again.", None]
    assert [one.excerpt == "" for one in store.findings.all()] == [False, True]
    (line,) = [one for one in store.audit.entries() if one.record.event == "version.erased"]
    assert line.record.details["why"] == "retention"
    assert "Not seen" not in str(line)


def test_a_listing_that_did_not_change_counts_as_seeing_it_again(store):
    active(store)
    visit(store, flagged(post("1", "Still listed.")))
    visit(store, outcome="not-modified", now=SEEN + 3 * DAY)
    assert keep(store, SEEN + 4 * DAY, {"mastodon": Ceiling(refresh_within=2 * DAY)})["texts"] == 0
    assert texts(store) == ["Still listed."]


def test_findings_go_with_their_words_where_nothing_derived_may_outlive_them(store):
    active(store)
    visit(store, flagged(post("1", "Gone."), S3), flagged(post("2", "Live."), S3))
    visit(store, gone=("1",), now=SEEN + DAY)
    kept = {"mastodon": Ceiling(keep_scores=True)}
    bare = {"mastodon": Ceiling(keep_scores=False)}
    assert keep(store, SEEN + DAY, kept)["findings"] == 0
    assert len(list(store.findings.all())) == 2
    assert keep(store, SEEN + DAY, bare)["findings"] == 1
    assert [one.excerpt == "" for one in store.findings.all()] == [False]
    assert keep(store, SEEN + DAY, bare)["findings"] == 0


def test_a_finding_that_must_not_outlive_its_words_takes_its_review_and_leaves_the_digests(store):
    active(store)
    visit(store, flagged(post("1"), S3))
    (review,) = store.reviews.open_new(SEEN + HOUR, ReviewRules())
    week = store.digests.save(digest_of(store, store.findings.all())).period.week
    done = keep(store, SEEN + 2 * DAY, {"mastodon": Ceiling(keep_text=DAY, keep_scores=False)})
    assert (done["texts"], done["findings"]) == (1, 1)
    assert store.reviews.get(review) is None
    assert store.digests.get(week).findings == ()


def test_a_legal_hold_goes_before_every_term_of_a_platform(store):
    account = active(store)
    visit(store, flagged(post("1", "Held."), S3))
    visit(store, gone=("1",), now=SEEN + DAY)
    hold = store.holds.place(account.id, "A claim.", "user:1", SEEN)
    strict = {"mastodon": Ceiling(keep_text=HOUR, refresh_within=HOUR, keep_scores=False)}
    assert set(keep(store, SEEN + 99 * DAY, strict).values()) == {0}
    assert texts(store) == ["Held."]
    assert hold.account_id == account.id


def test_each_platforms_terms_are_explained_with_their_source(store):
    strict = Ceiling(
        keep_text=DAY, refresh_within=2 * DAY, keep_scores=False, author_only=True, source="Terms of 2026, section 4"
    )
    lines = store.retention.explain(FOREVER, {"mastodon": strict, "feed": Ceiling(erase_deleted=False, source="RSS")})
    told = [line for line in lines if "mastodon" in line or "feed" in line]
    assert told == [
        "Text from feed: its terms set no time and ask for no erasure. (RSS)",
        "Text from mastodon: erased 1 day after it was first seen, by its terms.",
        "Text from mastodon: erased when its post was not seen again for 2 days, by its terms.",
        "Text from mastodon: erased when its post is gone, but for S4 findings of clause 2.",
        "Findings on mastodon: erased with the text they stand on, by its terms.",
        "Findings on mastodon: shown to nobody but the author, by its terms. (Terms of 2026, section 4)",
    ]
