"""The archive as pages, pure: content -> (path, HTML). Relative links only, no script, nothing remote."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from domain.findings import GRAVITY, Severity
from domain.reporting import Reading
from reports import links, words
from reports.build import counts
from reports.charts import coverage_chart, findings_chart
from reports.environment import TEMPLATES, render
from reports.items import AccountLine, account_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domain.reporting import ArchiveContent, CoverageLine, Digest, ReportedFinding

T = TypeVar("T")

PAGE = 200
"""Items on one page."""
STYLE = "archive.css"


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding as the archive shows it. `anchor` is unique on its page; `week_link` is relative to the site's root."""

    anchor: str
    id: int
    clause: str
    title: str
    severity: str
    meaning: str
    grave: bool
    platform: str
    day: str
    first_seen: str
    account_id: int
    account: str
    author: str
    reason: str
    excerpt: str
    url: str
    confidence: str
    notes: tuple[str, ...]
    made_by: str
    week: str
    week_link: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where one page of a long list stands; file names are relative to the page itself, "" at the ends."""

    number: int
    first: bool
    newer: str
    older: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """One finding with the week it was reported in and the page that holds it."""

    finding: ReportedFinding
    week: str
    page: int


def pages(content: ArchiveContent) -> Iterator[tuple[str, str]]:
    """Every file of the archive but its manifest: (path below the folder, text). The entrance comes last."""
    weeks = sorted(content.digests, key=lambda digest: digest.period.week, reverse=True)
    everything = [
        _Shown(finding, digest.period.week, place // PAGE + 1)
        for digest in weeks
        for place, finding in enumerate(digest.findings)
    ]
    accounts = _accounts(weeks, everything)
    yield STYLE, (TEMPLATES / "archive" / STYLE).read_text(encoding="utf-8")
    for digest in weeks:
        yield from _week(content, digest)
    yield from _clauses(content, everything)
    yield from _account_pages(content, accounts, everything)
    yield "about.html", _page(content, "about", newest=weeks[0] if weeks else None)
    yield "404.html", _page(content, "404")
    yield "index.html", _index(content, weeks)


def _page(content: ArchiveContent, template: str, root: str = "", **values: object) -> str:
    return render(
        f"archive/{template}.html.j2",
        practice=words.plain(content.practice),
        content=content,
        root=root,
        style=STYLE,
        **values,
    )


def _index(content: ArchiveContent, weeks: Sequence[Digest]) -> str:
    titles = _titles(content)
    rows = [
        (digest.period.week, words.week(digest.period.week), words.span(digest.period), counts(digest))
        for digest in weeks
    ]
    return _page(
        content,
        "index",
        weeks=rows,
        charts=(coverage_chart(content.figures), findings_chart(content.figures, titles)),
        made=words.moment(words.local(content.made_at, content.time_zone)),
    )


def _week(content: ArchiveContent, digest: Digest) -> Iterator[tuple[str, str]]:
    week, zone = digest.period.week, digest.period.time_zone
    lines = [(line.reading is Reading.READ, line.account_id, account_line(line, zone)) for line in digest.coverage]
    for chunk, place, path in _paged(digest.findings, f"weeks/{week}"):
        shown = [_entry(content, _Shown(finding, week, place.number), "finding") for finding in chunk]
        standing = [_entry(content, _Shown(finding, "", 1), "open") for finding in digest.open_before]
        yield (
            path,
            _page(
                content,
                "week",
                "../",
                name=words.week(week),
                days=words.span(digest.period),
                total=counts(digest),
                lines=lines if place.first else (),
                entries=shown,
                standing=standing if place.first else (),
                place=place,
                running=content.made_at < digest.period.end,
                digest=digest,
                built=words.moment(words.local(digest.built_at, zone)),
            ),
        )


def _clauses(content: ArchiveContent, everything: Iterable[_Shown]) -> Iterator[tuple[str, str]]:
    scored = {clause.value for clause in GRAVITY}
    sorted_once = list(everything)
    for clause_id, title, summary in content.clause_texts:
        own = [shown for shown in sorted_once if shown.finding.clause == clause_id]
        for chunk, place, path in _paged(own, f"clauses/{clause_id}"):
            yield (
                path,
                _page(
                    content,
                    "clause",
                    "../",
                    clause_id=clause_id,
                    title=words.plain(title),
                    summary=words.plain(summary),
                    scored=clause_id in scored,
                    entries=[_entry(content, shown, "finding") for shown in chunk],
                    place=place,
                ),
            )


def _accounts(weeks: Iterable[Digest], everything: Iterable[_Shown]) -> dict[int, CoverageLine | None]:
    """Every account that was covered or has a finding, with its newest coverage line."""
    newest: dict[int, CoverageLine | None] = {}
    for digest in weeks:
        for line in digest.coverage:
            newest.setdefault(line.account_id, line)
    for shown in everything:
        newest.setdefault(shown.finding.account_id, None)
    return newest


def _account_pages(
    content: ArchiveContent, accounts: dict[int, CoverageLine | None], everything: Iterable[_Shown]
) -> Iterator[tuple[str, str]]:
    own: dict[int, list[_Shown]] = {account_id: [] for account_id in accounts}
    for shown in everything:
        own[shown.finding.account_id].append(shown)
    heads = {account_id: _head(line, own[account_id], content.time_zone) for account_id, line in accounts.items()}
    ordered = sorted(heads.items(), key=lambda head: (head[1].author.casefold(), head[1].platform, head[1].account))
    for account_id, head in ordered:
        newest_first = sorted(own[account_id], key=lambda shown: shown.finding.published_at, reverse=True)
        for chunk, place, path in _paged(newest_first, f"accounts/{account_id}"):
            entries = [_entry(content, shown, "finding") for shown in chunk]
            yield path, _page(content, "account", "../", head=head, entries=entries, place=place)
    yield "accounts/index.html", _page(content, "accounts", "../", heads=ordered)


def _head(line: CoverageLine | None, own: Sequence[_Shown], time_zone: str) -> AccountLine:
    if line is not None:
        return account_line(line, time_zone)
    finding = own[0].finding
    return AccountLine(
        account=words.plain(finding.account),
        author=words.plain(finding.author),
        platform=words.platform(finding.platform),
        reading="not enrolled in the weeks shown here",
        last_read="",
        reason="",
    )


def _paged(entries: Sequence[T], stem: str) -> Iterator[tuple[list[T], Place, str]]:
    """Cut a list into pages: `stem`.html, `stem`-2.html, …; an empty list has one page."""
    last = max(1, -(-len(entries) // PAGE))
    name = stem.rpartition("/")[2]
    for number in range(1, last + 1):
        newer = _file(name, number - 1) if number > 1 else ""
        older = _file(name, number + 1) if number < last else ""
        chunk = list(islice(entries, (number - 1) * PAGE, number * PAGE))
        yield chunk, Place(number, number == 1, newer, older), _file(stem, number)


def _file(stem: str, number: int) -> str:
    return f"{stem}.html" if number == 1 else f"{stem}-{number}.html"


def _titles(content: ArchiveContent) -> tuple[tuple[str, str], ...]:
    return tuple((clause_id, title) for clause_id, title, _ in content.clause_texts)


def _entry(content: ArchiveContent, shown: _Shown, anchor: str) -> Entry:
    finding, zone = shown.finding, content.time_zone
    link = f"weeks/{_file(shown.week, shown.page)}#finding-{finding.id}" if shown.week else ""
    return Entry(
        anchor=f"{anchor}-{finding.id}",
        id=finding.id,
        clause=finding.clause.value,
        title=words.clause_title(finding.clause, _titles(content)),
        severity=words.SEVERITY[finding.severity],
        meaning=words.SEVERITY_MEANING.get(finding.severity, ""),
        grave=finding.severity >= Severity.S3,
        platform=words.platform(finding.platform),
        day=words.local_day(finding.published_at, zone),
        first_seen=words.moment(words.local(finding.first_seen_at, zone)),
        account_id=finding.account_id,
        account=words.plain(finding.account),
        author=words.plain(finding.author),
        reason=words.plain(finding.reason),
        excerpt=words.paragraphs(finding.excerpt),
        url=links.web_address(finding.post_url),
        confidence=words.confidence(finding.probability),
        notes=words.notes(finding, zone),
        made_by=f"{words.plain(finding.detector)} {finding.detector_version}, policy {finding.policy_version}",
        week=words.week(shown.week) if shown.week else "",
        week_link=link,
    )
