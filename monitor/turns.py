"""Turns at hosts that all processes of the installation share, with no host's name in the database.

A host names a site, and a subdomain often a person: what is stored is a hash under the installation's key.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from domain.turns import Turn
    from store.hosts import HostStore


@dataclass(frozen=True, slots=True)
class SharedTurns:
    """The `Turns` of the reading layer over the store."""

    store: HostStore
    key: bytes = field(repr=False)

    def reserve(self, host: str, now: datetime, *, rest: timedelta, patience: timedelta) -> Turn:
        """See `collectors.turns.Turns`. Raises StoreError."""
        return self.store.reserve(hashed(host, self.key), now, rest=rest, patience=patience)

    def hold(self, host: str, until: datetime, now: datetime) -> None:
        """See `collectors.turns.Turns`. Raises StoreError."""
        self.store.hold(hashed(host, self.key), until, now)


def hashed(host: str, key: bytes) -> str:
    """The name that a host goes by in the database: HMAC-SHA-256 in hex."""
    return hmac.new(key, f"host\0{host}".encode(), hashlib.sha256).hexdigest()
