"""A legal hold: what may not be erased while a dispute, an inquiry or a claim lasts.

A duty to keep evidence goes before the practice's own periods and before a platform's terms. It never goes before a
withdrawal: reading ends at once all the same, and what is held leaves every view until it may be erased.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold. `account_id` None holds everything. `actor` and `lifted_by` are as in the audit log."""

    id: int
    account_id: int | None
    reason: str
    actor: str
    since: datetime
    lifted_at: datetime | None = None
    lifted_by: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it has not been lifted."""
        return self.lifted_at is None


@dataclass(frozen=True, slots=True)
class Lifted:
    """A hold that was lifted, and what waited for it: rows erased by kind, of accounts that withdrew meanwhile."""

    hold: Hold
    erased: Mapping[str, int] = field(default_factory=dict)
