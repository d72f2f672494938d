"""Findings of an invented practice, made through the store as a pass would make them, with their reviews opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.findings import Clause, Severity, Span
from domain.review_locks import ReviewRules
from tests.fakes.desk import Office
from tests.store.records import active, finding, flagged, person, post, profile, visit

AT_ONCE = ReviewRules(grace_days=0)
CLAUSES = (Clause.CONDUCT, Clause.ENDORSEMENT, Clause.SEPARATION, Clause.OPINION, Clause.THERAPEUTIC)
TEXT = "Everyone should get the Larkspur workbook, link in my bio. It worked for all of us at the office."
EXCERPT = "█████ should get the █████ workbook, link in my bio."


def account_of(office: Office, name: str = "Maren Okafor", **page: object):
    """One enrolled account of a new member of staff, read from now on."""
    handle = name.split(maxsplit=1)[0].lower()
    shown = profile(handle, **page)
    return active(office.store, person(office.store, name), shown, office.clock())


def notice(office: Office, account, *verdicts) -> tuple[int, ...]:
    """A pass that finds these, and the reviews that it opens; ids of the reviews."""
    office.clock.forward(minutes=1)
    visit(office.store, *verdicts, of=account, now=office.clock())
    return office.store.reviews.open_new(office.clock(), AT_ONCE)


def flag(office: Office, number: int, *found, text: str = TEXT, excerpt: str = EXCERPT, **changes: object):
    """A post with these findings, published now."""
    found = found or (marked(CLAUSES[number % len(CLAUSES)], Severity(1 + number % 2)),)
    written = post(f"{number}", text, published_at=office.clock(), **changes)
    verdict = flagged(written, *found)
    return replace(verdict, excerpts=tuple(excerpt for _ in found))


def marked(clause: Clause = Clause.ENDORSEMENT, severity: Severity = Severity.S2, **changes: object):
    """A finding that rests on two places of TEXT."""
    spans = (Span("text", 24, 41, "Larkspur workbook"), Span("text", 43, 57, "link in my bio"))
    return finding(clause, severity, spans=spans, reason="The post recommends what is not on the register.", **changes)


def trained(office: Office, *roles) -> None:
    """Record that these people were trained, for half a year."""
    for role in roles:
        user = office.people[role]
        until = office.clock() + timedelta(days=180)
        office.people[role] = office.store.users.record_training(user.id, until, "command", office.clock())
