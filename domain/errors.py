"""Every error this project raises on purpose.

    Section7Error
    ├── ConfigError          a configuration or policy file is wrong; carries every mistake, not the first
    ├── UsageError           the command was asked for something that cannot be (unknown account, wrong state)
    ├── NotProven            nothing shows yet that the profile is this person's; nothing was authorised
    ├── StoreError           the database cannot be used as it is
    │   ├── SchemaTooOld     run `section7 init` to bring it up to date
    │   ├── SchemaTooNew     the program is older than the database
    │   ├── NotAuthorised    an account without an active authorisation was asked for, or lost it meanwhile
    │   │   └── Stopped      somebody stopped all collection
    │   ├── KeyLost          words are sealed with a key that is not on the keyring
    │   ├── SealBroken       sealed words were changed, moved or damaged
    │   └── Conflict         somebody else changed it first, or holds it
    ├── Refused              a rule of the process, or a missing permission, stands against it; nothing changed
    ├── ImportRefused        an export cannot be imported; nothing of it was stored
    ├── PacketError          one line of a post file is malformed
    ├── ArchiveError         the archive's folder cannot be written; what was there can still be read
    ├── DeliveryError        a mail did not go out
    │   ├── MailServerDown   nothing was said about the message; try again
    │   └── RecipientRefused the server refused this recipient; `permanent` says whether to try again
    ├── NoAnswer             a language model gave no second opinion; never stops anything
    └── CollectError         one account could not be read this time; never stops another account
        ├── Unreachable      no connection, or it broke
        ├── TimedOut         the account's own deadline passed
        ├── ServerFault      5xx
        ├── RateLimited      told to come back later; `retry_at` says when
        ├── AccessRefused    401, 403, or a login page
        │   ├── AccountPrivate   its owner shows it to chosen people only now
        │   └── TokenRefused     the owner's token is missing, has expired, or would show more than public posts
        ├── AccountGone      404 or 410 for the account itself
        │   ├── AccountSuspended    by its platform
        │   ├── AccountDeactivated  by its owner, who may come back
        │   ├── AccountDeleted      for good
        │   └── AccountMoved        it names another address
        ├── RobotsDisallow   robots.txt forbids the page, or could not be read because the server failed
        ├── AddressRefused   the address is not a public one, or a redirect led to one that is not
        ├── TooLarge         more bytes, items or redirects than allowed
        ├── WrongContent     not what was asked for: another type, another coding, a page where data should be
        └── Malformed        of the right type and unreadable

A message names the key, host or state that is wrong and never a post's words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class Section7Error(Exception):
    """Root of the tree above."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong value in one file: where it is, what was seen, what was expected."""

    file: str
    key: str
    seen: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: found {self.seen}, expected {self.expected}"


class ConfigError(Section7Error):
    """A configuration or policy file is wrong. `mistakes` holds all of them, in file order."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class UsageError(Section7Error):
    """The command was asked for something that cannot be done; the message says what to do instead."""


class NotProven(Section7Error):  # noqa: N818 - reads as the state it names
    """Nothing shows yet that the profile is this person's. Nothing was authorised; the proof may be tried again."""


class StoreError(Section7Error):
    """The database cannot be used as it is."""


class SchemaTooOld(StoreError):  # noqa: N818 - reads as the state it names
    """The database is older than the program."""


class SchemaTooNew(StoreError):  # noqa: N818
    """The program is older than the database."""


class NotAuthorised(StoreError):  # noqa: N818
    """The account has no active authorisation, so it may be neither collected nor stored."""


class Stopped(NotAuthorised):
    """Somebody stopped all collection, so nothing may be collected or stored until two people let it go on."""


class KeyLost(StoreError):  # noqa: N818
    """Words are sealed with a key that is not on the keyring; `name` is that key's."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"The key {name!r} is not on the keyring, and without it what it sealed cannot be read. "
            "Put back the keyring file from its own backup."
        )


class SealBroken(StoreError):  # noqa: N818
    """Sealed words were changed, moved or damaged."""

    def __init__(self) -> None:
        super().__init__("Sealed words do not open: they were changed, moved or damaged since they were stored.")


class Conflict(StoreError):  # noqa: N818 - HTTP's word for it (RFC 9110 section 15.5.10)
    """Somebody else changed the thing first, or holds it now; look again and decide anew."""


class Refused(Section7Error):  # noqa: N818 - reads as what happened
    """A rule of the process or a missing permission stands against it. Nothing changed; the message says what to do."""


class ImportRefused(Section7Error):  # noqa: N818 - reads as what happened
    """An export that was handed in cannot be imported, and why. Nothing of it was stored; no word of it is told."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The file cannot be imported: {why}. Nothing was stored.")


class PacketError(Section7Error):
    """One line of a post file is malformed; `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        self.line = line
        self.problem = problem
        super().__init__(f"line {line}: {problem}")


class ArchiveError(Section7Error):
    """The archive's folder cannot be written. What was there before can still be read."""


class DeliveryError(Section7Error):
    """A mail did not go out."""


class MailServerDown(DeliveryError):  # noqa: N818
    """The server could not be reached, or failed before it answered for the message. Try again later."""


