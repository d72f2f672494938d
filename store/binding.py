"""Digests of records as they stand in the database, for the lines of the log that bind them.

Read back from the rows and not taken from what was to be written: what binds must be what will be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, literal, select

from domain.binding import FACTS, Standing, facts_of, name_of
from domain.errors import KeyLost, SealBroken
from domain.reporting import UNLOGGED, DeliveryState
from store.record_tables import review_events
from store.tables import deliveries, digests, findings, ledger, versions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Column, Select
    from sqlalchemy.engine import Connection

_CHUNK = 500
_UNSALTED = literal("").label("salt")
# A mail that waits is bound as one that waits, however often it was tried.
_SETTLED = deliveries.c.state.in_((DeliveryState.SENT, DeliveryState.REFUSED))
_OUTCOME = case((_SETTLED, deliveries.c.state), else_=DeliveryState.QUEUED).label("outcome")


@dataclass(frozen=True)  # without slots, which would leave no place for what is made once
class Kind:
    """Where the records of one kind stand: their key, and the query that gives facts and salt of those that count."""

    key: Column[Any]
    query: Select[Any]

    @cached_property
    def those(self) -> Select[Any]:
        """The query for some keys, `keys`. Made once: it is asked at every step of a review."""
        return self.query.where(self.key.in_(bindparam("keys", expanding=True))).order_by(self.key)


# Each query takes no more columns than it needs, so that a lost key closes nothing but the words that it sealed.
KINDS: Mapping[str, Kind] = {
    "ledger": Kind(ledger.c.id, select(*ledger.c, _UNSALTED)),
    "version": Kind(versions.c.id, select(*versions.c).where(versions.c.kept_text.is_not(None))),
    "finding": Kind(findings.c.id, select(*findings.c["id", "salt", *FACTS["finding"]])),
    "excerpt": Kind(
        findings.c.id,
        select(*findings.c["id", "excerpt", "spans"], versions.c.salt)
        .join_from(findings, versions)
        .where(findings.c.excerpt != ""),
    ),
    "review": Kind(review_events.c.id, select(*review_events.c["id", *FACTS["review"]], _UNSALTED)),
    "note": Kind(review_events.c.id, select(*review_events.c).where(review_events.c.note.is_not(None))),
    "digest": Kind(digests.c.week, select(*digests.c)),
    "delivery": Kind(deliveries.c.id, select(*deliveries.c, _OUTCOME).where(deliveries.c.kind.not_in(UNLOGGED))),
}


def standing(connection: Connection, kind: str, keys: Collection[Any]) -> Iterator[Standing]:
    """Those of the records that count, in the order of their keys. Raises KeyLost or SealBroken for sealed words."""
    source = KINDS[kind]
    ordered = sorted(keys)
    for start in range(0, len(ordered), _CHUNK):
        for row in connection.execute(source.those, {"keys": ordered[start : start + _CHUNK]}).mappings():
            yield _standing(kind, dict(row))


def every(connection: Connection, kind: str) -> Iterator[Standing]:
    """All records of one kind that count, by key, in pages so that any number fits in memory.

    One whose words cannot be opened, because a key is lost or a seal broken, comes without facts and says why.
    """
    source = KINDS[kind]
    keys = source.query.with_only_columns(source.key).order_by(source.key)
    last: Any = None
    while True:
        rest = keys if last is None else keys.where(source.key > last)
        page = connection.execute(rest.limit(_CHUNK)).scalars().all()
        if not page:
            return
        yield from _opened(connection, kind, page)
        last = page[-1]


def bound(connection: Connection, kind: str, keys: Collection[Any]) -> dict[str, str]:
    """Name -> digest of those of the records that count, as they stand now in this transaction."""
    return {each.name: each.digest for each in standing(connection, kind, keys)}


def _opened(connection: Connection, kind: str, keys: Sequence[Any]) -> Iterator[Standing]:
    try:
        yield from tuple(standing(connection, kind, keys))
    except (KeyLost, SealBroken) as error:
        if len(keys) == 1:
            yield Standing(name_of(kind, keys[0]), problem=str(error))
            return
        middle = len(keys) // 2
        yield from _opened(connection, kind, keys[:middle])
        yield from _opened(connection, kind, keys[middle:])


def _standing(kind: str, row: Mapping[str, Any]) -> Standing:
    return Standing(name_of(kind, row[KINDS[kind].key.name]), row["salt"] or "", facts_of(kind, row))


def released(kind: str, keys: Collection[Any]) -> dict[str, None]:
    """Name -> None: that these records are erased."""
    return {name_of(kind, key): None for key in sorted(keys)}
