"""What a pass over one account tells the log: words that are kept, findings that were made, their posts that changed.

A pass that finds nothing adds no line of its own: the line of its run has the counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from domain.binding import name_of
from store.audit import Trail
from store.binding import bound
from store.tables import findings, posts, versions
from store.withheld import is_withheld_account

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

    from domain.plans import Plan
    from store.recording import Written

_CHUNK = 500


def tell_pass(
    connection: Connection, account_id: int, *, plan: Plan, written: Written, made: Sequence[int], now: datetime
) -> None:
    """Append the lines of one pass; `made` are the ids of its new findings. The last thing in the transaction."""
    trail = Trail(now)
    if plan.handle is not None:
        # That it has another name, not which: names go with the account, and the log's lines stay.
        trail.note("account.renamed", f"account:{account_id}", account=account_id)
    tell_kept(connection, trail, account_id, written.kept, made)
    tell_found(connection, trail, account_id, made)
    for post in _with_findings(connection, posts.c.id, written.changed):
        trail.note("post.edited", f"post:{post}", account=account_id)
    if plan.gone:
        gone = (posts.c.account_id == account_id, posts.c.gone_at == now)
        for post in _with_findings(connection, posts.c.post_id, plan.gone, *gone):
            trail.note("post.gone", f"post:{post}", account=account_id)
    trail.write(connection)


def tell_kept(
    connection: Connection, trail: Trail, account_id: int, kept: Collection[int], made: Collection[int]
) -> None:
    """One line for each version whose words are kept from now on, with the excerpts that stand again because of it."""
    for version_id in kept:
        query = select(findings.c.id).where(findings.c.version_id == version_id, findings.c.id.not_in(made))
        again = connection.execute(query).scalars().all()
        binds = bound(connection, "version", [version_id]) | bound(connection, "excerpt", again)
        trail.note("version.kept", name_of("version", version_id), account=account_id, binds=binds)


def tell_found(connection: Connection, trail: Trail, account_id: int, made: Collection[int]) -> None:
    """One line for each finding: what judged it, under which policy, and how grave; nothing of what was written."""
    if not made:
        return
    digests = bound(connection, "finding", made) | bound(connection, "excerpt", made)
    alone = is_withheld_account(connection, account_id)
    columns = ("id", "version_id", "clause", "severity", "policy_version", "detector", "detector_version")
    for row in connection.execute(select(*findings.c[columns]).where(findings.c.id.in_(made)).order_by(findings.c.id)):
        names = (name_of("finding", row.id), name_of("excerpt", row.id))
        binds = {name: digests[name] for name in names if name in digests}
        if alone:
            # The log is read by others than the author: it tells that something was judged, and by what.
            judged = {name: getattr(row, name) for name in ("detector", "detector_version")}
            trail.note("finding.made", names[0], policy=row.policy_version, **judged, binds=binds)
            continue
        trail.note(
            "finding.made",
            names[0],
            account=account_id,
            version=row.version_id,
            clause=row.clause.value,
            severity=row.severity,
            policy=row.policy_version,
            detector=row.detector,
            detector_version=row.detector_version,
            binds=binds,
        )


def _with_findings(
    connection: Connection,
    key: ColumnElement[int] | ColumnElement[str],
    wanted: Sequence[int] | Sequence[str],
    *conditions: ColumnElement[bool],
) -> list[int]:
    """Keys of the posts that carry a finding; of the others nothing is told that would outlive them."""
    found: list[int] = []
    for start in range(0, len(wanted), _CHUNK):
        carrying = (
            select(posts.c.id)
            .join_from(posts, versions)
            .join(findings)
            .where(key.in_(wanted[start : start + _CHUNK]), *conditions)
        )
        found += connection.execute(carrying.distinct().order_by(posts.c.id)).scalars()
    return found
