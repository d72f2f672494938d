"""Exports: a page with the filter, and the file. Every one is told to the audit log before it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from console.answers import download, page
from console.exporting import PURPOSE, Exporter
from console.pages import Page
from domain.access import Permission
from domain.errors import Refused, UsageError
from domain.exports import ExportFilter, ExportFormat, Ground
from domain.findings import Clause, Severity
from domain.periods import period_named
from domain.review import Outcome, ReviewState
from reports import words

if TYPE_CHECKING:
    from enum import StrEnum

    from console.answers import Answer
    from console.asked import Asked
    from domain.access import User
    from domain.exports import Made
    from domain.reporting import Period

    _E = TypeVar("_E", bound=StrEnum)

_LARGEST_ID = 2**31 - 1
_GROUNDS = (
    ("", "Leave client detail out"),
    (Ground.CLIENT, "Show it: the client has asked for it or agreed"),
    (Ground.COURT, "Show it: a court has ordered it"),
    (Ground.OVERSIGHT, "Show it: a licensing board or a regulator"),
    (Ground.BREACH, "Show it: to assess a breach"),
    (Ground.COUNSEL, "Show it: for the practice's own counsel"),
)


def form(asked: Asked) -> Answer:
    """What may be exported, and by which filter."""
    return _form(asked, {})


def make(asked: Asked) -> Answer:
    """The file. A mistake in the form shows it again; nothing is made then."""
    try:
        made = _made(asked)
    except UsageError as error:
        return _form(asked, {"": str(error)})
    return download(made.content, made.media_type, made.name)


def _form(asked: Asked, wrong: dict[str, str]) -> Answer:
    titles = {clause.id: clause.title for clause in asked.desk.practice.clauses}
    return page(
        "record/export.html.j2",
        status=400 if wrong else 200,
        wrong=wrong,
        purpose=PURPOSE,
        given=asked.form,
        ticked=asked.lists,
        clauses=[(clause.value, f"{clause.value} {titles.get(clause.value, '')}".strip()) for clause in Clause],
        severities=[(str(int(each)), f"S{int(each)} {words.SEVERITY[each]}") for each in Severity if each],
        states=[(state.value, state.value) for state in ReviewState if state is not ReviewState.GRACE],
        outcomes=[(each.value, each.value) for each in Outcome if each is not Outcome.PROTECTED],
        grounds=_GROUNDS if asked.user.may(Permission.UNMASK) else (),
    )


def _made(asked: Asked) -> Made:
    what, exporter = asked.form.get("what", ""), _exporter(asked)
    kind = _one(ExportFormat, asked.form.get("format", ""))
    if what == "findings":
        return exporter.findings(_filter(asked), kind)
    number = _number(asked.form.get("number", ""))
    if what == "case":
        return exporter.case(number, kind)
    if what == "personnel" and number not in exporter.hidden_staff:
        return exporter.personnel(number, kind)
    raise UsageError("Choose what to export.")


def _exporter(asked: Asked) -> Exporter:
    chosen = asked.form.get("ground", "")
    if chosen and not asked.user.may(Permission.UNMASK):
        raise Refused("Client detail is for the privacy officer to show.")
    return Exporter(
        store=asked.desk.store,
        practice=asked.desk.practice.name,
        actor=asked.actor,
        now=asked.now,
        ground=_one(Ground, chosen) if chosen else None,
        hidden_staff=_hidden(asked.user),
    )


def _hidden(user: User) -> frozenset[int]:
    """Whose findings are not this person's to see: their own, and those of a named conflict."""
    theirs = {conflict.staff_id for conflict in user.conflicts if not conflict.line_manager}
    return frozenset(theirs if user.staff_id is None else theirs | {user.staff_id})


def _filter(asked: Asked) -> ExportFilter:
    zone = asked.desk.practice.time_zone
    first, last = (_week(asked.form.get(name, ""), zone) for name in ("from", "to"))
    many = asked.lists
    return ExportFilter(
        since=first.start if first else None,
        until=last.end if last else None,
        clauses=frozenset(_one(Clause, each) for each in many.get("clause", ())),
        severities=frozenset(_severity(each) for each in many.get("severity", ())),
        states=frozenset(_one(ReviewState, each) for each in many.get("state", ())),
        outcomes=frozenset(_one(Outcome, each) for each in many.get("outcome", ())),
    )


def _week(name: str, zone: str) -> Period | None:
    try:
        return period_named(name.strip(), zone) if name.strip() else None
    except ValueError as error:
        raise UsageError("A week is written like 2026-W47.") from error


def _severity(text: str) -> Severity:
    if text not in {"1", "2", "3", "4"}:
        raise UsageError("Choose from the list.")
    return Severity(int(text))


def _one(members: type[_E], text: str) -> _E:
    try:
        return members(text)
    except ValueError as error:
        raise UsageError("Choose from the list.") from error


def _number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0  # noqa: PLR2004 - digits of an id
    if not 0 < number <= _LARGEST_ID:
        raise UsageError("Give the number of the review or of the member of staff.")
    return number


ROUTES = (
    Page("/record/export", "GET", Permission.EXPORT, form, "export"),
    Page("/record/export", "POST", Permission.EXPORT, make, "export-make"),
)
