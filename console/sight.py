"""What a person may see of findings, decided once for lists, pages and search."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from console.phrases import status
from domain.access import Permission
from domain.archive import Sight
from reports.entries import Whereabouts, entry_of

if TYPE_CHECKING:
    from datetime import datetime

    from console.asked import Asked
    from domain.access import User
    from domain.archive import Hit
    from reports.entries import Entry


def sight_of(user: User, now: datetime, *, naming: bool = False) -> Sight:
    """Which findings stand in this person's lists.

    A reviewer who is not the privacy officer learns nothing of clause 2 and S4; nobody reads of their own findings or
    of a named conflict here. Whoever does not review sees that an item exists, and of client detail no more than that;
    with `naming`, where the question names an author or a word, not even that, or the answer would tell them.
    """
    reviews = user.may(Permission.REVIEW)
    hidden = {conflict.staff_id for conflict in user.conflicts if not conflict.line_manager}
    if user.staff_id is not None:
        hidden.add(user.staff_id)
    critical = user.may(Permission.REVIEW_CRITICAL) or not (reviews or naming)
    return Sight(now, critical=critical, hidden_staff=frozenset(hidden))


def shown(asked: Asked, hit: Hit) -> Entry:
    """The finding as this person may read it; what they may not is ""."""
    finding, practice = hit.finding, asked.desk.practice
    archive = asked.user.may(Permission.SEE_ARCHIVE)
    where = Whereabouts(
        anchor=f"finding-{finding.id}",
        account_link=f"accounts/{finding.account_id}" if archive else "",
        link=f"findings/{finding.id}" if archive else "",
    )
    entry = entry_of(finding, practice.titles, practice.time_zone, where, status(hit.state, hit.outcome))
    if hit.confidential and not asked.user.may(Permission.REVIEW_CRITICAL):
        return replace(entry, account="", author="", reason="", excerpt="", url="")
    # No more than the digest mail says.
    return entry if archive else replace(entry, excerpt="")
