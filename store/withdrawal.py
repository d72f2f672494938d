"""What a withdrawal takes away, in the transaction that records it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, not_, select, update

from domain.accounts import AccountState
from domain.plans import Erased
from store.digest_content import forget_account, forget_findings
from store.enrolments import change
from store.held import is_held, outlives_withdrawal
from store.review_erasure import withdrawn_reviews
from store.signals import forget_signals
from store.tables import checks, findings, posts, versions

if TYPE_CHECKING:
    from sqlalchemy import Select
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


_STOPPED = {name: value for name, value in _FORGOTTEN.items() if name not in {"display_name", "bio"}}
"""What changes at once while a legal hold forbids to erase: reading ends, the words stay sealed and out of view."""


def erase(connection: Connection, enrolment: Enrolment) -> Erased:
    """Erase all that may not outlive the withdrawal; S4 and upheld findings stay, with the versions that carry them.

    Under a legal hold nothing is erased but the account's lines in the digests: reading ends, no view shows what is
    held (`store.held.in_view`), and it goes when the hold is lifted, which calls this again.

    A danger to life that nobody has been told of yet stays until it was told: whoever leaves and says farewell in one
    evening is whom it is for.
    """
    if is_held(connection, enrolment.id):
        change(connection, enrolment.id, _STOPPED)
        _out_of_digests(connection, enrolment.id)
        return Erased(posts=0, versions=0, findings=0, held=True)
    change(connection, enrolment.id, _FORGOTTEN)
    connection.execute(update(checks).where(checks.c.account_id == enrolment.id).values(problem=""))
    forget_signals(connection, enrolment.id)
    _out_of_digests(connection, enrolment.id)
    withdrawn_reviews(connection, enrolment.id)
    return _erase_rows(connection, enrolment.id)


def _out_of_digests(connection: Connection, account_id: int) -> None:
    forget_findings(connection, frozenset(connection.execute(_minor(account_id)).scalars()))
    forget_account(connection, account_id)


def _minor(account_id: int) -> Select[int]:
    mine = select(versions.c.id).join_from(versions, posts).where(posts.c.account_id == account_id)
    return select(findings.c.id).where(findings.c.version_id.in_(mine), not_(outlives_withdrawal()))


def _erase_rows(connection: Connection, account_id: int) -> Erased:
    mine = select(posts.c.id).where(posts.c.account_id == account_id)
    # In this order: a version is kept by its findings, a post by its versions.
    return Erased(
        findings=connection.execute(delete(findings).where(findings.c.id.in_(_minor(account_id)))).rowcount,
        versions=connection.execute(
            delete(versions).where(versions.c.post_key.in_(mine), versions.c.id.not_in(select(findings.c.version_id)))
        ).rowcount,
        posts=connection.execute(
            delete(posts).where(posts.c.account_id == account_id, posts.c.id.not_in(select(versions.c.post_key)))
        ).rowcount,
    )
