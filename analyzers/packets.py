"""The scoring files of `section7 score` and `section7 evaluate`: one JSON object a line, in and out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from domain.accounts import AccountKind, Licence
from domain.errors import PacketError
from domain.findings import Clause, Endorsement, Packet, Protected, Register
from domain.posts import Parent, ParentAuthor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.findings import Finding, Scored, Span

_Choice = TypeVar("_Choice", bound=StrEnum)
_PLACES = 4


@dataclass(frozen=True, slots=True)
class Labelled:
    """A packet with its annotation. `labels`: clause -> severity 0 to 4; `swap` and `pair` name groups, "" for none.

    `verdict` is "violation", "borderline" or "fine"; `hard` is "HARD+", "HARD-" or "". `span` is the annotator's
    evidence, words of one of the fields, or "".
    """

    packet: Packet
    labels: Mapping[Clause, int]
    verdict: str
    protected: tuple[Protected, ...]
    hard: str
    span: str
    swap: str = ""
    pair: str = ""


class _Line:
    """One JSON object, read key by key; the first thing wrong is a PacketError that names the key, never its value."""

    def __init__(self, content: Mapping[str, Any], number: int, path: str = "") -> None:
        self._content = content
        self._number = number
        self._path = path

    def wrong(self, key: str, expected: str) -> PacketError:
        """The error for a key that is missing or of the wrong type."""
        return PacketError(self._number, f"{self._path}{key}: expected {expected}")

    def text(self, key: str) -> str:
        """A required string."""
        value = self._content.get(key)
        if not isinstance(value, str):
            raise self.wrong(key, "a string")
        return value

    def optional_text(self, key: str) -> str | None:
        """A string; None when absent or null."""
        return None if self._content.get(key) is None else self.text(key)

    def choice(self, key: str, kind: type[_Choice]) -> _Choice:
        """One of the members of `kind`."""
        try:
            return kind(self.text(key))
        except ValueError as error:
            raise self.wrong(key, "one of " + ", ".join(member.value for member in kind)) from error

    def inner(self, key: str) -> _Line:
        """A required object."""
        value = self._content.get(key)
        if not isinstance(value, dict):
            raise self.wrong(key, "an object")
        return _Line(value, self._number, f"{self._path}{key}.")

    def objects(self, key: str) -> list[_Line]:
        """A list of objects."""
        value = self._content.get(key)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(key, "a list of objects")
        return [_Line(item, self._number, f"{self._path}{key}.{index}.") for index, item in enumerate(value)]

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings."""
        value = self._content.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, "a list of strings")
        return tuple(value)

    def has(self, key: str) -> bool:
        """Whether the key is there and not null."""
        return self._content.get(key) is not None

    def moment(self, key: str) -> datetime:
        """An ISO 8601 instant with its offset."""
        try:
            moment = datetime.fromisoformat(self.text(key))
        except ValueError as error:
            raise self.wrong(key, "an ISO 8601 date and time") from error
        if moment.utcoffset() is None:
            raise self.wrong(key, "a date and time with an offset")
        return moment

    def day(self, key: str) -> date | None:
        """An ISO 8601 day, or the day of an instant; None when absent, null or empty."""
        written = self.optional_text(key)
        if not written:
            return None
        try:
            return datetime.fromisoformat(written).date()
        except ValueError as error:
            raise self.wrong(key, "an ISO 8601 date") from error

    def severity(self, key: str) -> int:
        """A whole number from 0 to 4."""
        value = self._content.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value not in range(5):
            raise self.wrong(key, "a number from 0 to 4")
        return value


def read_packet(line: str, number: int) -> Packet:
    """One line of a post file (EVALUATION.md, "Input") -> Packet.

    A missing or null optional key (`register`, `in_reply_to`, `media`, `bio`, `language`) means "not known".
    Unknown keys are ignored. PacketError, with this line number and never a post's words, when malformed.
    """
    return _packet(_object(line, number))


def read_labelled(line: str, number: int) -> Labelled:
    """One line of a labelled file -> Labelled. PacketError as for `read_packet`."""
    row = _object(line, number)
    labels = row.inner("labels")
    try:
        protected = tuple(Protected(topic) for topic in row.texts("protected")) if row.has("protected") else ()
    except ValueError as error:
        raise row.wrong("protected", "topics out of " + ", ".join(Protected)) from error
    verdict = row.text("verdict")
    if verdict not in {"violation", "borderline", "fine"}:
        raise row.wrong("verdict", "violation, borderline or fine")
    return Labelled(
        packet=_packet(row),
        labels={clause: labels.severity(clause.value) for clause in Clause},
        verdict=verdict,
        protected=protected,
        hard=row.optional_text("hard") or "",
        span=row.optional_text("span") or "",
        swap=row.optional_text("swap") or "",
        pair=row.optional_text("pair") or "",
    )


def _object(line: str, number: int) -> _Line:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise PacketError(number, "not a JSON object") from error
    if not isinstance(content, dict):
        raise PacketError(number, "not a JSON object")
    return _Line(content, number)


def _packet(row: _Line) -> Packet:
    author, practice = row.inner("author"), row.inner("practice")
    parent = _parent(row)
    return Packet(
        id=row.text("id"),
        platform=row.text("platform"),
        account_kind=row.choice("account_kind", AccountKind),
        role=author.text("role"),
        licence=author.choice("licence", Licence),
        practice_name=practice.text("name"),
        practice_aliases=practice.texts("aliases") if practice.has("aliases") else (),
        created=row.moment("created"),
        text=row.text("text"),
        register=_register(row.inner("register")) if row.has("register") else None,
        parent=parent,
        is_reply=parent is not None,
        media=_media(row),
        bio=row.optional_text("bio"),
        language=row.optional_text("language"),
    )


def _parent(row: _Line) -> Parent | None:
    if not row.has("in_reply_to"):
        return None
    parent = row.inner("in_reply_to")
    return Parent(parent.text("text"), parent.choice("author", ParentAuthor))


def _media(row: _Line) -> tuple[str, ...]:
    return tuple(item.optional_text("alt") or "" for item in row.objects("media")) if row.has("media") else ()


def _register(register: _Line) -> Register:
    return Register(
        endorsements=tuple(
            Endorsement(entry.text("item"), entry.day("from"), entry.day("to"))
            for entry in register.objects("endorsements")
        )
        if register.has("endorsements")
        else (),
        speakers=register.texts("speakers") if register.has("speakers") else (),
    )


def scored_to_json(scored: Scored) -> dict[str, Any]:
    """A verdict in the order and shape of EVALUATION.md, "Output"; nothing of identifiers or silenced words."""
    return {
        "id": scored.id,
        "clauses": {clause.value: round(scored.clauses[clause], _PLACES) for clause in Clause},
        "findings": [_finding_to_json(finding) for finding in scored.findings],
        "protected": [topic.value for topic in scored.protected],
        "withheld": scored.withheld,
        "needs_context": list(scored.needs_context),
        "language": scored.language,
    }


def _finding_to_json(finding: Finding) -> dict[str, Any]:
    return {
        "clause": finding.clause.value,
        "severity": int(finding.severity),
        "probability": round(finding.probability, _PLACES),
        "spans": [_span_to_json(span) for span in finding.spans],
        "reason": finding.reason,
        "detector": finding.detector,
        "version": finding.version,
    }


def _span_to_json(span: Span) -> dict[str, Any]:
    return {"field": span.field, "start": span.start, "end": span.end, "quote": span.quote}
