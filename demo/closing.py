"""The closing print: what happened, what was found, how that compares with a careful human, and where to look."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.markup import escape
from rich.table import Table

from demo.story import Verdict
from domain.findings import GRAVITY, Clause, Severity
from domain.posts import PostKind
from domain.review import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from demo.play import Diary
    from demo.story import StoryPost
    from demo.world import Expected, World
    from domain.reporting import ReportedFinding
    from domain.review import Review
    from monitor.app import App

MENDED = "tess-42"
"""Story id of the post whose author mends it in time."""
PROFILE = "tess"
"""Key of the account whose profile passes for the practice for some weeks."""
DANGER = "tess-41"
"""Story id of the post that only the clinical lead hears of."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Post versions by what a careful human said and whether anything was reported, withdrawn accounts left out."""

    found: int
    missed: tuple[Expected, ...]
    borderline_found: int
    borderline: int
    false_alarms: tuple[Expected, ...]
    fine: int


def tell(console: Console, world: World, app: App, diary: Diary, folder: Path) -> bool:
    """Print it all; False when a post was stored that must never be, or what the story asks for went astray."""
    _events(console, world, diary)
    _weeks(console, app)
    _comparison(console, compare(world, app))
    leaked = forbidden(world, folder)
    console.print(
        f"Posts in the database that must never be: {len(leaked)}, of {len(world.never())} there to be taken."
    )
    silent = _safety(console, world, app, folder)
    kept_out = _mended(console, world, app)
    shown = _profile(console, world, app)
    _where(console, folder)
    return silent and kept_out and shown and not leaked


def compare(world: World, app: App) -> Comparison:
    """Hold the story's verdicts against what was reported. The story is no test set: it only shows how it looks."""
    withdrawn = {account.key for account in world.accounts if account.story.withdraws_at}
    reported = {finding.post_url for finding in app.store.findings.all()}
    versions = [version for week in world.weeks for version in world.expected(week) if version.account not in withdrawn]
    by_verdict = {
        verdict: [version for version in versions if version.expectation.verdict is verdict] for verdict in Verdict
    }
    violations = by_verdict[Verdict.VIOLATION]
    return Comparison(
        found=sum(version.url in reported for version in violations),
        missed=tuple(version for version in violations if version.url not in reported),
        borderline_found=sum(version.url in reported for version in by_verdict[Verdict.BORDERLINE]),
        borderline=len(by_verdict[Verdict.BORDERLINE]),
        false_alarms=tuple(
            version
            for version in by_verdict[Verdict.FINE]
            if version.url in reported and not _ever_wrong(version, versions)
        ),
        fine=len(by_verdict[Verdict.FINE]),
    )


def forbidden(world: World, folder: Path) -> tuple[str, ...]:
    """Story ids of posts whose opening words or address stand in the database file although they never may."""
    stored = b"".join(file.read_bytes() for file in sorted(folder.glob("section7.db*")))
    return tuple(
        post.id
        for account in world.accounts
        for post in world.posts(account.key)
        if post.versions[0].expectation.verdict is Verdict.NEVER or account.story.withdraws_at
        if _opening(post) in stored or world.url(post).encode() in stored
    )


def _opening(post: StoryPost) -> bytes:
    """Enough of a post, or of what it boosts, to know it again."""
    words = post.boost.text if post.boost else post.versions[0].text
    return words.strip()[:40].encode()


def _ever_wrong(version: Expected, versions: list[Expected]) -> bool:
    """Whether another version of the same post deserves its finding, as before an edit that healed it."""
    return any(
        other.url == version.url and other.expectation.verdict in (Verdict.VIOLATION, Verdict.BORDERLINE)
        for other in versions
    )


def _events(console: Console, world: World, diary: Diary) -> None:
    zone = ZoneInfo(world.practice.time_zone)
    console.print("\n[bold]What happened[/bold]")
    for at, what in diary.events:
        console.print(f"  {at.astimezone(zone):%a %d %b %H:%M}  {escape(what)}", highlight=False)


def _weeks(console: Console, app: App) -> None:
    titles = {text.id: text.title for text in app.policy.clauses}
    table = Table("Week", "Read", "New", "Edited", "Gone", "Found", title="Weekly digests")
    for digest in app.store.digests.all():
        lines = digest.coverage
        found = Counter(finding.clause for finding in digest.findings)
        table.add_row(
            digest.period.week,
            f"{sum(line.passes > 0 for line in lines)} of {len(lines)}",
            *(str(sum(getattr(line, name) for line in lines)) for name in ("new", "edited", "gone")),
            ", ".join(f"{found[clause]} {titles[clause]}" for clause in GRAVITY if found[clause]) or "nothing",
        )
    console.print()
    console.print(table)
    _gravest(console, list(app.store.findings.all()), titles)


