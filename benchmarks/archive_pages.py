"""52 weeks with 10,000 findings: every digest as mail and the whole archive, first and again unchanged."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.pairs import paired
from domain.findings import Clause, Severity
from domain.periods import period_of
from domain.reporting import ArchiveContent, CoverageLine, Digest, Reading, ReportedFinding
from reports.archive import write_archive
from reports.build import build_digest
from reports.render import Renderer

WEEKS = 52
FINDINGS = 10_000
ACCOUNTS = 40
FIRST = datetime(2025, 11, 3, 12, tzinfo=UTC)
ZONE = "America/New_York"
TITLES = tuple((str(number), f"Section {number}") for number in range(1, 10))


def main() -> None:
    """Print the rates, and the whole as a ratio to writing the same bytes bare."""
    digests = tuple(_digest(week) for week in range(WEEKS))
    content = ArchiveContent("Larkspur Bend Counseling", FIRST, ZONE, digests, tuple((i, t, "") for i, t in TITLES))
    with tempfile.TemporaryDirectory() as folder:
        once = Path(folder) / "once"
        write_archive(content, once)
        numbers = iter(range(1000))
        fresh = paired(
            lambda: write_archive(content, Path(folder) / f"new{next(numbers)}"), lambda: _bare(once, folder), rounds=3
        )
        again = paired(lambda: write_archive(content, once), lambda: _mails(digests), rounds=3)
        size = sum(file.stat().st_size for file in once.rglob("*") if file.is_file())
    print(
        f"archive of {WEEKS} weeks, {FINDINGS:,} findings: {fresh.first:.1f} s of processor time, {size / 1e6:.0f} MB"
    )
    print(f"  written again unchanged: {again.first:.1f} s, {again.first / fresh.first:.2f} of the first time")
    print(f"  {WEEKS} digests as mail: {again.second:.1f} s, {again.second / fresh.first:.2f} of the archive's time")
    print(f"  {fresh.ratio:.0f} times as long as writing the same number of bytes bare")


def _bare(once: Path, folder: str) -> None:
    for number, file in enumerate(once.rglob("*.html")):
        (Path(folder) / f"bare{number}").write_bytes(file.read_bytes())


def _mails(digests: tuple[Digest, ...]) -> None:
    renderer = Renderer("Larkspur Bend Counseling", "s@x.example", "https://a.example", "x.example", "p@x.example")
    for digest in digests:
        renderer.digest(digest, "manager@x.example", digest.built_at)


def _digest(week: int) -> Digest:
    period = period_of(FIRST + timedelta(weeks=week), ZONE)
    share = range(week, FINDINGS, WEEKS)
    return build_digest(
        practice="Larkspur Bend Counseling",
        period=period,
        now=period.end,
        findings=[_finding(number, period.start) for number in share],
        open_before=(),
        coverage=[_line(number, period.end) for number in range(ACCOUNTS)],
        policy_version="p",
        detector_version="d",
        clause_titles=TITLES,
    )


def _finding(number: int, at: datetime) -> ReportedFinding:
    return ReportedFinding(
        id=number + 1,
        account_id=number % ACCOUNTS,
        account=f"@person{number % ACCOUNTS}",
        author=f"Person {number % ACCOUNTS}",
        platform="mastodon",
        clause=list(Clause)[number % 6],
        severity=Severity(1 + number % 4),
        probability=0.8,
        reason="The post praises a product and calls on people to buy.",
        excerpt="████████ and what it does for sleep is ████████",
        post_url=f"https://x.example/{number}",
        published_at=at + timedelta(minutes=number % 9000),
        first_seen_at=at + timedelta(minutes=number % 9000),
        detector="rules",
        detector_version="d",
        policy_version="p",
    )


def _line(number: int, at: datetime) -> CoverageLine:
    return CoverageLine(
        number, f"@person{number}", f"Person {number}", "mastodon", Reading.READ, at, 7, 20, 5, 0, 0, 0, 0
    )
