"""What the console is given: its store, its clock, the practice's words, and the ways out. It opens nothing itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from console.flood import Flood
from domain.review_locks import ReviewRules
from domain.routing import Routing
from reports.pdf import as_pdf

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from console.flood import Counting
    from console.identity import IdentityProvider
    from domain.findings import Accepted, ClauseText, Endorsement
    from domain.reporting import Message
    from domain.verification import Verdict
    from store.engine import Store

Lesson: TypeAlias = "Accepted | Endorsement"
"""What a false alarm can teach the policy."""
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)  # without slots, which would leave no place for what is made once
class PracticeWords:
    """The practice as pages name it. `clauses` are the nine sections of the policy, in its own words."""

    name: str
    time_zone: str
    privacy_contact: str
    clauses: tuple[ClauseText, ...] = ()
    error_rates: str = ""
    """One or two sentences on how often the detector errs, as measured."""

    @cached_property
    def titles(self) -> tuple[tuple[str, str], ...]:
        """(clause, its title in the practice's words)."""
        return tuple((clause.id, clause.title) for clause in self.clauses)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an administrator may choose. Times are lengths from the moment that each is named for."""

    session_length: timedelta = timedelta(hours=12)
    """A session ends then, however busy it is (NIST SP 800-63B section 4.2.3)."""
    idle: timedelta = timedelta(minutes=30)
    second_factor: bool = True
    invitation_length: timedelta = timedelta(days=3)
    recovery_length: timedelta = timedelta(hours=1)
    grace: timedelta = timedelta(days=7)
    answer: timedelta = timedelta(days=7)
    appeal: timedelta = timedelta(days=14)
    item_lock: timedelta = timedelta(minutes=15)
    concerns_per_hour: int = 10
    """From one network."""
    author_mails: bool = True
    """Whether authors are told by mail; without, a reviewer tells them and writes down how."""
    collect_every: timedelta = timedelta(hours=24)
    """How often accounts are planned to be read."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a page works with. `base_url` is scheme and host as people type them, without a slash at the end.

    `key` signs cookies and links and keys the hashes of what is counted. `mail` hands one message to the mail server
    and raises DeliveryError when it was not taken; `sender` is who it comes from.
    """

    store: Store
    clock: Callable[[], datetime]
    practice: PracticeWords
    key: bytes = field(repr=False)
    base_url: str
    mail: Callable[[Message], None]
    sender: str
    settings: Settings = Settings()
    routing: Routing = field(default_factory=Routing)
    """Who handles concerns."""
    tell_handlers: Callable[[], None] | None = None
    """Sends word of concerns that wait; None where another program does. It raises nothing that a mail server did."""
    flood: Counting = field(default_factory=Flood, repr=False)
    """Counts what strangers send."""
    profile: str = "us"
    """The retention profile's name, which says under which law the practice works."""
    retention: tuple[str, ...] = ()
    """The retention rules in force, a sentence each."""
    pdf: Callable[[str], bytes] = as_pdf
    """Makes PDF/UA of a page; raises UsageError where it cannot be made."""
    on_withdrawal: Callable[[], object] | None = None
    """Takes what was just erased out of the archive's pages, too; raises ArchiveError when they cannot be written."""
    shown_settings: tuple[tuple[str, str], ...] = ()
    """(key, value) of the configuration as the settings page shows it; no secret among them."""
    teach: Callable[[Lesson, str], None] | None = None
    """Adds an accepted phrase or an authorised endorsement to the policy; the text says who did. UsageError: why not.

    None where the policy is changed by hand only.
    """
    verify: Callable[[], Verdict] | None = None
    """Checks the whole record. Raises UsageError when it cannot be done now. None where it is checked elsewhere."""
    identity: IdentityProvider | None = None
    """The practice's own identity provider; None where people sign in with a password alone."""

    @property
    def rules(self) -> ReviewRules:
        """What the practice has chosen for its reviews."""
        chosen = self.settings
        return ReviewRules(chosen.grace.days, chosen.answer.days, chosen.appeal.days, mails=chosen.author_mails)

    @property
    def https(self) -> bool:
        """Whether browsers come by TLS."""
        return self.base_url.startswith("https://")

    @property
    def hosts(self) -> frozenset[str]:
        """The values of the Host header that are this console's."""
        parts = urlsplit(self.base_url)
        if parts.hostname in {name.strip("[]") for name in _LOOPBACK}:
            port = f":{parts.port}" if parts.port else ""
            return frozenset(f"{name}{port}" for name in _LOOPBACK)
        return frozenset({parts.netloc})

    @property
    def origins(self) -> frozenset[str]:
        """The values of the Origin header that are this console's own pages."""
        scheme = "https" if self.https else "http"
        return frozenset(f"{scheme}://{host}" for host in self.hosts)
