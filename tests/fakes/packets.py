"""Packets for tests: an invented practice, an invented counselor, and whatever a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from domain.accounts import AccountKind, Licence
from domain.findings import Endorsement, Packet, Register
from domain.posts import Parent, ParentAuthor

PLAIN = Packet(
    id="1",
    platform="mastodon",
    account_kind=AccountKind.PROFESSIONAL,
    role="licensed professional counselor",
    licence=Licence.COUNSELOR,
    practice_name="Larkspur Bend Counseling",
    practice_aliases=("Larkspur Bend",),
    created=datetime(2026, 3, 10, 15, 0, tzinfo=UTC),
    text="",
    register=Register(),
    bio="LPC. Dogs, bread, opinions mine.",
)


def packet(text: str, **changes) -> Packet:
    return replace(PLAIN, text=text, **changes)


def reply(text: str, to: str, author: ParentAuthor = ParentAuthor.OTHER, **changes) -> Packet:
    return replace(PLAIN, text=text, parent=Parent(to, author), is_reply=True, **changes)


def from_practice(text: str, **changes) -> Packet:
    return replace(PLAIN, text=text, account_kind=AccountKind.PRACTICE, role="practice account", **changes)


def authorised(item: str, first: date | None = None, last: date | None = None) -> Register:
    return Register(endorsements=(Endorsement(item, first, last),))
