"""What a withdrawal takes away, in the transaction that records it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from domain.accounts import AccountState
from domain.findings import Severity
from domain.plans import Erased
from store.digest_content import forget_account, forget_findings
from store.enrolments import change
from store.signals import forget_signals
from store.tables import checks, findings, posts, versions

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from domain.accounts import Enrolment

_FORGOTTEN = {
    "state": AccountState.WITHDRAWN,
    "token": "",
    "display_name": "",
    "bio": "",
    "cursor": None,
    "next_check_at": None,
    "failures": 0,
    "problem_code": None,
    "problem": None,
    "lease_owner": None,
    "lease_until": None,
}


def erase(connection: Connection, enrolment: Enrolment) -> Erased:
    """Erase all that may not outlive the withdrawal; S4 findings stay, with the version that carries them.

    A danger to life that nobody has been told of yet stays until it was told: whoever leaves and says farewell in one
    evening is whom it is for.
    """
    change(connection, enrolment.id, _FORGOTTEN)
    connection.execute(update(checks).where(checks.c.account_id == enrolment.id).values(problem=""))
    forget_signals(connection, enrolment.id)
    erased = _erase_rows(connection, enrolment.id)
    forget_account(connection, enrolment.id)
    return erased


def _erase_rows(connection: Connection, account_id: int) -> Erased:
    mine = select(posts.c.id).where(posts.c.account_id == account_id)
    my_versions = select(versions.c.id).where(versions.c.post_key.in_(mine))
    minor = select(findings.c.id).where(findings.c.version_id.in_(my_versions), findings.c.severity < Severity.S4)
    forget_findings(connection, frozenset(connection.execute(minor).scalars()))
    # In this order: a version is kept by its findings, a post by its versions.
    return Erased(
        findings=connection.execute(delete(findings).where(findings.c.id.in_(minor))).rowcount,
        versions=connection.execute(
            delete(versions).where(versions.c.post_key.in_(mine), versions.c.id.not_in(select(findings.c.version_id)))
        ).rowcount,
        posts=connection.execute(
            delete(posts).where(posts.c.account_id == account_id, posts.c.id.not_in(select(versions.c.post_key)))
        ).rowcount,
    )
