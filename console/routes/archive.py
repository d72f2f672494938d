"""The archive: weeks, sections, accounts, single findings. Masked, and no more than each role may see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from console.answers import NotHere, page
from console.browsing import ITEMS, address, number_in, running_week, so_far
from console.pages import Page
from console.sight import shown, sight_of
from domain.access import Permission
from domain.archive import Wanted
from domain.findings import Clause
from domain.periods import period_named, period_of
from domain.reporting import Reading
from reports import words
from reports.build import counts
from reports.entries import Place
from reports.items import AccountLine, account_line, stop_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.answers import Answer
    from console.asked import Asked
    from domain.archive import Hit, Sight, WeekOutline
    from domain.reporting import Period
    from reports.entries import Entry

WEEKS = 26
_SCORED = frozenset(clause.value for clause in Clause)


def weeks(asked: Asked) -> Answer:
    """Every week that was reported, newest first, and the one that is running."""
    before = asked.query.get("before")
    zone = asked.desk.practice.time_zone
    lines = asked.desk.store.digests.lines(before, WEEKS + 1)
    rows = [(line, words.week(line.week), words.span(period_named(line.week, zone))) for line in lines[:WEEKS]]
    running = period_of(asked.now, zone)
    return page(
        "browse/weeks.html.j2",
        rows=rows,
        running=None if before else (running.week, words.week(running.week), words.span(running)),
        browses=asked.user.may(Permission.SEE_ARCHIVE),
        newer="/weeks" if before else "",
        older=address("/weeks", {}, before=lines[WEEKS - 1].week) if len(lines) > WEEKS else "",
    )


def week(asked: Asked) -> Answer:
    """One week: what was read, what was found, what was not looked at."""
    period = _period(asked)
    outline = asked.desk.store.digests.outline(period.week)
    sight = sight_of(asked.user, asked.now)
    if outline is None:
        if not period.start <= asked.now < period.end:
            return page("browse/no_week.html.j2", status=404, name=words.week(period.week), days=words.span(period))
        return _running(asked, period, sight)
    number = number_in(asked.query, "page") or 1
    visible = asked.desk.store.search.visible(outline.findings, sight)
    standing = asked.desk.store.search.visible(outline.open_before, sight) if number == 1 else ()
    chunk = visible[(number - 1) * ITEMS : number * ITEMS]
    if number > 1 and not chunk:
        raise NotHere
    place = Place(
        number,
        number == 1,
        address(f"/weeks/{period.week}", {}, page=number - 1) if number > 1 else "",
        address(f"/weeks/{period.week}", {}, page=number + 1) if len(visible) > number * ITEMS else "",
    )
    found = asked.desk.store.search.of((*chunk, *standing), sight)
    entries = [shown(asked, found[one]) for one in chunk if one in found]
    open_before = [replace(shown(asked, found[one]), anchor=f"open-{one}") for one in standing if one in found]
    return _week_page(asked, outline, place, entries, open_before, withheld=len(outline.findings) - len(visible))


def _running(asked: Asked, period: Period, sight: Sight) -> Answer:
    """As things stand. Who does not review is shown only what its author has been told of."""
    wanted = so_far(Wanted(told=not asked.user.may(Permission.REVIEW)), period)
    before = number_in(asked.query, "before")
    found = asked.desk.store.search.find(wanted, sight, before=before, limit=ITEMS)
    here = f"/weeks/{period.week}"
    older = address(here, {}, before=found.older) if found.older else ""
    place = Place(2 if before else 1, before is None, here if before else "", older)
    entries = [shown(asked, hit) for hit in found.hits]
    total = asked.desk.store.search.count(wanted, sight)
    return _week_page(asked, running_week(asked, period), place, entries, [], total=total)


def _week_page(
    asked: Asked,
    outline: WeekOutline,
    place: Place,
    entries: Sequence[Entry],
    standing: Sequence[Entry],
    *,
    withheld: int = 0,
    total: int | None = None,
) -> Answer:
    digest = outline.digest
    zone, name = digest.period.time_zone, digest.period.week
    first = place.first
    return page(
        "browse/week.html.j2",
        content={"error_rates": asked.desk.practice.error_rates},
        live=True,
        root="/",
        suffix="",
        linked=asked.user.may(Permission.SEE_ARCHIVE),
        name=words.week(name),
        days=words.span(digest.period),
        total=replace(counts(digest), findings=len(outline.findings) if total is None else total),
        running=asked.now < digest.period.end,
        digest=digest,
        built=words.moment(words.local(digest.built_at, zone)),
        stops=[stop_line(stop, zone) for stop in digest.stops],
        lines=_lines(outline, zone) if first else [],
        standing=standing,
        entries=entries,
        place=place,
        withheld=withheld if first else 0,
    )


def _lines(outline: WeekOutline, zone: str) -> list[tuple[bool, int, AccountLine]]:
    lines = outline.digest.coverage
    return [(line.reading is Reading.READ, line.account_id, account_line(line, zone)) for line in lines]


def clause(asked: Asked) -> Answer:
    """One section in the practice's words, and what was found under it."""
    texts = {text.id: text for text in asked.desk.practice.clauses}
    if (text := texts.get(asked.path["id"])) is None:
        raise NotHere
    scored = text.id in _SCORED
    before, sight = number_in(asked.query, "before"), sight_of(asked.user, asked.now)
    wanted = Wanted(clause=Clause(text.id)) if scored else Wanted()
    found = asked.desk.store.search.find(wanted, sight, before=before, limit=ITEMS) if scored else None
    everything = replace(sight, critical=True)
    withheld = asked.desk.store.search.count(wanted, everything) if scored and not sight.critical else 0
    seen = asked.desk.store.search.count(wanted, sight) if withheld else 0
    here = f"/clauses/{text.id}"
    return page(
        "browse/clause.html.j2",
        texts=asked.desk.practice.clauses,
        text=text,
        scored=scored,
        entries=[shown(asked, hit) for hit in found.hits] if found else [],
        withheld=withheld - seen,
        newer=here if before else "",
        older=address(here, {}, before=found.older) if found and found.older else "",
    )


