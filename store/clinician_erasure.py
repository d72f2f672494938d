"""What a request to erase one clinician takes from an account, and what it must leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, false, func, not_, or_, select, update

from domain.access import Role
from domain.accounts import AccountState, LedgerEvent
from domain.audit import AuditRecord
from domain.erasures import Stays
from store.audit import append
from store.digest_content import forget_findings
from store.enrolments import one_enrolment, record
from store.governing import DISMISSED, PROTECTED, RECORDS, UNDECIDED, documented
from store.record_tables import concerns, incidents, links, reviews, sessions, users
from store.review_erasure import drop_reviews, erase_notes
from store.tables import accounts, checks, findings, ledger, posts, versions
from store.withdrawal import erase

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, FromClause, Select
    from sqlalchemy.engine import Connection

    from domain.plans import RetentionProfile

_LABELS = {
    "open_minor": "findings S1 and S2 that nobody has decided on",
    "open_serious": "findings S3 and S4 that nobody has decided on",
    "open_confidential": "findings of clause 2 that nobody has decided on",
    "dismissed_record": "decisions on what was dismissed or not upheld, without words",
    "upheld_minor": "upheld findings S1 and S2",
    "upheld_serious": "upheld findings S3 and S4",
    "upheld_confidential": "upheld findings of clause 2",
}
_UNFINISHED = "the case is not closed; what is needed to establish or defend a claim stays (GDPR Art. 17(3)(e))"


def erase_account(
    connection: Connection, account_id: int, profile: RetentionProfile, actor: str, now: datetime
) -> dict[str, int]:
    """Withdraw an account if it still stands, and erase all of it that no duty keeps; counts by kind of record."""
    enrolment = one_enrolment(connection, account_id)
    if enrolment.state is not AccountState.WITHDRAWN:
        record(connection, enrolment, LedgerEvent.WITHDRAWN, actor, now).write(connection)
    free = _free(profile)
    mine = reviews.c.account_id == account_id
    judged = findings.outerjoin(reviews, reviews.c.finding_id == findings.c.id)
    gone = select(findings.c.id).select_from(judged).where(findings.c.version_id.in_(_versions(account_id)), free)
    ids = frozenset(connection.execute(gone).scalars())
    erase_notes(connection, and_(mine, DISMISSED))
    bound = documented(profile, now) if profile.duty("incidents") else false()
    closed = or_(*(clock.which for clock in RECORDS if profile.duty(clock.rule) is None), PROTECTED)
    before = _count(connection, reviews, mine)
    drop_reviews(connection, and_(mine, not_(bound), or_(closed, reviews.c.finding_id.in_(ids))))
    forget_findings(connection, ids)
    removed = connection.execute(delete(findings).where(findings.c.id.in_(ids))).rowcount
    rest = erase(connection, enrolment)
    return {
        "findings": removed + rest.findings,
        "reviews": before - _count(connection, reviews, mine),
        "versions": rest.versions,
        "posts": rest.posts,
    }


def erase_sign_in(connection: Connection, staff_id: int, actor: str, now: datetime) -> int:
    """End the sign-in of a clinician, with password, codes and account at a provider; how many ended.

    Who does other work keeps it.
    """
    ended = 0
    for row in connection.execute(
        select(users.c.id, users.c.roles).where(users.c.staff_id == staff_id, users.c.active)
    ).all():
        if set(row.roles) - {Role.CLINICIAN}:
            continue
        connection.execute(delete(sessions).where(sessions.c.user_id == row.id))
        connection.execute(delete(links).where(links.c.user_id == row.id))
        nothing: dict[str, Any] = {
            "active": False,
            "password_hash": None,
            "totp_secret": None,
            "recovery_hashes": [],
            "oidc_subject": None,
        }
        connection.execute(update(users).where(users.c.id == row.id).values(**nothing))
        append(connection, AuditRecord(now, actor, "user.erased", f"user:{row.id}"))
        ended += 1
    return ended


def stays(connection: Connection, staff_id: int, profile: RetentionProfile, held: frozenset[int]) -> tuple[Stays, ...]:
    """What is left of this person, and why; kinds of which nothing is left are not named."""
    mine = select(accounts.c.id).where(accounts.c.staff_id == staff_id)
    report = [_held(number) for number in sorted(held)]
    report += _under_duty(connection, mine, profile, held)
    report += _logs(connection, mine, staff_id, profile)
    return tuple(each for each in report if each.count)


def _held(account_id: int) -> Stays:
    return Stays(f"everything of account {account_id}", 1, "a legal hold; ask again when it is lifted")


def _free(profile: RetentionProfile) -> ColumnElement[bool]:
    return or_(*(clock.which for clock in (*UNDECIDED, *RECORDS) if profile.duty(clock.rule) is None), PROTECTED)


def _under_duty(
    connection: Connection, mine: Select[tuple[int]], profile: RetentionProfile, held: frozenset[int]
) -> list[Stays]:
    free = accounts.c.id.not_in(held)
    judged = (
        findings.join(versions).join(posts).join(accounts).outerjoin(reviews, reviews.c.finding_id == findings.c.id)
    )
    of = reviews.join(accounts, accounts.c.id == reviews.c.account_id)
    found = []
    for clocks, table in ((UNDECIDED, judged), (RECORDS, of)):
        for clock in clocks:
            if duty := profile.duty(clock.rule):
                count = _count(connection, table, clock.which, accounts.c.id.in_(mine), free)
                found.append(Stays(_LABELS[clock.rule], count, duty.source))
    if duty := profile.duty("incidents"):
        breaches = incidents.join(reviews).join(accounts, accounts.c.id == reviews.c.account_id)
        count = _count(connection, breaches, accounts.c.id.in_(mine), free)
        found.append(Stays("assessments of breaches, with their reviews", count, duty.source))
    unfinished = and_(reviews.c.closed_at.is_(None), accounts.c.id.in_(mine), free)
    return [
        *found,
        Stays("cases that are not closed, with their evidence", _count(connection, of, unfinished), _UNFINISHED),
    ]


def _logs(connection: Connection, mine: Select[tuple[int]], staff_id: int, profile: RetentionProfile) -> list[Stays]:
    def why(rule: str) -> str:
        return profile.bases[rule].source if rule in profile.bases else "kept until a person decides"

    passes = _count(connection, checks, checks.c.account_id.in_(mine))
    lines = _count(connection, ledger, ledger.c.account_id.in_(mine))
    about = _count(connection, concerns, concerns.c.about_staff_id == staff_id)
    return [
        Stays("lines of the authorisation ledger", lines, why("authorisations")),
        Stays("the entry in the staff register, which the ledger names", 1, why("authorisations")),
        Stays("lines on when the accounts were read, without words", passes, why("run_log")),
        Stays("concerns that others raised; they belong to their files", about, why("concern_other")),
        Stays("the audit log, which holds numbers and digests and no word", 1, why("audit_log")),
    ]


def _count(connection: Connection, table: FromClause, *which: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(table).where(*which)).scalar_one()


def _versions(account_id: int) -> Select[tuple[int]]:
    return select(versions.c.id).join_from(versions, posts).where(posts.c.account_id == account_id)
