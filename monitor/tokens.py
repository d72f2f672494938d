"""Owners' tokens in use: which account may be read with which, until when; renewing them. No message repeats one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from collectors.base import Renewing
from domain.accounts import AccountState, LedgerEvent
from domain.audit import COMMAND, SYSTEM, AuditRecord
from domain.errors import CollectError, ConfigError, TokenRefused, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from collectors.base import Consent, Grant, Http, Platform
    from domain.accounts import Enrolment
    from monitor.token_file import Kept, TokenFile
    from store.engine import Store

log = structlog.get_logger(__name__)

NOTICE_AHEAD = timedelta(days=14)
"""Everybody who can do something hears so long before a token ends."""


class Reader(Protocol):
    """Gives each account an `Http` with its own deadline and budget."""

    def for_account(self, *, grant: Grant | None = None, hosts: frozenset[str] = frozenset()) -> Http:
        """A fresh budget. `grant` is sent to `hosts` alone, and only where a request says so."""
        ...


@dataclass(frozen=True, slots=True)
class Owners:
    """Opens readers that carry the owner's token where a platform wants one."""

    file: TokenFile
    reader: Reader
    store: Store
    clock: Callable[[], datetime]

    def http_for(self, platform: Platform, platform_id: str) -> Http:
        """A reader for one account. Raises TokenRefused where the platform wants a token and none may be used.

        A token that its platform lets last longer is renewed first, when it is time. That this failed is logged and
        costs nothing while the old one is good.
        """
        if platform.consent is None:
            return self.reader.for_account()
        grant = self._grant(platform.name, platform_id)
        if not scope_fault(grant.scopes, platform.consent):
            grant = self._renewed(platform, platform.consent, grant)
        if fault := fault_of(grant, platform.consent, self.clock()):
            raise TokenRefused(fault)
        return self.reader.for_account(grant=grant, hosts=platform.consent.hosts)

    def https_for(self, platform: Platform) -> Sequence[Http]:
        """A reader for each usable token of a platform: whose an address is, only the platform can say."""
        if platform.consent is None:
            return ()
        consent = platform.consent
        sound = [kept.grant for kept in self.file.read() if kept.grant.platform == platform.name]
        sound = [grant for grant in sound if not scope_fault(grant.scopes, consent)]
        usable = [
            renewed
            for grant in sound
            if not fault_of(renewed := self._renewed(platform, consent, grant), consent, self.clock())
        ]
        return tuple(self.reader.for_account(grant=grant, hosts=consent.hosts) for grant in usable)

    def _grant(self, platform: str, platform_id: str) -> Grant:
        try:
            grant = self.file.of(platform, platform_id)
        except ConfigError as error:
            log.error("tokens-not-readable", problem=str(error))  # noqa: TRY400 - the message says it all
            raise TokenRefused("the file of tokens cannot be read") from error
        if grant is None:
            raise TokenRefused("there is none")
        return grant

    def _renewed(self, platform: Platform, consent: Consent, grant: Grant) -> Grant:
        if not isinstance(platform, Renewing):
            return grant
        now = self.clock()
        try:
            renewed = platform.renew(grant, self.reader.for_account(grant=grant, hosts=consent.hosts), now)
        except CollectError as error:
            log.warning("token-not-renewed", platform=platform.name, code=error.code)
            return self._kept_by_another(grant)
        if renewed is None:
            return grant
        # What a platform hands back may not widen what the owner granted.
        renewed = replace(renewed, platform=grant.platform, platform_id=grant.platform_id, obtained_at=now)
        try:
            self.file.renew(grant, renewed)
        except (ConfigError, UsageError):
            log.error("token-not-kept", platform=platform.name)  # noqa: TRY400 - the file is named at start already
            return renewed
        tell(self.store, "token.renewed", renewed, SYSTEM, now)
        return renewed

    def _kept_by_another(self, grant: Grant) -> Grant:
        """What another process has renewed meanwhile, for which the old one is used up; else the grant itself."""
        try:
            return self.file.of(grant.platform, grant.platform_id) or grant
        except ConfigError:  # said where the file is read
            return grant