class RecipientRefused(DeliveryError):  # noqa: N818
    """The server refused this recipient or this message with an SMTP reply (RFC 5321 section 4.2.1).

    `permanent` is true for a 5xx reply and false for a 4xx one.
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        self.permanent = permanent
        super().__init__(message)


class NoAnswer(Section7Error):  # noqa: N818 - reads as the state it names
    """A language model gave no second opinion.

    `code` is stable and goes into the database. `passing` tells that the same question may fare better soon, and
    `wait` how many seconds the server asked for, or None.
    """

    def __init__(self, code: str, *, passing: bool = False, wait: float | None = None) -> None:
        self.code = code
        self.passing = passing
        self.wait = wait
        super().__init__(f"no second opinion: {code}")


class CollectError(Section7Error):
    """One account could not be read this time.

    `code` is stable and goes into the database; `reason` is a sentence that a manager understands; `way_back` tells
    her how reading may go on; `retry_at` is the earliest next try that the other side asked for, in UTC, or None.
    """

    code = "unknown"
    reason = "The account could not be read."
    way_back = "It is tried again by itself."

    def __init__(self, detail: str = "", *, retry_at: datetime | None = None) -> None:
        self.detail = detail
        self.retry_at = retry_at
        super().__init__(f"{self.reason} ({detail})" if detail else self.reason)


class Unreachable(CollectError):  # noqa: N818
    """No connection, or it broke."""

    code = "unreachable"
    reason = "The site could not be reached."


class TimedOut(CollectError):  # noqa: N818
    """The account's own deadline passed."""

    code = "timed-out"
    reason = "The site answered too slowly."


class ServerFault(CollectError):  # noqa: N818
    """The server said that it failed (5xx)."""

    code = "server-fault"
    reason = "The site reported an internal error."


class RateLimited(CollectError):  # noqa: N818
    """The server asked us to come back later."""

    code = "rate-limited"
    reason = "The site asked us to come back later."


class AccessRefused(CollectError):  # noqa: N818
    """The public posts are not open to us any more (401, 403, or a login page)."""

    code = "access-refused"
    reason = "The site no longer shows these posts without a login."
    way_back = "Ask the owner whether the posts are still public; it is tried again by itself."


class AccountPrivate(AccessRefused):
    """Its owner shows the account to chosen people only now."""

    code = "account-private"
    reason = "The account is private now, so its posts are not read."
    way_back = "It is read again by itself when its owner makes it public again."


class TokenRefused(AccessRefused):
    """The owner's token is missing, has expired or was withdrawn, or would show more than public posts."""

    code = "token-refused"
    reason = "The owner's permission for this platform is missing, has expired, or would show more than public posts."
    way_back = "Ask the owner for a new permission and store it with `section7 tokens add`."


class AccountGone(CollectError):  # noqa: N818
    """The account itself was not found; never a sign that its posts were deleted."""

    code = "account-gone"
    reason = "The account was not found."
    way_back = "If its owner still uses it under another name, withdraw this account and enrol the new address."


class AccountSuspended(AccountGone):
    """Its platform has suspended the account or shows nothing of it for now."""

    code = "account-suspended"
    reason = "The platform has suspended the account."
    way_back = "It is read again by itself once the platform shows it again."


class AccountDeactivated(AccountGone):
    """Its owner has switched the account off and may come back."""

    code = "account-deactivated"
    reason = "The account's owner has switched it off."
    way_back = "It is read again by itself when its owner switches it on again."


class AccountDeleted(AccountGone):
    """The platform says that the account was deleted."""

    code = "account-deleted"
    reason = "The account was deleted, as its site says."
    way_back = "Ask its owner; if it is so, withdraw it in Section7. Until then nothing counts as deleted."


class AccountMoved(AccountGone):
    """The account names another address as its new one. Permission for that one has to be given anew."""

    code = "account-moved"
    reason = "The account says that it has moved to another address."
    way_back = "Withdraw it in Section7 and enrol the new address, with its owner's agreement."


class RobotsDisallow(CollectError):  # noqa: N818
    """The site's robots.txt forbids reading the page (RFC 9309)."""

    code = "robots-disallow"
    reason = "The site's rules for automatic readers do not allow reading this page."
    way_back = "It is read by itself once the rules allow it; on a site of one's own, its owner can change them."


class AddressRefused(CollectError):  # noqa: N818
    """The address is not a public one."""

    code = "address-refused"
    reason = "The address does not lead to a public site."
    way_back = "Check the address with its owner; it is tried again by itself."


class TooLarge(CollectError):  # noqa: N818
    """More bytes, items, pages or redirects than allowed."""

    code = "too-large"
    reason = "The site's answer was larger than we accept."


class WrongContent(CollectError):  # noqa: N818
    """Not what was asked for: another type, another coding, a web page where data should be."""

    code = "wrong-content"
    reason = "The site answered with something other than the posts."


class Malformed(CollectError):  # noqa: N818
    """Of the right type and unreadable."""

    code = "malformed"
    reason = "The site's answer was damaged and could not be read."
