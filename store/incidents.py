"""What was done about each critical finding, by whom, and when. The rows are made when a review is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, or_, select, update

from domain.errors import Conflict, Refused
from domain.incidents import Confirmed, Incident, check_may_close, check_may_handle, items_for
from store.audit import Trail
from store.columns import UtcDateTime
from store.record_tables import incidents, reviews
from store.review_queue import locks_of, seen_under
from store.review_rows import actor_of

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

    from domain.access import User
    from store.columns import AnyRow
    from store.database import Database
    from store.review_queue import Locks


@dataclass(frozen=True, slots=True)
class IncidentStore:
    """One incident for each S4 review. Nobody sees one whose review they may not look at."""

    database: Database

    def get(self, review_id: int, user: User) -> Incident | None:
        """The incident of a review; None when there is none, or it is not for this person. Raises Refused."""
        check_may_handle(user)
        with self.database.reading() as connection:
            return next(iter(_those(connection, incidents.c.review_id == review_id, user=user)), None)

    def all(self, user: User, *, closed: bool = False) -> tuple[Incident, ...]:
        """Those that are not closed, or those that are, oldest first. Raises Refused."""
        check_may_handle(user)
        which = incidents.c.closed_at.is_not(None) if closed else incidents.c.closed_at.is_(None)
        with self.database.reading() as connection:
            return _those(connection, which, user=user)

    def page(
        self, user: User, *, closed: bool = False, after: int | None = None, size: int = 50
    ) -> tuple[tuple[Incident, ...], int | None]:
        """As `all`, at most `size` of them, and the `after` of the next page, None on the last. Raises Refused.

        `after` is the review of the last incident of the page before; one that is gone begins anew.
        """
        check_may_handle(user)
        locks, given = locks_of(user)
        with self.database.reading() as connection:
            place = None if after is None else connection.execute(_PLACE, {"after": after}).one_or_none()
            if place is not None:
                given |= {"after_at": place.discovered_at, "after_id": place.id}
            asked = _page(locks, closed=closed, later=place is not None)
            rows = connection.execute(asked, given | {"most": size + 1}).all()
        found = tuple(map(_incident_of, rows[:size]))
        return found, found[-1].review_id if len(rows) > size else None

    def confirm(self, review_id: int, key: str, user: User, profile: str, now: datetime) -> Incident:
        """Record that an item of the checklist is done; the first to say so counts.

        Raises Refused (not for this person, no such item, closed) and Conflict (gone).
        """
        check_may_handle(user)
        with self.database.writing() as connection:
            incident = _open_and_locked(connection, review_id, user)
            if key not in {item.key for item in items_for(profile)}:
                raise Refused("The checklist has no such item. Go back to the page and try again.")
            if key in incident.checklist:
                return incident
            done = {**incident.checklist, key: Confirmed(user.id, user.name, now)}
            _write(connection, review_id, checklist={name: _plain(one) for name, one in done.items()})
            _tell(connection, "incident.confirmed", review_id, user, now, item=key)
            return _those(connection, incidents.c.review_id == review_id)[0]

    def close(self, review_id: int, user: User, profile: str, now: datetime) -> Incident:
        """Close it, once every item is confirmed. Raises Refused and Conflict as `confirm` does."""
        check_may_handle(user)
        with self.database.writing() as connection:
            check_may_close(_open_and_locked(connection, review_id, user), profile)
            _write(connection, review_id, closed_at=now)
            _tell(connection, "incident.closed", review_id, user, now)
            return _those(connection, incidents.c.review_id == review_id)[0]


def _open_and_locked(connection: Connection, review_id: int, user: User) -> Incident:
    lock = select(incidents.c.id).where(incidents.c.review_id == review_id).with_for_update()
    if connection.execute(lock).scalar() is None:
        raise Conflict("This incident is no longer there. Go back to the list.")
    found = _those(connection, incidents.c.review_id == review_id, user=user)
    if not found:
        raise Refused("This incident is not for you. Somebody else must handle it.")
    if found[0].closed_at is not None:
        raise Refused("This incident is closed. Nothing of it changes any more.")
    return found[0]


def _write(connection: Connection, review_id: int, **values: Any) -> None:
    connection.execute(update(incidents).where(incidents.c.review_id == review_id).values(**values))


def _tell(connection: Connection, event: str, review_id: int, user: User, now: datetime, **details: Any) -> None:
    trail = Trail(now, actor_of(user.id))
    trail.note(event, f"review:{review_id}", **details)
    trail.write(connection)


def _those(connection: Connection, *conditions: ColumnElement[bool], user: User | None = None) -> tuple[Incident, ...]:
    """Incidents that meet the conditions, and only such as this person may look at. Raises Refused."""
    query = _WITH_REVIEW.where(*conditions)
    given: dict[str, Any] = {}
    if user is not None:
        locks, given = locks_of(user)
        query = query.where(seen_under(locks))
    return tuple(_incident_of(row) for row in connection.execute(query, given))


_WITH_REVIEW = (
    select(incidents)
    .join(reviews, reviews.c.id == incidents.c.review_id)
    .order_by(incidents.c.discovered_at, incidents.c.id)
)


_PLACE = select(incidents.c.id, incidents.c.discovered_at).where(incidents.c.review_id == bindparam("after"))


@lru_cache
def _page(locks: Locks, *, closed: bool, later: bool) -> Select[Any]:
    """Made once for each: making it takes longer than asking it."""
    which = incidents.c.closed_at.is_not(None) if closed else incidents.c.closed_at.is_(None)
    query = _WITH_REVIEW.where(which, seen_under(locks)).limit(bindparam("most", type_=Integer))
    if not later:
        return query
    at, same = bindparam("after_at", type_=UtcDateTime), bindparam("after_id", type_=Integer)
    return query.where(
        or_(incidents.c.discovered_at > at, and_(incidents.c.discovered_at == at, incidents.c.id > same))
    )


def _incident_of(row: AnyRow) -> Incident:
    done = {key: _confirmed(stored) for key, stored in row.checklist.items()}
    return Incident(row.review_id, row.discovered_at, row.first_viewed_at, done, row.closed_at)


def _plain(one: Confirmed) -> dict[str, Any]:
    return {"user_id": one.user_id, "name": one.name, "at": one.at.isoformat()}


def _confirmed(stored: dict[str, Any]) -> Confirmed:
    return Confirmed(stored["user_id"], stored["name"], datetime.fromisoformat(stored["at"]))
