"""Lines of the audit log as one person may read them: who, what and about what, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from console.log_words import SUBJECT, WHAT
from console.sight import sight_of
from domain.access import Permission
from domain.accounts import AccountState
from domain.audit import COMMAND, SYSTEM
from domain.findings import Clause, Severity
from domain.review_locks import may_see
from domain.routing import Handling

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from console.asked import Asked
    from domain.archive import Sight
    from domain.audit import AuditEntry
    from domain.review import Review

_LONGEST_ID = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `hidden`: it is about the reader's own findings, or others not theirs to see; no more is told."""

    seq: int
    at: datetime
    what: str = ""
    who: str = ""
    about: str = ""
    link: str = ""
    hidden: bool = False


def lines_of(asked: Asked, entries: Iterable[AuditEntry]) -> tuple[Line, ...]:
    """The lines in this order, those that are not this person's to read with nothing but number and time."""
    reader = _Reader(asked, tuple(entries))
    return tuple(reader.line(entry) for entry in reader.entries)


def people_of(asked: Asked) -> dict[str, str]:
    """Everybody who can be behind a line, by how the log names them: name and roles."""
    known = {SYSTEM: "Section7", COMMAND: "the command line"}
    for user in asked.desk.store.users.all():
        roles = ", ".join(sorted(role.value.replace("-", " ") for role in user.roles))
        known[f"user:{user.id}"] = f"{user.name} ({roles})"
    return known


class _Reader:
    """What is looked up once for a page of lines."""

    def __init__(self, asked: Asked, entries: tuple[AuditEntry, ...]) -> None:
        self.entries = entries
        self._asked = asked
        self._user = asked.user
        self._sight: Sight = sight_of(asked.user, asked.now)
        store = asked.desk.store
        self._people = people_of(asked)
        self._accounts = {one.id: one for one in store.accounts.all()}
        found = {number for entry in entries if (number := _number(entry, "review"))}
        self._reviews = {one.id: one for number in found if (one := store.reviews.get(number))}
        made = {number for entry in entries if (number := _number(entry, "finding"))}
        self._findings = {one.id: one for one in store.findings.get(made)}
        ids = sorted(made | {one.finding_id for one in self._reviews.values() if one.finding_id})
        self._visible = frozenset(store.search.visible(ids, self._sight))
        self._concerns = self._readable_concerns({n for entry in entries if (n := _number(entry, "concern"))})

    def line(self, entry: AuditEntry) -> Line:
        """One line, as far as the reader may know it."""
        record = entry.record
        if self._is_hidden(entry):
            return Line(entry.seq, record.at, hidden=True)
        kind, _, name = record.subject.partition(":")
        about = self._people.get(record.subject) or f"{SUBJECT.get(kind, kind)} {name}".strip()
        return Line(
            seq=entry.seq,
            at=record.at,
            what=WHAT.get(record.event, record.event),
            who=self._people.get(record.actor, f"somebody who is gone ({record.actor})"),
            about=about if name else "",
            link=self._link(entry, kind, name),
        )

    def _is_hidden(self, entry: AuditEntry) -> bool:
        number = _number(entry, "concern")
        if number is not None:
            return self._user.may(Permission.HANDLE_CONCERNS) and number not in self._concerns
        review = self._reviews.get(_number(entry, "review") or 0)
        if review is not None:
            return review.staff_id in self._sight.hidden_staff or self._too_grave(review.clause, review.severity)
        finding = self._findings.get(_number(entry, "finding") or 0)
        if finding is not None and self._too_grave(finding.clause, finding.severity):
            return True
        return self._is_of_hidden_staff(entry.record.details.get("account"))

    def _is_of_hidden_staff(self, account_id: Any) -> bool:
        account = self._accounts.get(account_id) if isinstance(account_id, int) else None
        return account is not None and account.staff.id in self._sight.hidden_staff

    def _too_grave(self, clause: Clause, severity: Severity) -> bool:
        return not self._sight.critical and (clause is Clause.CONFIDENTIALITY or severity is Severity.S4)

    def _readable_concerns(self, numbers: set[int]) -> frozenset[int]:
        if not self._user.may(Permission.HANDLE_CONCERNS):
            return frozenset()
        by, store = Handling(self._user, self._asked.desk.routing), self._asked.desk.store.concerns
        return frozenset(number for number in numbers if store.get(number, by) is not None)

    def _link(self, entry: AuditEntry, kind: str, name: str) -> str:
        number = _number(entry, kind) or 0
        if kind == "review":
            return self._link_of_review(self._reviews.get(number))
        may = self._user.may
        open_to = {
            "finding": number in self._visible and may(Permission.SEE_ARCHIVE),
            "account": self._is_open_account(number) and may(Permission.SEE_ARCHIVE),
            "concern": number in self._concerns,
            "digest": may(Permission.SEE_FIGURES),
            "hold": may(Permission.EXPORT),
            "user": bool(number) and may(Permission.MANAGE_PEOPLE),
        }
        ways = {
            "finding": "findings",
            "account": "accounts",
            "concern": "concerns",
            "digest": "weeks",
            "user": "people",
        }
        if not open_to.get(kind):
            return ""
        return "/holds" if kind == "hold" else f"/{ways[kind]}/{name}"

    def _link_of_review(self, review: Review | None) -> str:
        if review is None or review.finding_id not in self._visible:
            return ""
        if self._user.may(Permission.REVIEW) and may_see(review, self._user):
            return f"/queue/{review.id}"
        return f"/findings/{review.finding_id}" if self._user.may(Permission.SEE_ARCHIVE) else ""

    def _is_open_account(self, number: int) -> bool:
        account = self._accounts.get(number)
        return account is not None and account.state is not AccountState.WITHDRAWN


def _number(entry: AuditEntry, kind: str) -> int | None:
    """The id in a subject of this kind."""
    of, _, text = entry.record.subject.partition(":")
    return int(text) if of == kind and text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID else None
