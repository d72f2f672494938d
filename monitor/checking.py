"""The record's check as the console offers it: one at a time, and no longer than somebody waits for a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from domain.errors import UsageError
from monitor.verifying import verify_store
from vault.signing import public_file, read_public_key

if TYPE_CHECKING:
    from pathlib import Path

    from domain.verification import Verdict
    from store.engine import Store
    from vault.signing import PublicKey

MOST_LINES = 200_000
"""Of the log; a longer one is checked on the command line, which may take its time."""


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks a database as `section7 verify` does. `signing_key` is the private key's file; the public one is read."""

    store: Store
    signing_key: Path
    heads: Path
    most: int = MOST_LINES
    _busy: Lock = field(default_factory=Lock, repr=False)

    def __call__(self) -> Verdict:
        """What the check found. Raises UsageError while another runs, for a log too long, and without the key."""
        newest = self.store.audit.newest()
        if newest is not None and newest.seq > self.most:
            raise UsageError(f"The log has {newest.seq:,} lines: ask the administrator to run `section7 verify`.")
        if not self._busy.acquire(blocking=False):
            raise UsageError("The record is being checked just now. Try again in a minute.")
        try:
            return verify_store(self.store, public_key_beside(self.signing_key), self.heads)
        finally:
            self._busy.release()


def public_key_beside(file: Path) -> PublicKey:
    """The public key of the private one in `file`. Raises UsageError when it is not there."""
    public = public_file(file)
    try:
        return read_public_key(public.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise UsageError(f"There is no public key {public}. Run `section7 init`, or put it back.") from error