def scope_fault(scopes: frozenset[str], consent: Consent) -> str:
    """Why a token with these scopes may not be used; "" when it may."""
    if extra := scopes - consent.allowed:
        return f"it could return non-public posts or change something: {', '.join(sorted(extra))}"
    if missing := consent.needed - scopes:
        return f"it lacks {', '.join(sorted(missing))}"
    return ""


def fault_of(grant: Grant, consent: Consent, now: datetime) -> str:
    """Why this grant may not be used now, without a word of it; "" when it may."""
    if fault := scope_fault(grant.scopes, consent):
        return fault
    return f"it ended on {grant.expires_at:%Y-%m-%d}" if grant.expires_at and grant.expires_at <= now else ""


def ends_soon(grant: Grant, now: datetime) -> datetime | None:
    """When the grant ends, if that is within two weeks or past.

    A token that comes with another to renew it by lives for hours: its end is no news.
    """
    ends = None if grant.refresh_token else grant.expires_at
    return ends if ends is not None and ends <= now + NOTICE_AHEAD else None


def ending(file: TokenFile, accounts: Sequence[Enrolment], now: datetime) -> Mapping[int, datetime]:
    """When the tokens of accounts end that do so within two weeks, or have ended, by account.

    A file that cannot be read says nothing here: every account that wants a token then fails by its own name.
    """
    try:
        kept = file.read()
    except ConfigError as error:
        log.error("tokens-not-readable", problem=str(error))  # noqa: TRY400 - the message says it all
        return {}
    ends = {one.key: instant for one in kept if (instant := ends_soon(one.grant, now)) is not None}
    found = ((one.id, ends.get((one.platform, one.platform_id))) for one in accounts if _stands(one))
    return {number: instant for number, instant in found if instant is not None}


def account_of(store: Store, platform: str, platform_id: str) -> Enrolment | None:
    """The account that a token reads: the one that is enrolled, else the newest withdrawn one, else None."""
    same = [one for one in store.accounts.all() if (one.platform, one.platform_id) == (platform, platform_id)]
    return next((one for one in same if _stands(one)), same[-1] if same else None)


def tell(store: Store, event: str, grant: Grant, actor: str, now: datetime) -> None:
    """One line in the log: what happened to the token of which account, and nothing of the token."""
    account = account_of(store, grant.platform, grant.platform_id)
    details: dict[str, object] = {"platform": grant.platform, "scopes": sorted(grant.scopes)}
    if account is not None:
        details["account"] = account.id
    if grant.expires_at is not None:
        details["expires_at"] = grant.expires_at.isoformat(timespec="seconds")
    subject = f"account:{account.id}" if account is not None else f"platform:{grant.platform}"
    store.audit.record(AuditRecord(now, actor, event, subject, details))


def add(file: TokenFile, store: Store, kept: Kept, now: datetime) -> bool:
    """Keep a token that a person brought; whether it took an older one's place. Raises ConfigError and UsageError."""
    replaced = file.put(kept)
    tell(store, "token.added", kept.grant, COMMAND, now)
    return replaced


def drop(file: TokenFile, store: Store, grant: Grant, actor: str, now: datetime) -> bool:
    """Forget a token; whether there was one. Raises ConfigError and UsageError."""
    if not file.remove(grant.platform, grant.platform_id):
        return False
    tell(store, "token.removed", grant, actor, now)
    return True


def drop_withdrawn(file: TokenFile, store: Store, now: datetime, actor: str = SYSTEM) -> int:
    """Forget the tokens of accounts that were withdrawn; how many. One that was brought after that stays.

    Raises ConfigError and UsageError.
    """
    dropped = 0
    for kept in file.read():
        account = account_of(store, *kept.key)
        if account is not None and not _stands(account) and not _brought_since(kept.grant, store, account):
            dropped += drop(file, store, kept.grant, actor, now)
    return dropped


def _brought_since(grant: Grant, store: Store, account: Enrolment) -> bool:
    ended = [line.at for line in store.accounts.ledger(account.id) if line.event is LedgerEvent.WITHDRAWN]
    return grant.obtained_at is not None and bool(ended) and grant.obtained_at > ended[-1]


def _stands(account: Enrolment) -> bool:
    return account.state is not AccountState.WITHDRAWN
