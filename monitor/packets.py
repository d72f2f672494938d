"""From an account's post to the packet that scoring reads, and from the verdict to what may be stored. Pure."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Protocol

from analyzers.keep import keep
from domain.findings import Packet
from domain.mosaic import Signal
from domain.plans import Change, PlannedVersion, Verdict
from domain.safety import AtRisk, Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from domain.accounts import AccountKind, Staff
    from domain.findings import Policy, Scored
    from domain.mosaic import Quasi
    from domain.posts import Parent, Post
    from domain.safety import Safety

ENGLISH = "en"


class Subject(Protocol):
    """Whose post it is: an account that is being read, or a kept version of one."""

    @property
    def staff(self) -> Staff:
        """The author."""
        ...

    @property
    def kind(self) -> AccountKind:
        """Whose voice the account is."""
        ...

    @property
    def platform(self) -> str:
        """Name of the platform."""
        ...

    @property
    def bio(self) -> str:
        """The profile line, "" when it was not seen."""
        ...


def packet_of(post: Post, published_at: datetime, subject: Subject, policy: Policy, parent: Parent | None) -> Packet:
    """All that is needed to judge one version. The parent lives in memory only, as long as this packet does."""
    return Packet(
        id=post.post_id,
        platform=subject.platform,
        account_kind=subject.kind,
        role=subject.staff.role,
        licence=subject.staff.licence,
        practice_name=policy.practice_name,
        practice_aliases=policy.practice_aliases,
        created=published_at,
        text=post.full_text,
        register=policy.register,
        parent=parent,
        is_reply=post.reply_to_id is not None,
        media=tuple(medium.alt for medium in post.media),
        bio=subject.bio or None,
        language=post.language,
        affiliation=(subject.staff.employed_from, subject.staff.employed_to),
    )


def baseline(version: PlannedVersion) -> Verdict:
    """A version that is remembered and never judged, because it may be older than the authorisation."""
    if version.change is not Change.BASELINE:
        raise ValueError("only a baseline goes unscored")
    return Verdict(version=version)


def verdict_of(
    version: PlannedVersion, packet: Packet, scored: Scored, pseudonym: Callable[[str], str], own_handle: str
) -> Verdict:
    """What is written: findings with masked excerpts and the words that carry them, or no word at all."""
    assessed = scored.language == ENGLISH
    if not scored.findings:
        return Verdict(version=version, needs_context=scored.needs_context, assessed=assessed)
    kept = keep(packet, scored, pseudonym, own_handle)
    return Verdict(
        version=version,
        findings=kept.findings,
        excerpts=kept.excerpts,
        kept_text=kept.text,
        kept_alts=kept.alts,
        needs_context=scored.needs_context,
        assessed=assessed,
    )


def danger_of(key: bytes, account_id: int, post_id: str, found: Sequence[Safety]) -> Seen | None:
    """What the store needs so that the clinical lead hears of a post once; None where nobody is in danger.

    The key is a keyed hash, from which nobody without the installation's key learns whose post it was. An edit of the
    same post is not told again, unless it endangers somebody else's life too.
    """
    kinds = tuple(kind for kind in AtRisk if any(safety.kind is kind for safety in found))
    if not kinds:
        return None
    named = "\0".join(("danger", str(account_id), post_id, *kinds))
    return Seen(hmac.new(key, named.encode(), hashlib.sha256).hexdigest(), kinds)


def signals_of(key: bytes, account_id: int, found: Sequence[Quasi]) -> tuple[Signal, ...]:
    """What is kept of particulars: keyed hashes that differ from account to account, so that none links two people."""
    named = ((quasi.kind, f"signal\0{account_id}\0{quasi.kind}\0{quasi.value}") for quasi in found)
    return tuple(Signal(kind, hmac.new(key, name.encode(), hashlib.sha256).hexdigest()) for kind, name in named)


def pseudonymiser(key: bytes) -> Callable[[str], str]:
    """Another person's handle -> "@p-" and eight hex digits, the same each time, of this installation only."""

    def pseudonym(handle: str) -> str:
        digest = hmac.new(key, handle.casefold().lstrip("@").encode(), hashlib.sha256).hexdigest()
        return f"@p-{digest[:8]}"

    return pseudonym
