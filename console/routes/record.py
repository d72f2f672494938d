"""The audit log to read, its newest signed head, and the check that nothing in it was changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console.answers import page
from console.browsing import address, number_in
from console.log_lines import lines_of, people_of
from console.log_words import KINDS
from console.pages import Page
from domain.access import Permission
from domain.audit import AuditRecord, LogFilter
from domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from console.answers import Answer
    from console.asked import Asked
    from domain.verification import Verdict

LINES = 50
_FILTERS = ("kind", "who", "about", "from", "to")
_LONGEST = 64
_FIRST_YEAR, _LAST_YEAR = 2000, 2200
_ANYTHING, _ANYBODY = ("", "Anything"), ("", "Anybody")


def record(asked: Asked) -> Answer:
    """The newest lines that fit the filter in the address."""
    return _page(asked)


def check(asked: Asked) -> Answer:
    """Check the whole record now. That it was checked, and how it went, is a line of the log."""
    if asked.desk.verify is None:
        return _page(asked, wrong={"": "The record cannot be checked from here: run `section7 verify`."})
    try:
        verdict = asked.desk.verify()
    except UsageError as error:
        return _page(asked, wrong={"": str(error)})
    details = {"well": verdict.well, "lines": verdict.found.lines, "flaws": len(verdict.found.flaws)}
    asked.desk.store.audit.record(AuditRecord(asked.now, asked.actor, "record.checked", "record", details))
    return _page(asked, verdict=verdict)


def _page(asked: Asked, verdict: Verdict | None = None, wrong: Mapping[str, str] | None = None) -> Answer:
    store, zone = asked.desk.store, asked.desk.practice.zone
    typed = {name: asked.query.get(name, "").strip()[:_LONGEST] for name in _FILTERS}
    people = people_of(asked)
    faults = {**(wrong or {})}
    wanted = _wanted(typed, people, zone, faults)
    before = number_in(asked.query, "before")
    found = store.audit.page(wanted, before=before, limit=LINES)
    lines = lines_of(asked, found.entries)
    # Or somebody would learn from an empty list, or one that is not, whom a hidden line is about and what it says.
    narrowed = bool(wanted.kind or wanted.actor or wanted.subject)
    return page(
        "record/record.html.j2",
        status=400 if faults else 200,
        wrong=faults,
        typed=typed,
        kinds=[_ANYTHING, *KINDS.items()],
        people=[_ANYBODY, *people.items()],
        lines=[line for line in lines if not (line.hidden and narrowed)],
        later=before is not None,
        newest_link=address("/record", typed) if before is not None else "",
        older_link=address("/record", typed, before=found.older) if found.older else "",
        head=store.heads.newest(),
        verdict=verdict,
        may_export=asked.user.may(Permission.EXPORT),
        can_check=asked.desk.verify is not None,
    )


def _wanted(typed: Mapping[str, str], people: Mapping[str, str], zone: ZoneInfo, wrong: dict[str, str]) -> LogFilter:
    """The filter; what cannot be read is told and left out."""
    wanted = LogFilter(subject=typed["about"], since=_day(typed, "from", zone, wrong), until=None)
    last = _day(typed, "to", zone, wrong)
    for name, known in (("kind", KINDS), ("who", people)):
        if typed[name] and typed[name] not in known:
            wrong[name] = "Choose from the list."
    return replace(
        wanted,
        kind="" if "kind" in wrong else typed["kind"],
        actor="" if "who" in wrong else typed["who"],
        until=last + timedelta(days=1) if last else None,
    )


def _day(typed: Mapping[str, str], name: str, zone: ZoneInfo, wrong: dict[str, str]) -> datetime | None:
    """The first moment of a day in the practice's time zone."""
    if not typed[name]:
        return None
    try:
        read = datetime.strptime(typed[name], "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError:
        read = None
    if read is None or not _FIRST_YEAR <= read.year <= _LAST_YEAR:
        wrong[name] = "Write the day as year-month-day, such as 2026-11-30."
        return None
    return read


ROUTES = (
    Page("/record", "GET", Permission.VERIFY, record, "record"),
    Page("/record/check", "POST", Permission.VERIFY, check, "record-check"),
)
