"""What a reader is told about an account that could not be read: what is wrong, and how reading may go on. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import (
    AccessRefused,
    AccountDeactivated,
    AccountDeleted,
    AccountGone,
    AccountMoved,
    AccountPrivate,
    AddressRefused,
    CollectError,
    RobotsDisallow,
    TokenRefused,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_RARELY = (
    "It failed {failures} times in a row, so it is tried only once a week now; it goes on by itself "
    "once a try succeeds."
)
_ADDRESS_ANEW = "withdraw the account here and ask your administrator to enrol the new address."
_TO_OWNER = {
    AccessRefused.code: "If your posts are still public there, tell your administrator; it is tried again by itself.",
    AccountPrivate.code: "It is read again by itself if you make it public again; you need not.",
    TokenRefused.code: "If you wish it to be read on, give your administrator a new permission.",
    AccountGone.code: f"If you use it under another name now and wish that to be read, {_ADDRESS_ANEW}",
    AccountDeactivated.code: "It is read again by itself if you switch it on again.",
    AccountDeleted.code: "If you deleted it, you can withdraw it here. Until then nothing counts as deleted.",
    AccountMoved.code: f"Nothing is read at the new address without your agreement. If you wish it, {_ADDRESS_ANEW}",
    RobotsDisallow.code: "It is read by itself once the rules allow it; on a site of your own, you can change them.",
    AddressRefused.code: "If your address has changed, tell your administrator; it is tried again by itself.",
}
_SAID_TO_OWNER = {
    AccountDeactivated.code: (AccountDeactivated.reason, "You have switched the account off."),
    TokenRefused.code: (TokenRefused.reason, TokenRefused.reason.replace("The owner's", "Your")),
}
"""What names the owner in the third person, and the same to her."""


def way_back(code: str | None) -> str:
    """How reading may go on after the failure with this `CollectError.code`, in one sentence; "" for no failure.

    A code that this version does not know is answered as any failure is: by trying again.
    """
    if not code:
        return ""
    known = {kind.code: kind.way_back for kind in _kinds(CollectError)}
    return known.get(code, CollectError.way_back)


def what_is_wrong(problem: str | None, code: str | None, *, failures: int = 0, set_aside: bool = False) -> str:
    """The whole of it for a person: what the newest failure was, that the account was set aside, and the way back.

    "" where nothing is wrong. `problem` is the sentence that was stored with `code`.
    """
    if not problem:
        return ""
    back = way_back(code)
    rarely = _RARELY.format(failures=failures) if set_aside else ""
    if set_aside and back == CollectError.way_back:
        back = ""
    return " ".join(part for part in (problem, rarely, back) if part)


def told_to_owner(problem: str | None, code: str | None, *, failures: int = 0, set_aside: bool = False) -> str:
    """The same as `what_is_wrong`, spoken to the account's owner: what she can do herself, and whom she can ask."""
    if not problem:
        return ""
    theirs, hers = _SAID_TO_OWNER.get(code or "", ("", ""))
    said = what_is_wrong(problem, code, failures=failures, set_aside=set_aside)
    said = said.replace(theirs, hers) if theirs else said
    back = way_back(code)
    return said.replace(back, _TO_OWNER.get(code or "", back))


def _kinds(kind: type[CollectError]) -> Iterator[type[CollectError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)
