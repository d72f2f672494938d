"""Digests of records as they stand in the database, for the lines of the log that bind them.

Read back from the rows and not taken from what was to be written: what binds must be what will be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, literal, select

from domain.binding import digest_of, facts_of, name_of
from domain.reporting import DeliveryKind, DeliveryState
from store.record_tables import review_events
from store.tables import deliveries, digests, findings, ledger, versions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlalchemy import Column, Select
    from sqlalchemy.engine import Connection

_CHUNK = 500
_UNSALTED = literal("").label("salt")
# A mail that waits is bound as one that waits, however often it was tried.
_SETTLED = deliveries.c.state.in_((DeliveryState.SENT, DeliveryState.REFUSED))
_OUTCOME = case((_SETTLED, deliveries.c.state), else_=DeliveryState.QUEUED).label("outcome")


@dataclass(frozen=True, slots=True)
class Kind:
    """Where the records of one kind stand: their key, and the query that gives facts and salt of those that count."""

    key: Column[Any]
    query: Select[Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it stands: its name, kind and key, its facts, and what they are salted with."""

    name: str
    kind: str
    key: Any
    salt: str
    facts: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """What the log must hold of it."""
        return digest_of(self.name, self.salt, self.facts)


KINDS: Mapping[str, Kind] = {
    "ledger": Kind(ledger.c.id, select(*ledger.c, _UNSALTED)),
    "version": Kind(versions.c.id, select(*versions.c).where(versions.c.kept_text.is_not(None))),
    "finding": Kind(findings.c.id, select(*findings.c)),
    "excerpt": Kind(
        findings.c.id,
        select(*findings.c["id", "excerpt", "spans"], versions.c.salt)
        .join_from(findings, versions)
        .where(findings.c.excerpt != ""),
    ),
    "review": Kind(review_events.c.id, select(*(each for each in review_events.c if each.name != "salt"), _UNSALTED)),
    "note": Kind(review_events.c.id, select(*review_events.c).where(review_events.c.note.is_not(None))),
    "digest": Kind(digests.c.week, select(*digests.c)),
    # That a safety mail went out on a day may point to somebody: it leaves no line that outlives it.
    "delivery": Kind(deliveries.c.id, select(*deliveries.c, _OUTCOME).where(deliveries.c.kind != DeliveryKind.SAFETY)),
}


def standing(connection: Connection, kind: str, keys: Collection[Any]) -> Iterator[Standing]:
    """Those of the records that count, in the order of their keys. Raises KeyLost or SealBroken for sealed words."""
    source = KINDS[kind]
    ordered = sorted(keys)
    for start in range(0, len(ordered), _CHUNK):
        those = source.query.where(source.key.in_(ordered[start : start + _CHUNK])).order_by(source.key)
        for row in connection.execute(those).mappings():
            key = row[source.key.name]
            yield Standing(name_of(kind, key), kind, key, row["salt"] or "", facts_of(kind, row))


def bound(connection: Connection, kind: str, keys: Collection[Any]) -> dict[str, str]:
    """Name -> digest of those of the records that count, as they stand now in this transaction."""
    return {each.name: each.digest for each in standing(connection, kind, keys)}


def released(kind: str, keys: Collection[Any]) -> dict[str, None]:
    """Name -> None: that these records are erased."""
    return {name_of(kind, key): None for key in sorted(keys)}
