"""Post versions whose words retention has kept, with what is needed to judge them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from domain.plans import KeptVersion
from domain.posts import Media, Post
from store.authorisations import READABLE_STATES, joined_staff, staff_columns
from store.tables import accounts, posts, staff, versions

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    from store.columns import AnyRow


def kept_query(*conditions: ColumnElement[bool], limit: int) -> Select[Any]:
    """Post versions that meet `conditions`, whose words are kept, of accounts that are being read; by version id."""
    joined = (
        versions.join(posts, posts.c.id == versions.c.post_key)
        .join(accounts, accounts.c.id == posts.c.account_id)
        .join(staff, staff.c.id == accounts.c.staff_id)
    )
    return (
        select(
            *versions.c["id", "kept_text", "kept_alts", "language", "edited_at"],
            *posts.c["account_id", "post_id", "url", "reply_to_id", "published_at"],
            posts.c.kind.label("post_kind"),
            *accounts.c["staff_id", "platform", "kind", "handle", "bio"],
            *staff_columns(),
        )
        .select_from(joined)
        .where(*conditions, versions.c.kept_text.is_not(None), accounts.c.state.in_(READABLE_STATES))
        .order_by(versions.c.id)
        .limit(limit)
    )


def kept_of(row: AnyRow) -> KeptVersion:
    """One row of `kept_query`."""
    return KeptVersion(
        version_id=row.id,
        account_id=row.account_id,
        platform=row.platform,
        kind=row.kind,
        staff=joined_staff(row),
        handle=row.handle,
        bio=row.bio,
        post=Post(
            post_id=row.post_id,
            url=row.url,
            kind=row.post_kind,
            text=row.kept_text,
            media=tuple(Media(kind="image", alt=alt) for alt in row.kept_alts or ()),
            language=row.language,
            published_at=row.published_at,
            edited_at=row.edited_at,
            reply_to_id=row.reply_to_id,
        ),
    )
