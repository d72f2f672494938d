from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, update

from domain.reporting import CoverageLine, Digest, Judged, Period, Reading
from store import tables
from tests.reports.samples import digest as reported_digest
from tests.store.records import DAY, START, active, flagged, post, visit

WEEK = Period("2026-W47", START - timedelta(hours=9), START - timedelta(hours=9) + 7 * DAY, "America/New_York")


def digest_of(store, found=(), account_id=1, period=WEEK, built_at=WEEK.end + timedelta(hours=7)):
    found = tuple(found)
    line = CoverageLine(
        account_id=account_id,
        account="@maren@social.example",
        author="Maren Okafor",
        platform="mastodon",
        reading=Reading.READ,
        last_read_at=START,
        passes=7,
        posts_seen=3,
        new=1,
        edited=0,
        gone=0,
        not_assessed=0,
        malformed=0,
    )
    return Digest(
        practice="Larkspur Bend Counseling",
        period=period,
        built_at=built_at,
        findings=found,
        coverage=(line, replace(line, reading=Reading.NEVER, last_read_at=None)),
        policy_version="p",
        detector_version="d",
        clause_titles=(("1", "Separation"), ("9", "Consequences")),
        open_before=found,
    )


def test_a_digest_comes_back_as_it_was_saved(store):
    active(store)
    visit(store, flagged(post()))
    digest = digest_of(store, store.findings.all())
    assert len(digest.findings) == 1
    assert store.digests.save(digest) == digest
    assert store.digests.get("2026-W47") == digest
    assert store.digests.all() == (digest,)


def test_a_second_digest_of_the_week_changes_nothing(store):
    first = store.digests.save(digest_of(store))
    again = store.digests.save(digest_of(store, built_at=WEEK.end + 3 * DAY))
    assert again == first
    assert store.digests.weeks() == ("2026-W47",)


def test_weeks_come_in_order(store):
    for week in ("2026-W47", "2025-W52", "2026-W02"):
        store.digests.save(digest_of(store, period=replace(WEEK, week=week)))
    assert store.digests.weeks() == ("2025-W52", "2026-W02", "2026-W47")
    assert [each.period.week for each in store.digests.all()] == list(store.digests.weeks())
    assert store.digests.get("2026-W01") is None


def test_an_excerpt_is_stored_with_its_finding_alone(store):
    active(store)
    visit(store, flagged(post()))
    store.digests.save(digest_of(store, store.findings.all()))
    with store.database.reading() as connection:
        content = connection.execute(select(tables.digests.c.content)).scalar_one()
    assert "▒▒▒" not in repr(content)
    assert "▒▒▒" in store.digests.get("2026-W47").findings[0].excerpt


def test_weeks_are_listed_newest_first_without_reading_their_findings(store):
    for week in (45, 46, 47):
        store.digests.save(reported_digest(week))
    lines = store.digests.lines()
    assert [(line.week, line.findings, line.accounts_read, line.accounts_enrolled) for line in lines] == [
        ("2026-W47", 4, 4, 7),
        ("2026-W46", 4, 4, 7),
        ("2026-W45", 4, 4, 7),
    ]
    assert [line.week for line in store.digests.lines(before="2026-W47", limit=1)] == ["2026-W46"]


def test_an_outline_names_its_findings_and_holds_none(store):
    digest = reported_digest(47)
    store.digests.save(digest)
    outline = store.digests.outline("2026-W47")
    assert outline.findings == tuple(finding.id for finding in digest.findings)
    assert outline.open_before == (71,)
    assert (outline.digest.findings, outline.digest.coverage) == ((), digest.coverage)
    assert store.digests.outline("2026-W40") is None


def test_what_people_had_made_of_a_finding_is_kept_and_an_older_digest_has_none(store):
    active(store)
    visit(store, flagged(post()))
    found = tuple(replace(one, judged=Judged.APPEALED) for one in store.findings.all())
    store.digests.save(digest_of(store, found))
    assert [one.judged for one in store.digests.get("2026-W47").findings] == [Judged.APPEALED]

    def older(content):
        return content | {
            "findings": [{k: v for k, v in each.items() if k != "judged"} for each in content["findings"]]
        }

    with store.database.writing() as connection:
        content = connection.execute(select(tables.digests.c.content)).scalar_one()
        connection.execute(update(tables.digests).values(content=older(content)))
    assert [one.judged for one in store.digests.get("2026-W47").findings] == [None]
