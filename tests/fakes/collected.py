"""An enrolled account to collect for, and readings as JSON so that a case folder can state what is expected."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from domain.accounts import Account, AccountKind, Authorisation, Licence, Proof, Staff

if TYPE_CHECKING:
    from domain.posts import Fetched, Media, Post

DATA = Path(__file__).parent.parent / "collectors" / "data"
STARTS_AT = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
STAFF = Staff(1, "Dana Ferreira", "therapist", Licence.COUNSELOR, "dana@fern-street.example")


def account(platform: str, api_base: str, platform_id: str = "", **changes: object) -> Account:
    """A professional account, authorised since STARTS_AT, with the given differences."""
    permission = Authorisation(1, "notice", Proof.BIO, "seen in the bio", STARTS_AT, None)
    made = Account(
        id=1,
        staff=STAFF,
        kind=AccountKind.PROFESSIONAL,
        platform=platform,
        platform_id=platform_id,
        handle="dana",
        url="https://fern-street.example/@dana",
        api_base=api_base,
        bio="",
        authorisation=permission,
    )
    return replace(made, **changes)


def as_json(fetched: Fetched) -> dict[str, object]:
    """A reading with the fields that a case states, in a form that JSON holds. Hashes and cursors are left out."""
    return {
        "posts": [post_as_json(post) for post in fetched.posts],
        "listed_ids": sorted(fetched.listed_ids),
        "covers_since": _time(fetched.covers_since),
        "skipped": dict(fetched.skipped),
        "bio": fetched.profile.bio if fetched.profile else None,
    }


def post_as_json(post: Post) -> dict[str, object]:
    """A post without the fields that hold their default."""
    values = asdict(post) | {
        "kind": post.kind.value,
        "links": list(post.links),
        "media": [_medium(medium) for medium in post.media],
        "published_at": _time(post.published_at),
        "edited_at": _time(post.edited_at),
        "undatable": post.undatable or None,
    }
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _medium(medium: Media) -> dict[str, str]:
    return {name: value for name, value in asdict(medium).items() if value or name != "address"}


def _time(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