def accounts(asked: Asked) -> Answer:
    """Every account that is enrolled now, by author."""
    return page("browse/accounts.html.j2", heads=sorted(_heads(asked).items(), key=_by_author))


def account(asked: Asked) -> Answer:
    """One account and its items, newest first; no number, rank or trend about a person."""
    account_id = asked.number("id")
    if account_id is None:
        raise NotHere
    before = number_in(asked.query, "before")
    wanted, sight = Wanted(account_id=account_id), sight_of(asked.user, asked.now, naming=True)
    found = asked.desk.store.search.find(wanted, sight, before=before, limit=ITEMS)
    head = _head(asked, account_id) or _left(found.hits)
    if head is None:
        raise NotHere
    here = f"/accounts/{account_id}"
    return page(
        "browse/account.html.j2",
        head=head,
        # Who may open the list of holds.
        held=asked.user.may(Permission.EXPORT) and bool(asked.desk.store.holds.standing(account_id)),
        entries=[shown(asked, hit) for hit in found.hits],
        newer=here if before else "",
        older=address(here, {}, before=found.older) if found.older else "",
    )


def _heads(asked: Asked) -> dict[int, AccountLine]:
    practice = asked.desk.practice
    period = period_of(asked.now, practice.time_zone)
    lines = asked.desk.store.runs.coverage(period, asked.now, asked.desk.settings.collect_every)
    return {line.account_id: account_line(line, practice.time_zone) for line in lines}


def _head(asked: Asked, account_id: int) -> AccountLine | None:
    zone = asked.desk.practice.time_zone
    every = asked.desk.settings.collect_every
    line = asked.desk.store.runs.coverage_of(account_id, period_of(asked.now, zone), asked.now, every)
    return None if line is None else account_line(line, zone)


def _left(hits: Sequence[Hit]) -> AccountLine | None:
    """An account that is not enrolled now, by its items."""
    if not hits:
        return None
    finding = hits[0].finding
    return AccountLine(
        account=words.plain(finding.account),
        author=words.plain(finding.author),
        platform=words.platform(finding.platform),
        reading="not enrolled now",
        last_read="",
        reason="",
    )


def _by_author(head: tuple[int, AccountLine]) -> tuple[str, str, str]:
    return head[1].author.casefold(), head[1].platform, head[1].account


def _period(asked: Asked) -> Period:
    try:
        return period_named(asked.path["week"], asked.desk.practice.time_zone)
    except ValueError as error:
        raise NotHere from error


ROUTES = (
    Page("/weeks", "GET", Permission.SEE_FIGURES, weeks, "weeks"),
    Page("/weeks/{week}", "GET", Permission.SEE_FIGURES, week, "week"),
    Page("/clauses/{id}", "GET", Permission.SEE_ARCHIVE, clause, "clause"),
    Page("/accounts", "GET", Permission.SEE_ARCHIVE, accounts, "accounts"),
    Page("/accounts/{id}", "GET", Permission.SEE_ARCHIVE, account, "account"),
)
