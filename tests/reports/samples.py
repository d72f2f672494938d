"""One invented practice and its weeks: nobody here exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.findings import Clause, Severity
from domain.reporting import ArchiveContent, CoverageLine, Digest, Period, Reading, ReportedFinding
from reports.build import build_digest, week_figures
from reports.render import Renderer

PRACTICE = "Larkspur Bend Counseling"
ZONE = "America/Denver"
NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
PRIVACY = "Noor Haddad, privacy officer, privacy@larkspurbend.example, (303) 555-0142"

CLAUSE_TEXTS = (
    ("1", "Separate accounts", "Personal accounts do not speak for the practice."),
    ("2", "Client confidentiality", "Nothing that could identify a client or tell of a session."),
    ("3", "No therapy online", "No advice to one person, no clinical messages, no emergencies."),
    ("4", "Respectful conduct", "No attacks, threats or slurs."),
    ("5", "Endorsements", "Only what is on the register, and with the connection disclosed."),
    ("6", "Personal opinions", "One's own view is one's own; it is not the practice's."),
    ("7", "Monitoring", "Only enrolled accounts, only public posts, the same schedule for everybody."),
    ("8", "Raising a concern", "Anybody may; nobody must; nobody is worse off for it."),
    ("9", "What follows", "People look, listen and decide. Software does not."),
)
TITLES = tuple((number, title) for number, title, _ in CLAUSE_TEXTS)
SECRET = "her beagle Biscuit and the flood on Alder Street"
"""Stands for client detail; it may be seen in the archive and never in a mail."""

RENDERER = Renderer(
    practice=PRACTICE,
    sender="Section7 <monitor@larkspurbend.example>",
    archive_url="https://archive.larkspurbend.example/section7/",
    mail_domain="larkspurbend.example",
    privacy_contact=PRIVACY,
    time_zone=ZONE,
    clause_titles=TITLES,
)


def period(week: int = 47) -> Period:
    """An ISO week of 2026 in Denver, Monday midnight to Monday midnight."""
    first = datetime.fromisocalendar(2026, week, 1).replace(tzinfo=ZoneInfo(ZONE))
    after = first + timedelta(days=7)
    return Period(week=f"2026-W{week:02d}", start=first.astimezone(UTC), end=after.astimezone(UTC), time_zone=ZONE)


def finding(number: int = 1, **changes: object) -> ReportedFinding:
    """A moderate endorsement item; `changes` make it another one."""
    published = datetime(2026, 11, 17, 18, 30, tzinfo=UTC)
    made = ReportedFinding(
        id=number,
        account_id=3,
        account="@tess.okafor@social.example",
        author="Tess Okafor",
        platform="mastodon",
        clause=Clause.ENDORSEMENT,
        severity=Severity.S2,
        probability=0.83,
        reason="The post recommends a paid app that is not on the practice's register.",
        excerpt="everyone should get the [product] app, link in my bio",
        post_url=f"https://social.example/@tess.okafor/{11_000_000 + number}",
        published_at=published,
        first_seen_at=published + timedelta(hours=3),
        detector="endorsement",
        detector_version="1.0",
        policy_version="a1b2c3d4e5f6",
    )
    return replace(made, **changes)


CONFIDENTIAL = finding(
    101,
    account_id=4,
    account="jo-at-larkspur.example",
    author="Jo Lindqvist",
    platform="wordpress",
    clause=Clause.CONFIDENTIALITY,
    severity=Severity.S4,
    probability=0.97,
    reason=f"The post tells of {SECRET}.",
    excerpt=f"This week a client of mine lost {SECRET} …",
    post_url="https://jo-at-larkspur.example/2026/11/biscuit-and-the-flood/",
    needs_context=("image",),
    author_told_at=datetime(2026, 11, 18, 9, 0, tzinfo=UTC),
)
THERAPEUTIC = finding(
    102,
    clause=Clause.THERAPEUTIC,
    severity=Severity.S3,
    account="@tess.okafor@social.example",
    reason="The reply gives one stranger advice on stopping a medicine.",
    excerpt="honestly just stop taking it for a week and see",
    needs_context=("parent",),
    edited=True,
)
ENDORSED = finding(103)
MINOR = finding(
    104,
    account_id=5,
    account="larkspurbend.example",
    author="Larkspur Bend Counseling",
    platform="bluesky",
    clause=Clause.SEPARATION,
    severity=Severity.S1,
    probability=0.55,
    reason="The profile's name could be taken for the practice's own.",
    excerpt="Larkspur Bend Counseling | Jo",
    gone_at=datetime(2026, 11, 19, 12, 0, tzinfo=UTC),
)
STANDING = finding(
    71,
    clause=Clause.CONDUCT,
    severity=Severity.S3,
    reason="The post insults a named colleague of another practice.",
    excerpt="[name] is a fraud and everybody in town knows",
    published_at=datetime(2026, 10, 29, 4, 30, tzinfo=UTC),
    first_seen_at=datetime(2026, 10, 29, 12, 0, tzinfo=UTC),
)


def line(number: int, account: str, reading: Reading = Reading.READ, **changes: object) -> CoverageLine:
    made = CoverageLine(
        account_id=number,
        account=account,
        author="Sam Iverson",
        platform="bluesky",
        reading=reading,
        last_read_at=datetime(2026, 11, 22, 10, 0, tzinfo=UTC),
        passes=7,
        posts_seen=20,
        new=3,
        edited=1,
        gone=0,
        not_assessed=0,
        malformed=0,
    )
    return replace(made, **changes)


COVERAGE = (
    line(3, "@tess.okafor@social.example", author="Tess Okafor", platform="mastodon", gone=1, not_assessed=2),
    line(4, "jo-at-larkspur.example", author="Jo Lindqvist", platform="wordpress"),
    line(5, "larkspurbend.example", author="Larkspur Bend Counseling"),
    line(6, "sam-iverson.example"),
    line(
        7,
        "@dr.vega@mstdn.example",
        Reading.QUARANTINED,
        author="Ines Vega",
        platform="mastodon",
        last_read_at=datetime(2026, 11, 2, 10, 0, tzinfo=UTC),
        posts_seen=0,
        new=0,
        reason="The account was not found, or is suspended or moved.",
    ),
    line(
        8,
        "notes.pemberton.example",
        Reading.FAILING,
        author="Ada Pemberton",
        platform="feed",
        posts_seen=0,
        new=0,
        malformed=1,
        reason="The site answered too slowly.",
    ),
    line(9, "marlow.example", Reading.NEVER, author="Kit Marlow", last_read_at=None, posts_seen=0, new=0),
)


def digest(week: int = 47, **changes: object) -> Digest:
    """Week 47 with four items, unless `changes` say otherwise."""
    given = {
        "practice": PRACTICE,
        "period": period(week),
        "now": NOW,
        "findings": (MINOR, ENDORSED, CONFIDENTIAL, THERAPEUTIC),
        "open_before": (STANDING,),
        "coverage": COVERAGE,
        "policy_version": "a1b2c3d4e5f6",
        "detector_version": "1.0",
        "clause_titles": TITLES,
    }
    return build_digest(**{**given, **changes})


def quiet(week: int = 46, **changes: object) -> Digest:
    """A week in which nothing was found."""
    return digest(week, **{"findings": (), "open_before": (), **changes})


def many(count: int, first: int = 1000) -> tuple[ReportedFinding, ...]:
    """Items of every clause, severity and account kind, spread over a week; the reasons are as long as reasons get."""
    clauses, severities = tuple(Clause), (Severity.S1, Severity.S2, Severity.S3, Severity.S4)
    return tuple(
        finding(
            first + place,
            clause=clauses[place % len(clauses)],
            severity=severities[place % len(severities)],
            account_id=place % 12 + 1,
            account=f"@person-{place % 12 + 1}@social.example",
            reason="The post recommends something that is sold, and does not say who pays for it. " * 3,
            published_at=datetime(2026, 11, 16, 8, 0, tzinfo=UTC) + timedelta(minutes=place),
        )
        for place in range(count)
    )


def content(*digests: Digest) -> ArchiveContent:
    """An archive of these weeks, else of a full and a quiet one."""
    shown = digests or (digest(), quiet())
    return ArchiveContent(
        practice=PRACTICE,
        made_at=NOW,
        time_zone=ZONE,
        digests=shown,
        clause_texts=CLAUSE_TEXTS,
        figures=tuple(week_figures(one) for one in shown),
        privacy_contact=PRIVACY,
    )
