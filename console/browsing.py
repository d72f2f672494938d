"""The archive's questions and answers: addresses of pages, what a form asks for, a week as things stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

from domain.archive import Wanted, WeekOutline
from domain.findings import Clause, Severity
from domain.periods import period_named
from domain.reporting import Digest
from domain.review import ReviewState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from console.asked import Asked
    from domain.reporting import Period

_E = TypeVar("_E", bound="StrEnum")
LONGEST_WORDS = 200
"""Characters in one question."""
ITEMS = 25
"""Entries on one page: a few screens of a telephone, and few enough that a page is quickly made."""
_LARGEST_ID = 2**31 - 1
FILTERS = ("clause", "severity", "account", "from", "to", "state")
"""Names of a search's filters, in forms and addresses alike."""


@dataclass(frozen=True, slots=True)
class Question:
    """A search as it was typed, what it asks for, and what is wrong with it by field."""

    typed: Mapping[str, str]
    wanted: Wanted
    wrong: Mapping[str, str]

    @property
    def anything(self) -> bool:
        """Whether it asks for anything at all."""
        return bool(self.typed)


def question_of(fields: Mapping[str, str], time_zone: str) -> Question:
    """The search in a form or an address. What cannot be read is told and left out."""
    typed = {name: fields[name].strip() for name in ("words", *FILTERS) if fields.get(name, "").strip()}
    wrong: dict[str, str] = {}
    if len(typed.get("words", "")) > LONGEST_WORDS:
        wrong["words"] = f"Search for fewer words: at most {LONGEST_WORDS} characters."
    weeks = {name: _week(typed, name, time_zone, wrong) for name in ("from", "to")}
    since, until = weeks["from"], weeks["to"]
    wanted = Wanted(
        words=typed.get("words", ""),
        clause=_one(typed, "clause", Clause, wrong),
        severity=_severity(typed, wrong),
        account_id=number_in(typed, "account", wrong),
        since=since.start if since else None,
        until=until.end if until else None,
        state=_one(typed, "state", ReviewState, wrong),
    )
    return Question(typed, wanted, wrong)


def number_in(fields: Mapping[str, str], name: str, wrong: dict[str, str] | None = None) -> int | None:
    """An id in a form or an address, None where there is none that an id can be."""
    text = fields.get(name, "")
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST_ID))
    if digits and 0 < int(text) <= _LARGEST_ID:
        return int(text)
    if text and wrong is not None:
        wrong[name] = f"Choose from the list: {name}."
    return None


def address(path: str, fields: Mapping[str, str], **more: object) -> str:
    """A page's address with these fields in it; empty ones are left out. Never with words that were searched for."""
    given = {name: value for name, value in fields.items() if name != "words"} | more
    query = urlencode({name: value for name, value in given.items() if value not in ("", None)})
    return f"{path}?{query}" if query else path


def running_week(asked: Asked, period: Period) -> WeekOutline:
    """The week that has not ended: how its accounts were read until now, and no finding."""
    store, desk = asked.desk.store, asked.desk
    newest = store.digests.lines(limit=1)
    former = store.digests.outline(newest[0].week) if newest else None
    digest = Digest(
        practice=desk.practice.name,
        period=period,
        built_at=asked.now,
        findings=(),
        coverage=store.runs.coverage(period, asked.now, desk.settings.collect_every),
        policy_version=former.digest.policy_version if former else "as configured",
        detector_version=former.digest.detector_version if former else "as installed",
    )
    return WeekOutline(digest, (), ())


def so_far(wanted: Wanted, period: Period) -> Wanted:
    """The same, of one week."""
    return replace(wanted, since=period.start, until=period.end)


def _week(typed: Mapping[str, str], name: str, time_zone: str, wrong: dict[str, str]) -> Period | None:
    if name not in typed:
        return None
    try:
        return period_named(typed[name].upper(), time_zone)
    except ValueError:
        wrong[name] = f"Write the week it goes {name} as 2026-W47."
        return None


def _one(typed: Mapping[str, str], name: str, members: type[_E], wrong: dict[str, str]) -> _E | None:
    if name not in typed:
        return None
    try:
        return members(typed[name])
    except ValueError:
        wrong[name] = f"Choose from the list: {name}."
        return None


def _severity(typed: Mapping[str, str], wrong: dict[str, str]) -> Severity | None:
    number = number_in(typed, "severity", wrong)
    if number is None:
        return None
    try:
        return Severity(number)
    except ValueError:
        wrong["severity"] = "Choose from the list: severity."
        return None
