"""A digest as JSON, and how erasure reaches into it.

Excerpts are left out: they are joined from the findings when a digest is read, so that an erased one is gone from
every digest at once. What an erased finding said besides is removed here, in the transaction that erases it.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from domain.findings import Clause, Severity
from domain.opinions import Stand
from domain.posts import PostKind
from domain.reporting import CoverageLine, Digest, Judged, Period, Reading, ReportedFinding
from domain.review_queue import Overturn, ReviewCounts
from domain.stops import Stop
from store.columns import new_salt
from store.tables import digests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from sqlalchemy.engine import Connection

_FINDING_LISTS = ("findings", "open_before")
_OF_COVERAGE = ("last_read_at", "permission_ends_at")
_INSTANTS = ("published_at", "first_seen_at", "gone_at", "author_told_at", "at", "resumed_at", *_OF_COVERAGE)
_OF_STOP = ("id", "at", "actor", "reason", "resumed_at")


def to_json(digest: Digest) -> dict[str, Any]:
    """Everything but the excerpts."""
    return {
        "practice": digest.practice,
        "period": _plain(digest.period),
        "built_at": digest.built_at.isoformat(),
        "findings": [_plain(finding, without=("excerpt",)) for finding in digest.findings],
        "coverage": [_plain(line) for line in digest.coverage],
        "policy_version": digest.policy_version,
        "detector_version": digest.detector_version,
        "clause_titles": [list(pair) for pair in digest.clause_titles],
        "open_before": [_plain(finding, without=("excerpt",)) for finding in digest.open_before],
        "head": digest.head,
        "reviews": None if digest.reviews is None else asdict(digest.reviews),
        "overturn": [asdict(each) for each in digest.overturn],
        "stops": [{name: value for name, value in _plain(stop).items() if name in _OF_STOP} for stop in digest.stops],
    }


def finding_ids(content: Mapping[str, Any]) -> frozenset[int]:
    """Ids of all findings a stored digest names."""
    return frozenset(finding["id"] for name in _FINDING_LISTS for finding in content[name])


def from_json(content: Mapping[str, Any], excerpts: Mapping[int, str]) -> Digest:
    """The digest with the excerpts of its findings; a finding that has none in `excerpts` is left out."""
    period = content["period"]
    return Digest(
        practice=content["practice"],
        period=Period(
            week=period["week"],
            start=datetime.fromisoformat(period["start"]),
            end=datetime.fromisoformat(period["end"]),
            time_zone=period["time_zone"],
        ),
        built_at=datetime.fromisoformat(content["built_at"]),
        findings=_findings(content["findings"], excerpts),
        coverage=tuple(_coverage_line(line) for line in content["coverage"]),
        policy_version=content["policy_version"],
        detector_version=content["detector_version"],
        clause_titles=tuple((clause, title) for clause, title in content["clause_titles"]),
        open_before=_findings(content["open_before"], excerpts),
        # A digest that was frozen before there was a switch has none.
        head=content.get("head", ""),
        reviews=ReviewCounts(**content["reviews"]) if content.get("reviews") else None,
        overturn=tuple(Overturn(**each | {"clause": Clause(each["clause"])}) for each in content.get("overturn", ())),
        stops=tuple(Stop(**_timed(stop)) for stop in content.get("stops", ())),
    )


def forget_findings(connection: Connection, erased: AbstractSet[int]) -> None:
    """Remove these findings from every stored digest."""
    if not erased:
        return

    def without_them(content: dict[str, Any]) -> dict[str, Any]:
        kept = {name: [each for each in content[name] if each["id"] not in erased] for name in _FINDING_LISTS}
        return content | kept

    _rewrite(connection, without_them)


def readdress_findings(connection: Connection, ids: AbstractSet[int], url: str) -> None:
    """Let every stored digest name another address of these findings' post, because the old one told too much."""

    def readdressed(content: dict[str, Any]) -> dict[str, Any]:
        lists = {
            name: [each | {"post_url": url} if each["id"] in ids else each for each in content[name]]
            for name in _FINDING_LISTS
        }
        return content | lists

    _rewrite(connection, readdressed)


def forget_account(connection: Connection, account_id: int) -> None:
    """Remove the account's line from the coverage of every stored digest."""

    def without_it(content: dict[str, Any]) -> dict[str, Any]:
        return content | {"coverage": [line for line in content["coverage"] if line["account_id"] != account_id]}

    _rewrite(connection, without_it)


def _rewrite(connection: Connection, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    for row in connection.execute(select(digests.c.week, digests.c.content).with_for_update()).all():
        changed = change(row.content)
        if changed != row.content:
            connection.execute(
                update(digests).where(digests.c.week == row.week).values(content=changed, salt=new_salt())
            )


def _plain(item: ReportedFinding | CoverageLine | Period | Stop, without: Iterable[str] = ()) -> dict[str, Any]:
    values = {field.name: getattr(item, field.name) for field in fields(item) if field.name not in without}
    return {
        name: value.isoformat() if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
    }


def _timed(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in _INSTANTS and value is not None else value
        for name, value in stored.items()
    }


def _findings(stored: Iterable[Mapping[str, Any]], excerpts: Mapping[int, str]) -> tuple[ReportedFinding, ...]:
    return tuple(
        ReportedFinding(
            **_timed(finding)
            | {
                "clause": Clause(finding["clause"]),
                "severity": Severity(finding["severity"]),
                "needs_context": tuple(finding["needs_context"]),
                "excerpt": excerpts[finding["id"]],
                # A digest that was frozen before there were opinions has none.
                "opinion": Stand(finding["opinion"]) if finding.get("opinion") else None,
                # Before profiles were judged, everything was a post.
                "kind": PostKind(finding.get("kind", PostKind.POST)),
                # Nor did a digest always say what people had judged before it.
                "judged": Judged(finding["judged"]) if finding.get("judged") else None,
            }
        )
        for finding in stored
        if finding["id"] in excerpts
    )


def _coverage_line(stored: Mapping[str, Any]) -> CoverageLine:
    return CoverageLine(**_timed(stored) | {"reading": Reading(stored["reading"])})
