"""The archive as pages, pure: content -> (path, HTML). Relative links only, no script, nothing remote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.findings import GRAVITY
from domain.reporting import Reading
from reports import words
from reports.build import counts
from reports.charts import coverage_chart, findings_chart
from reports.entries import Place, Whereabouts, entry_of
from reports.environment import TEMPLATES, render
from reports.items import AccountLine, account_line, stop_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domain.reporting import ArchiveContent, Digest, ReportedFinding
    from reports.entries import Entry

PAGE = 200
"""Items on one page."""
STYLE = "archive.css"


@dataclass(frozen=True, slots=True)
class _Shown:
    """One finding and what its pages say of it, worked out once for all of them."""

    finding: ReportedFinding
    entry: Entry


def pages(content: ArchiveContent) -> Iterator[tuple[str, str]]:
    """Every file of the archive but its manifest: (path below the folder, text). The entrance comes last."""
    weeks = sorted(content.digests, key=lambda digest: digest.period.week, reverse=True)
    shown = {digest.period.week: _of_week(content, digest) for digest in weeks}
    known: dict[int, _Shown] = {}
    for week in shown.values():
        for one in week:
            # A finding belongs to one week; should two weeks claim it, the newer one is linked.
            known.setdefault(one.finding.id, one)
    everything = tuple(known.values())
    yield STYLE, (TEMPLATES / "archive" / STYLE).read_text(encoding="utf-8")
    for digest in weeks:
        yield from _week(content, digest, shown[digest.period.week])
    yield from _clauses(content, everything)
    yield from _account_pages(content, _heads(content, weeks), everything)
    yield "about.html", _page(content, "about", newest=weeks[0] if weeks else None)
    yield "404.html", _page(content, "404")
    yield "index.html", _index(content, weeks)


def _of_week(content: ArchiveContent, digest: Digest) -> list[_Shown]:
    return [
        _Shown(finding, _entry(content, finding, "finding", digest.period.week, place // PAGE + 1))
        for place, finding in enumerate(digest.findings)
    ]


def _page(content: ArchiveContent, template: str, root: str = "", **values: object) -> str:
    return render(
        f"archive/{template}.html.j2",
        practice=words.plain(content.practice),
        content=content,
        root=root,
        suffix=".html",
        linked=True,
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


def _week(content: ArchiveContent, digest: Digest, shown: Sequence[_Shown]) -> Iterator[tuple[str, str]]:
    week, zone = digest.period.week, digest.period.time_zone
    lines = [(line.reading is Reading.READ, line.account_id, account_line(line, zone)) for line in digest.coverage]
    standing = [_entry(content, finding, "open") for finding in digest.open_before]
    common = {
        "name": words.week(week),
        "days": words.span(digest.period),
        "total": counts(digest),
        "running": content.made_at < digest.period.end,
        "digest": digest,
        "built": words.moment(words.local(digest.built_at, zone)),
        "stops": [stop_line(stop, zone) for stop in digest.stops],
    }
    for entries, place, path in _paged(shown, f"weeks/{week}"):
        once = {"lines": lines, "standing": standing} if place.first else {"lines": (), "standing": ()}
        yield path, _page(content, "week", "../", entries=entries, place=place, **once, **common)


def _clauses(content: ArchiveContent, everything: Sequence[_Shown]) -> Iterator[tuple[str, str]]:
    scored = {clause.value for clause in GRAVITY}
    for clause_id, title, summary in content.clause_texts:
        common = {
            "clause_id": clause_id,
            "title": words.plain(title),
            "summary": words.plain(summary),
            "scored": clause_id in scored,
        }
        own = [shown for shown in everything if shown.finding.clause == clause_id]
        for entries, place, path in _paged(own, f"clauses/{clause_id}"):
            yield path, _page(content, "clause", "../", entries=entries, place=place, **common)


def _heads(content: ArchiveContent, weeks: Sequence[Digest]) -> dict[int, AccountLine]:
    """Every account that was covered or has an item, by author; its newest coverage line, if there is one."""
    heads: dict[int, AccountLine] = {}
    for digest in weeks:
        for line in digest.coverage:
            heads.setdefault(line.account_id, account_line(line, content.time_zone))
    for digest in weeks:
        for finding in (*digest.findings, *digest.open_before):
            heads.setdefault(finding.account_id, _left(finding))
    return dict(sorted(heads.items(), key=lambda head: (head[1].author.casefold(), head[1].platform, head[1].account)))


def _left(finding: ReportedFinding) -> AccountLine:
    return AccountLine(
        account=words.plain(finding.account),
        author=words.plain(finding.author),
        platform=words.platform(finding.platform),
        reading="not enrolled in the weeks shown here",
        last_read="",
        reason="",
    )


def _account_pages(
    content: ArchiveContent, heads: dict[int, AccountLine], everything: Iterable[_Shown]
) -> Iterator[tuple[str, str]]:
    own: dict[int, list[_Shown]] = {account_id: [] for account_id in heads}
    for shown in everything:
        own[shown.finding.account_id].append(shown)
    for account_id, head in heads.items():
        newest_first = sorted(own[account_id], key=lambda shown: shown.finding.published_at, reverse=True)
        for entries, place, path in _paged(newest_first, f"accounts/{account_id}"):
            yield path, _page(content, "account", "../", head=head, entries=entries, place=place)
    yield "accounts/index.html", _page(content, "accounts", "../", heads=heads.items())


def _paged(shown: Sequence[_Shown], stem: str) -> Iterator[tuple[list[Entry], Place, str]]:
    """Cut a list into pages: `stem`.html, `stem`-2.html, …; an empty list has one page."""
    last = max(1, -(-len(shown) // PAGE))
    name = stem.rpartition("/")[2]
    for number in range(1, last + 1):
        newer = _file(name, number - 1) if number > 1 else ""
        older = _file(name, number + 1) if number < last else ""
        chunk = [one.entry for one in shown[(number - 1) * PAGE : number * PAGE]]
        yield chunk, Place(number, number == 1, newer, older), _file(stem, number)


def _file(stem: str, number: int) -> str:
    return f"{stem}.html" if number == 1 else f"{stem}-{number}.html"


def _titles(content: ArchiveContent) -> tuple[tuple[str, str], ...]:
    return tuple((clause_id, title) for clause_id, title, _ in content.clause_texts)


def _entry(content: ArchiveContent, finding: ReportedFinding, anchor: str, week: str = "", page: int = 1) -> Entry:
    return entry_of(
        finding,
        _titles(content),
        content.time_zone,
        Whereabouts(
            anchor=f"{anchor}-{finding.id}",
            account_link=f"accounts/{finding.account_id}.html",
            week=week,
            week_link=f"weeks/{_file(week, page)}#finding-{finding.id}" if week else "",
        ),
    )
