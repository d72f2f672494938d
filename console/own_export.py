"""Everything that is kept about one person's posts, for that person: as data and as a page to print."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from console import own
from console.evidence import reading_of
from console.rendering import render
from reports import words
from reports.entries import Entry, Whereabouts, entry_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from console.asked import Asked
    from console.evidence import Reading
    from domain.accounts import Enrolment, LedgerEntry
    from domain.reporting import ReportedFinding
    from domain.review import Review

FORM = "section7/own-record/1"


@dataclass(frozen=True, slots=True)
class OwnItem:
    """One finding, or what is left of it, as its author sees it. `review` is None while nobody looks at it."""

    review: Review | None
    finding: ReportedFinding | None
    entry: Entry | None
    title: str
    stands: str
    history: tuple[own.Told, ...]
    settles: str
    reading: Reading | None = None


def own_items(asked: Asked, staff_id: int) -> tuple[OwnItem, ...]:
    """Every finding ever made about this person's posts, newest first, open or dismissed, without the post's words."""
    store = asked.desk.store
    found = {finding.id: finding for finding in store.findings.of_staff(staff_id)}
    reviewed = store.reviews.of_staff(staff_id)
    items = [own_item(asked, review, found.get(review.finding_id or 0)) for review in reviewed]
    seen = {review.finding_id for review in reviewed}
    items += [own_item(asked, None, finding) for finding in found.values() if finding.id not in seen]
    return tuple(sorted(items, key=_newest_first))


def own_item(asked: Asked, review: Review | None, finding: ReportedFinding | None) -> OwnItem:
    """One of them."""
    zone = asked.desk.practice.time_zone
    titles = [(clause.id, clause.title) for clause in asked.desk.practice.clauses]
    source = review or finding
    assert source is not None
    where = Whereabouts(f"finding-{finding.id}", "") if finding else None
    people = {person.id: person for person in asked.desk.store.users.all()}
    return OwnItem(
        review=review,
        finding=finding,
        entry=_without_word_of_telling(entry_of(finding, titles, zone, where)) if finding and where else None,
        title=words.clause_title(source.clause, titles),
        stands=own.where_it_stands(review, asked.now) if review else _unreviewed(asked, finding),
        history=own.told(review, people, asked.now, zone) if review else (),
        settles=own.what_settles_it(review) if review else "",
    )


def _unreviewed(asked: Asked, finding: ReportedFinding | None) -> str:
    if finding is not None and finding.platform in asked.desk.store.terms.author_only():
        return "Shown to nobody but you, by the terms of its platform"
    return "On record; no review of its own"


def _without_word_of_telling(entry: Entry) -> Entry:
    """Whether the author was told is no news to the author."""
    return replace(entry, notes=tuple(note for note in entry.notes if not note.startswith("The author ")))


def with_words(asked: Asked, item: OwnItem) -> OwnItem:
    """The same with the post's own words, as far as they are kept."""
    evidence = asked.desk.store.findings.evidence(item.finding.id) if item.finding else None
    if evidence is None:
        return item
    reading = reading_of(evidence, asked.desk.practice.time_zone)
    return replace(item, reading=reading)


def as_json(
    asked: Asked, items: Sequence[OwnItem], accounts: Sequence[Enrolment], ledger: Sequence[LedgerEntry]
) -> bytes:
    """The whole record as JSON (UTF-8, times in UTC by ISO 8601)."""
    content = {
        "form": FORM,
        "practice": asked.desk.practice.name,
        "made_at": asked.now.isoformat(),
        "person": asked.user.name,
        "accounts": [_account(one) for one in accounts],
        "authorisations": [_line(line) for line in ledger],
        "findings": [_finding(item) for item in items],
        "retention": list(asked.desk.retention),
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def as_page(
    asked: Asked, items: Sequence[OwnItem], accounts: Sequence[Enrolment], ledger: Sequence[LedgerEntry]
) -> str:
    """The whole record as one page that stands by itself."""
    zone = asked.desk.practice.time_zone
    return render(
        "my/record.html.j2",
        practice=asked.desk.practice,
        person=asked.user.name,
        made=words.moment(words.local(asked.now, zone)),
        items=items,
        accounts=accounts,
        ledger=[(words.moment(words.local(line.at, zone)), line) for line in ledger],
        retention=asked.desk.retention,
    )


def _newest_first(item: OwnItem) -> tuple[float, int]:
    at = item.review.opened_at if item.review else item.finding.first_seen_at if item.finding else None
    assert at is not None
    return (-at.timestamp(), item.review.id if item.review else 0)


def _account(one: Enrolment) -> dict[str, Any]:
    return {
        "number": one.id,
        "platform": one.platform,
        "account": one.handle,
        "url": one.url,
        "state": one.state.value,
        "enrolled_at": _time(one.enrolled_at),
        "last_read_at": _time(one.last_read_at),
    }


def _line(line: LedgerEntry) -> dict[str, Any]:
    return {
        "account": line.account_id,
        "event": line.event.value,
        "at": _time(line.at),
        "notice": line.notice_hash,
        "proof": line.proof.value if line.proof else None,
        "starts_at": _time(line.starts_at),
        "ends_at": _time(line.ends_at),
    }


def _finding(item: OwnItem) -> dict[str, Any]:
    source = item.review or item.finding
    assert source is not None
    return {
        "item": item.review.id if item.review else None,
        "section": source.clause.value,
        "severity": f"S{int(source.severity)}",
        "stands": item.stands,
        "finding": _made(item.finding, item.reading) if item.finding else None,
        "history": [asdict(line) for line in item.history],
    }


def _made(found: ReportedFinding, reading: Reading | None) -> dict[str, Any]:
    return {
        "found_at": _time(found.first_seen_at),
        "post": found.post_url,
        "published_at": _time(found.published_at),
        "reason": found.reason,
        "confidence": round(found.probability, 3),
        "context_missing": list(found.needs_context),
        "detector": found.detector,
        "detector_version": found.detector_version,
        "policy_version": found.policy_version,
        "words": [asdict(passage) for passage in reading.passages] if reading else [],
    }


def _time(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None