def _gravest(console: Console, findings: list[ReportedFinding], titles: dict[str, str]) -> None:
    console.print("[bold]The gravest[/bold] (unconfirmed, as every finding)")
    for finding in sorted(findings, key=lambda one: (-one.severity, one.first_seen_at)):
        if finding.severity < Severity.S3:
            break
        where = f"{titles[finding.clause]}, {finding.platform}, {finding.published_at:%d %b}"
        console.print(escape(f"  S{finding.severity} {where}: {finding.reason}"), highlight=False)


def _comparison(console: Console, seen: Comparison) -> None:
    violations = seen.found + len(seen.missed)
    console.print(
        "\n[bold]Expected and found[/bold] (what a careful reader of these posts would say; no proof of accuracy)"
    )
    console.print(f"  violations found: {seen.found} of {violations}")
    console.print(f"  borderline posts shown: {seen.borderline_found} of {seen.borderline}")
    console.print(f"  fine posts flagged: {len(seen.false_alarms)} of {seen.fine}")
    for version in seen.missed:
        console.print(f"  missed: {escape(version.expectation.why or version.story_id)}", highlight=False)


def _safety(console: Console, world: World, app: App, folder: Path) -> bool:
    """One post of the story shows a danger to its author's life: one person hears, and nothing else does."""
    post = world.post(DANGER)
    files = (folder / "mail" / "new").iterdir()
    mails = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    heard = [mail["Date"].datetime for mail in mails if mail["To"] == app.policy.hears_of_danger.email]
    found = sum(finding.post_url == world.url(post) for finding in app.store.findings.all())
    kept = sum(_opening(post) in file.read_bytes() for file in folder.glob("section7.db*"))
    zone = ZoneInfo(world.practice.time_zone)
    wrote, *told = (f"{at.astimezone(zone):%a %d %b %H:%M}" for at in (post.published_at, *heard))
    console.print(
        f"Written {wrote}, as if its author's life were in danger; told to the clinical lead {', '.join(told)}, "
        f"to nobody else. Findings and files that hold it: {found + kept}.",
        highlight=False,
    )
    return len(heard) == 1 and not found and not kept


def _mended(console: Console, world: World, app: App) -> bool:
    """One post of the story is mended while only its author knows of the finding: no digest may name it."""
    reviews = [review for review in app.store.reviews.standing(closed=True) if _in_time(review)]
    named = {finding.id for digest in app.store.digests.all() for finding in digest.findings}
    url = world.url(world.post(MENDED))
    mended = [finding for finding in app.store.findings.all() if finding.post_url == url]
    console.print(
        f"Mended by their authors before management was to see them: {len(reviews)}; "
        f"of these in a digest: {sum(review.finding_id in named for review in reviews)}.",
        highlight=False,
    )
    settled = {review.finding_id for review in reviews}
    return bool(mended) and all(finding.id in settled and finding.id not in named for finding in mended)


def _in_time(review: Review) -> bool:
    if review.outcome is not Outcome.RESOLVED or review.closed_at is None or review.grace_until is None:
        return False
    return review.closed_at <= review.grace_until


def _profile(console: Console, world: World, app: App) -> bool:
    """One profile passes for the practice for some weeks: one digest names it, once."""
    number = next(one.id for one in app.store.accounts.all() if one.url == _url_of(world, PROFILE))
    found = [
        (digest.period.week, finding)
        for digest in app.store.digests.all()
        for finding in digest.findings
        if finding.kind is PostKind.PROFILE
    ]
    wrong = [version.at for version in world.account(PROFILE).bios if version.expectation.findings]
    console.print(
        f"Profiles that passed for the practice: {len(wrong)}; named in the digests of: "
        f"{', '.join(week for week, _ in found) or 'none'}.",
        highlight=False,
    )
    good = [
        finding.account_id == number and finding.clause is Clause.SEPARATION and finding.first_seen_at >= at
        for (_, finding), at in zip(found, wrong, strict=False)
    ]
    return len(found) == len(wrong) and all(good)


def _url_of(world: World, key: str) -> str:
    return next(account.url for account in world.accounts if account.key == key)


def _where(console: Console, folder: Path) -> None:
    mails = len(list((folder / "mail" / "new").iterdir()))
    console.print("\n[bold]Where to look[/bold]")
    console.print(f"  archive  {folder / 'archive' / 'index.html'}", highlight=False)
    console.print(
        f"  mail     {folder / 'mail' / 'new'} ({mails} mails: digests, alerts, authors' notices)", highlight=False
    )
    console.print(f"  settings {folder / 'config.toml'}, {folder / 'policy.toml'}", highlight=False)
