"""What a reader is told about an account that could not be read: what is wrong, and how reading may go on. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import CollectError

if TYPE_CHECKING:
    from collections.abc import Iterator

_RARELY = (
    "It failed {failures} times in a row, so it is tried only once a week now; it goes on by itself "
    "once a try succeeds."
)


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


def _kinds(kind: type[CollectError]) -> Iterator[type[CollectError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)
