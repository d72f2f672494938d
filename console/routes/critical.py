"""Critical findings: since when each is known and was looked at, the clocks of the law, the checklist, a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.answers import Answer, NotHere, download, page, redirect
from console.browsing import ITEMS, address, number_in
from console.pages import Page
from console.phrases import OUTCOME, STATE
from console.rendering import render
from domain.access import Permission
from domain.audit import AuditRecord
from domain.errors import Conflict, Refused
from domain.incidents import deadlines, items_for
from reports import links, words

if TYPE_CHECKING:
    from datetime import datetime

    from console.asked import Asked
    from domain.incidents import Incident
    from domain.review import Review

_CLOSED = "closed"
_VIEWS = {"": "Open", _CLOSED: "Closed"}
_HOUR = 3600
_DAY_HOURS = 24


def show_all(asked: Asked) -> Answer:
    """Incidents that are open, or with `show=closed` those that are closed, oldest first."""
    store, show = asked.desk.store, asked.query.get("show", "")
    if show not in _VIEWS:
        raise NotHere
    after = number_in(asked.query, "after")
    found, older = store.incidents.page(asked.user, closed=show == _CLOSED, after=after, size=ITEMS)
    known = store.reviews.many([one.review_id for one in found])
    return page(
        "critical/list.html.j2",
        views=[(address("/critical", {}, show=name), text, name == show) for name, text in _VIEWS.items()],
        closed=show == _CLOSED,
        rows=[_row(asked, one, known.get(one.review_id)) for one in found],
        first=address("/critical", {}, show=show) if after else "",
        later=address("/critical", {}, show=show, after=older) if older else "",
    )


def show_one(asked: Asked) -> Answer:
    """One incident. The first look of a person at it is recorded here, too."""
    incident, review = _found(asked)
    if incident.first_viewed_at is None:
        _look(asked, review)
        incident, review = _found(asked)
    return page(
        "critical/one.html.j2",
        row=_row(asked, incident, review),
        checklist=_checklist(asked, incident),
        closable=incident.closed_at is None
        and all(item.key in incident.checklist for item in items_for(_profile(asked))),
    )


def confirm(asked: Asked) -> Answer:
    """Say that one thing on the list is done."""
    incident, _ = _found(asked)
    key = asked.form.get("item", "")
    asked.desk.store.incidents.confirm(incident.review_id, key, asked.user, _profile(asked), asked.now)
    return redirect(f"/critical/{incident.review_id}#checklist", notice="Confirmed, with your name and the time.")


def close(asked: Asked) -> Answer:
    """Close it, once everything is confirmed."""
    incident, _ = _found(asked)
    asked.desk.store.incidents.close(incident.review_id, asked.user, _profile(asked), asked.now)
    return redirect("/critical", notice=f"Item {incident.review_id} is closed.")


def show_letter(asked: Asked) -> Answer:
    """The request to take the post down, to print or to copy."""
    _, review = _found(asked)
    return page("critical/letter.html.j2", letter=_letter(asked, review), review_id=review.id)


def save_letter(asked: Asked) -> Answer:
    """The same as a text file. That it was made is recorded."""
    _, review = _found(asked)
    made = AuditRecord(asked.now, asked.actor, "export.made", f"review:{review.id}", {"form": "letter"})
    asked.desk.store.audit.record(made)
    return download(_letter(asked, review).encode(), "text/plain; charset=utf-8", f"take-down-{review.id}.txt")


def _look(asked: Asked, review: Review) -> None:
    """As opening it in the queue would be; the hold is given back, since nothing is decided here."""
    reviews = asked.desk.store.reviews
    try:
        reviews.take(review.id, asked.user, asked.now)
    except Conflict:
        # Somebody else has it on the screen, so it was looked at.
        return
    reviews.release(review.id, asked.user)


def _found(asked: Asked) -> tuple[Incident, Review]:
    number = asked.number("id")
    incident = asked.desk.store.incidents.get(number, asked.user) if number else None
    review = asked.desk.store.reviews.get(number) if incident and number else None
    if incident is None or review is None:
        raise NotHere
    return incident, review


def _profile(asked: Asked) -> str:
    return asked.desk.profile


def _row(asked: Asked, incident: Incident, review: Review | None) -> dict[str, object]:
    zone = asked.desk.practice.time_zone
    titles = [(clause.id, clause.title) for clause in asked.desk.practice.clauses]
    items = items_for(_profile(asked))
    return {
        "id": incident.review_id,
        "title": words.clause_title(review.clause, titles) if review else "",
        "stands": (OUTCOME[review.outcome] if review.outcome else STATE[review.state]) if review else "",
        "first_seen": _moment(incident.discovered_at, zone),
        "first_viewed": _moment(incident.first_viewed_at, zone) if incident.first_viewed_at else "",
        "told": _moment(review.author_told_at, zone) if review and review.author_told_at else "",
        "clocks": [
            {
                "what": one.what,
                "law": one.law,
                "by": _moment(one.by, zone),
                "left": _left(one.by, asked.now),
                "late": one.passed(asked.now),
            }
            for one in deadlines(incident, _profile(asked), asked.desk.practice.zone)
        ],
        "done": sum(item.key in incident.checklist for item in items),
        "of": len(items),
        "closed": _moment(incident.closed_at, zone) if incident.closed_at else "",
    }


def _checklist(asked: Asked, incident: Incident) -> list[dict[str, str]]:
    zone = asked.desk.practice.time_zone
    lines = []
    for item in items_for(_profile(asked)):
        done = incident.checklist.get(item.key)
        by = f"{words.plain(done.name)}, {_moment(done.at, zone)}" if done else ""
        lines.append({"key": item.key, "text": item.text, "law": item.law, "done": by})
    return lines


def _letter(asked: Asked, review: Review) -> str:
    """Without a word of the post, and without an address that could tell one."""
    store, zone = asked.desk.store, asked.desk.practice.time_zone
    found = store.findings.get([review.finding_id]) if review.finding_id else ()
    if not found:
        raise Refused("The finding was erased, so no letter can be written about it.")
    titles = [(clause.id, clause.title) for clause in asked.desk.practice.clauses]
    return render(
        "critical/letter.txt.j2",
        practice=asked.desk.practice,
        writer=asked.user.name,
        today=words.local_day(asked.now, zone),
        author=words.plain(found[0].author),
        platform=words.platform(found[0].platform),
        published=words.local_day(found[0].published_at, zone),
        address=links.own_post(found[0].post_url),
        section=review.clause.value,
        title=words.clause_title(review.clause, titles),
        number=review.id,
        own_page=f"{asked.desk.base_url}/my/findings/{review.id}",
    )


def _moment(instant: datetime, zone: str) -> str:
    return words.moment(words.local(instant, zone))


def _left(by: datetime, now: datetime) -> str:
    hours = int(abs((by - now).total_seconds()) // _HOUR)
    length = words.number(hours // _DAY_HOURS, "day") if hours >= 2 * _DAY_HOURS else words.number(hours, "hour")
    return f"passed {length} ago" if now > by else f"{length} left"


_NEEDS = Permission.REVIEW_CRITICAL

ROUTES = (
    Page("/critical", "GET", _NEEDS, show_all, "critical findings"),
    Page("/critical/{id}", "GET", _NEEDS, show_one, "critical finding"),
    Page("/critical/{id}/confirm", "POST", _NEEDS, confirm, "confirm an item"),
    Page("/critical/{id}/close", "POST", _NEEDS, close, "close an incident"),
    Page("/critical/{id}/letter", "GET", _NEEDS, show_letter, "take-down letter"),
    Page("/critical/{id}/letter.txt", "GET", _NEEDS, save_letter, "take-down letter"),
)
