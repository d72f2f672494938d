"""What the address of a concern leads to. It looks at what is stored and nothing else: no account is read for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from domain.accounts import AccountState
from domain.concerns import ConcernSubject
from domain.web_addresses import canonical_address, host_of, last_part
from store.record_tables import reviews
from store.tables import accounts, findings, posts, staff, versions
from store.withheld import withheld_findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

    from store.columns import AnyRow


def subject_of(connection: Connection, address: str) -> ConcernSubject | None:
    """The enrolled account that the address belongs to, with the one post it names if that is remembered.

    None for every other address, and for one of an account that was withdrawn.
    """
    try:
        wanted = canonical_address(address)
    except ValueError:
        return None
    near = [row for row in connection.execute(_enrolled()) if _host(row.url) == host_of(wanted)]
    for row in near:
        if post_keys := _posts(connection, row.id, wanted):
            found = _findings(connection, post_keys)
            return _subject(row, found, _reviews(connection, found))
    owners = [row for row in near if _is_below(wanted, row.url)]
    return _subject(max(owners, key=lambda row: len(row.url)), (), ()) if owners else None


def _enrolled() -> Any:
    columns = accounts.c["id", "handle", "platform", "url", "staff_id"]
    joined = select(*columns, staff.c.name).join_from(accounts, staff, staff.c.id == accounts.c.staff_id)
    return joined.where(accounts.c.state != AccountState.WITHDRAWN).order_by(accounts.c.id)


def _posts(connection: Connection, account_id: int, wanted: str) -> tuple[int, ...]:
    """Keys of the account's post with this address. Addresses of clean posts are not kept, their ids are."""
    query = select(posts.c.id, posts.c.url, posts.c.post_id).where(posts.c.account_id == account_id)
    ending = last_part(wanted)
    return tuple(
        row.id
        for row in connection.execute(query)
        if wanted in (_plain(row.url), _plain(row.post_id)) or (ending and row.post_id == ending)
    )


def _findings(connection: Connection, post_keys: Sequence[int]) -> tuple[int, ...]:
    query = (
        select(findings.c.id)
        .join_from(findings, versions, versions.c.id == findings.c.version_id)
        .where(versions.c.post_key.in_(post_keys), findings.c.id.not_in(withheld_findings()))
        .order_by(findings.c.id)
    )
    return tuple(connection.execute(query).scalars())


def _reviews(connection: Connection, finding_ids: Sequence[int]) -> tuple[int, ...]:
    query = select(reviews.c.id).where(reviews.c.finding_id.in_(finding_ids)).order_by(reviews.c.id)
    return tuple(connection.execute(query).scalars())


def _is_below(wanted: str, profile: str) -> bool:
    home = _plain(profile)
    return bool(home) and (wanted == home or wanted.startswith((f"{home}/", f"{home}?")))


def _host(address: str) -> str:
    return host_of(_plain(address))


def _plain(address: str) -> str:
    try:
        return canonical_address(address)
    except ValueError:  # an id that is no address, or an address that is not kept
        return ""


def _subject(row: AnyRow, finding_ids: tuple[int, ...], review_ids: tuple[int, ...]) -> ConcernSubject:
    return ConcernSubject(row.id, row.handle, row.platform, row.staff_id, row.name, finding_ids, review_ids)
