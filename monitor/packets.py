"""From an account's post to the packet that scoring reads, and from the verdict to what may be stored. Pure."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from analyzers.keep import keep
from domain.findings import Packet, Span
from domain.mosaic import Signal
from domain.plans import Change, PlannedVersion, Verdict
from domain.posts import INLINE, PostKind
from domain.safety import AtRisk, Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from domain.accounts import AccountKind, Staff
    from domain.findings import Finding, Policy, Scored
    from domain.mosaic import Quasi
    from domain.posts import Media, Parent, Post
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


def packet_of(
    post: Post,
    published_at: datetime,
    subject: Subject,
    policy: Policy,
    parent: Parent | None,
    *,
    read: Sequence[str] = (),
) -> Packet:
    """All that is needed to judge one version. The parent lives in memory only, as long as this packet does.

    `read` has the words read from each of the post's media, "" where none were; see `read_fields`. The profile is
    judged as a profile line without a post.
    """
    profile = post.kind is PostKind.PROFILE
    return Packet(
        id=post.post_id,
        platform=subject.platform,
        account_kind=subject.kind,
        role=subject.staff.role,
        licence=subject.staff.licence,
        practice_name=policy.practice_name,
        practice_aliases=policy.practice_aliases,
        created=published_at,
        text="" if profile else post.full_text,
        register=policy.register,
        parent=parent,
        is_reply=post.reply_to_id is not None,
        media=() if profile else _media(post, read),
        bio=_profile_line(post, subject),
        language=post.language,
        affiliation=(subject.staff.employed_from, subject.staff.employed_to),
    )


def _profile_line(post: Post, subject: Subject) -> str | None:
    """What stands beside a post. One without words or pictures gets none.

    It would be taken for the profile itself, which is judged once, as a post of its own.
    """
    if post.kind is PostKind.PROFILE:
        return post.full_text
    empty = not post.full_text.strip() and not post.media
    return None if empty else subject.bio or None


def in_kept_words(findings: Sequence[Finding], post: Post) -> tuple[Finding, ...]:
    """Findings on a profile with their spans where its words are kept: as a post's own are."""
    if post.kind is not PostKind.PROFILE:
        return tuple(findings)
    return tuple(
        replace(finding, spans=tuple(replace(span, field="text") for span in finding.spans)) for finding in findings
    )


def _shown(post: Post) -> tuple[Media, ...]:
    return tuple(medium for medium in post.media if medium.kind != INLINE)


def _media(post: Post, read: Sequence[str]) -> tuple[str, ...]:
    """The alt texts in order, then the words read, so that a span into an alt text is the same with and without them.

    Words stand in the place of a description that is not there.
    """
    words = {medium: said for medium, said in zip(post.media, read, strict=False) if said}
    alts = tuple(medium.alt if medium.alt.strip() else words.pop(medium, "") for medium in _shown(post))
    return (*alts, *dict.fromkeys(words.values()))


def read_fields(post: Post, packet: Packet) -> frozenset[str]:
    """The fields of the packet that hold words read from pictures, and not the author's description of one."""
    described = {index for index, medium in enumerate(_shown(post)) if medium.alt.strip()}
    return frozenset(f"media.{index}.alt" for index in range(len(packet.media)) if index not in described)


def quoted_only(scored: Scored, packet: Packet, fields: frozenset[str]) -> Scored:
    """The same verdict with all words of `fields` silenced that no finding quotes.

    A picture shows more than the post needs to be judged by, of other people too: only evidence of it is kept.
    """
    silenced: list[Span] = []
    for index, words in enumerate(packet.media):
        field = f"media.{index}.alt"
        quoted = [span for finding in scored.findings for span in finding.spans if span.field == field]
        if field in fields:
            silenced += (Span(field, start, end, words[start:end]) for start, end in _between(quoted, len(words)))
    return replace(scored, silenced=(*scored.silenced, *silenced))


def _between(quoted: Sequence[Span], length: int) -> Iterator[tuple[int, int]]:
    position = 0
    for span in sorted(quoted, key=lambda span: span.start):
        if span.start > position:
            yield position, span.start
        position = max(position, span.end)
    if position < length:
        yield position, length


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
    scored = quoted_only(scored, packet, read_fields(version.post, packet))
    kept = keep(packet, scored, pseudonym, own_handle)
    profile = version.post.kind is PostKind.PROFILE
    return Verdict(
        version=version,
        findings=in_kept_words(kept.findings, version.post),
        excerpts=kept.excerpts,
        kept_text=kept.bio if profile else kept.text,
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
