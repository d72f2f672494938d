"""What of a scored post may be stored: its words without protected topics and others' handles, and masked excerpts."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analyzers.vocabulary import LISTS, SETS
from domain.findings import Clause, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from domain.findings import Finding, Packet, Scored

CUT = "[…]"
"""Stands for words that may be neither shown nor stored."""
MASK = "█████"
"""Stands for words that a reader of an excerpt does not need; always of one length, which tells nothing."""
CLIENT_DETAIL = "[client detail masked]"
"""Stands for the whole excerpt of a grave clause 2 finding."""

_HANDLE = re.compile(
    r"(?<![\w/.+-])[@\uff20][\u200b-\u200f\u2060]*\w(?:[\w.-]{0,120}\w)?(?:@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5})?"
)
_MAIL = re.compile(r"(?<![\w.+@\uff20-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PROFILE = re.compile(r"(?<=/)@[\w.-]{1,120}(?:@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5})?(?:/[\w-]{1,120})?")
"""A person's part of a link to a profile or post, as Mastodon writes it."""
_LINK = re.compile(r"(?:https?://|www\.)\S{1,300}|[\w.+-]{1,64}@[\w.-]{1,120}", re.IGNORECASE)
_TOKEN = re.compile(r"\S+")
_EDGES = ".,;:!?\"'()[]{}*_~-\u2013\u2014\u2018\u2019\u201c\u201d\u2026"
_EXCERPT = 240
_CONNECTIVES = SETS["connectives"]
_PLAIN = _CONNECTIVES | SETS["plain"]
_TELLING = frozenset(LISTS["DAY"].split("|")) | frozenset(LISTS["MONTH"].split("|")) - {"may", "mar", "sat", "sun"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What may be stored of one post. Spans of `findings` quote `text`, `alts` and `bio` as they stand here.

    `excerpts` has one masked text a finding, in the same order.
    """

    text: str
    alts: tuple[str, ...]
    findings: tuple[Finding, ...]
    excerpts: tuple[str, ...]
    bio: str | None = None


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    instead: str


@dataclass(frozen=True, slots=True)
class _Edited:
    """A field after its edits, and the way of an old offset into it."""

    text: str
    edits: tuple[_Edit, ...]

    def moved(self, offset: int, *, is_end: bool) -> int:
        """Where an offset of the old text stands now; within replaced words, at the edge of what replaced them."""
        shift = 0
        for edit in self.edits[: bisect_right(self.edits, offset, key=lambda edit: edit.start)]:
            if offset >= edit.end and not (is_end and offset == edit.start):
                shift += len(edit.instead) - (edit.end - edit.start)
            elif offset > edit.start:
                return edit.start + shift + (len(edit.instead) if is_end else 0)
        return offset + shift

    def span(self, span: Span) -> Span:
        """The same evidence in the new text."""
        start, end = self.moved(span.start, is_end=False), self.moved(span.end, is_end=True)
        return Span(span.field, start, end, self.text[start:end])


def keep(packet: Packet, scored: Scored, pseudonym: Callable[[str], str], own_handle: str) -> Kept:
    """Cut protected topics and replace others' handles, then move the findings and mask their excerpts.

    In a post on a protected topic only the words that a finding quotes stay. `pseudonym` turns a handle as
    written (with "@") into what is shown for it. Excerpts hold no name, number, date, place, handle or link.
    """
    fields = {"text": packet.text, **{f"media.{index}.alt": alt for index, alt in enumerate(packet.media)}}
    if packet.bio is not None:
        fields["bio"] = packet.bio
    edited = {name: _edited(name, words, scored, pseudonym, own_handle) for name, words in fields.items()}
    findings = tuple(
        replace(finding, spans=tuple(edited[span.field].span(span) for span in finding.spans))
        for finding in scored.findings
    )
    secrets = _secrets(scored, edited)
    return Kept(
        text=edited["text"].text,
        alts=tuple(edited[f"media.{index}.alt"].text for index in range(len(packet.media))),
        findings=findings,
        excerpts=tuple(_excerpt(finding, findings, edited, secrets) for finding in findings),
        bio=edited["bio"].text if "bio" in edited else None,
    )


def _edited(field: str, words: str, scored: Scored, pseudonym: Callable[[str], str], own_handle: str) -> _Edited:
    cuts = _cuts(words, [span for span in scored.silenced if span.field == field])
    handles = [
        _Edit(start, end, pseudonym(words[first:last]))
        for first, last in _people(words, own_handle)
        for start, end in _uncut(first, last, cuts)
    ]
    edits = tuple(sorted((*cuts, *handles), key=lambda edit: edit.start))
    pieces: list[str] = []
    position = 0
    for edit in edits:
        pieces += (words[position : edit.start], edit.instead)
        position = edit.end
    return _Edited("".join((*pieces, words[position:])), edits)


def _people(words: str, own_handle: str) -> list[tuple[int, int]]:
    """Where handles, mail addresses and profile links of other people stand, none inside another."""
    found = [
        (match.start(), match.end())
        for pattern in (_MAIL, _PROFILE, _HANDLE)
        for match in pattern.finditer(words)
        if not _same(match.group().partition("/")[0], own_handle)
    ]
    apart: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def without_handles(words: str, pseudonym: Callable[[str], str], own_handle: str) -> str:
    """The same words with other people's handles, mail addresses and profile links replaced."""
    pieces: list[str] = []
    position = 0
    for start, end in _people(words, own_handle):
        pieces += (words[position:start], pseudonym(words[start:end]))
        position = end
    return "".join((*pieces, words[position:]))


def _cuts(words: str, silenced: Sequence[Span]) -> list[_Edit]:
    """One cut for every run of silenced words, blanks at its ends left standing."""
    runs: list[tuple[int, int]] = []
    for span in sorted(silenced, key=lambda span: span.start):
        if runs and not words[runs[-1][1] : span.start].strip():
            runs[-1] = (runs[-1][0], max(runs[-1][1], span.end))
        else:
            runs.append((span.start, span.end))
    cuts = []
    for start, end in runs:
        quoted = words[start:end]
        left, right = len(quoted) - len(quoted.lstrip()), len(quoted) - len(quoted.rstrip())
        if quoted.strip():
            cuts.append(_Edit(start + left, end - right, CUT))
    return cuts


def _uncut(start: int, end: int, cuts: Iterable[_Edit]) -> list[tuple[int, int]]:
    """The parts of a range that no cut covers."""
    parts: list[tuple[int, int]] = []
    for cut in cuts:
        if cut.start < end and cut.end > start:
            if cut.start > start:
                parts.append((start, cut.start))
            start = max(start, cut.end)
    if start < end:
        parts.append((start, end))
    return parts


def _same(handle: str, own: str) -> bool:
    """Whether a handle is the account's own, with or without its server."""
    written, mine = (text.lstrip("@\uff20").casefold() for text in (handle, own))
    return bool(mine) and (written == mine or written == mine.split("@")[0])


def _secrets(scored: Scored, edited: dict[str, _Edited]) -> tuple[Span, ...]:
    """Identifiers and all clause 2 evidence, in the new texts."""
    client = (span for finding in scored.findings if finding.clause is Clause.CONFIDENTIALITY for span in finding.spans)
    return tuple(edited[span.field].span(span) for span in (*scored.identifiers, *client) if span.field in edited)


def _excerpt(finding: Finding, findings: Sequence[Finding], edited: dict[str, _Edited], secrets: Sequence[Span]) -> str:
    grave = any(other.clause is Clause.CONFIDENTIALITY and other.severity >= Severity.S3 for other in findings)
    if grave or not finding.spans:
        return CLIENT_DETAIL
    field = finding.spans[0].field
    spans = [span for span in finding.spans if span.field == field]
    words = edited[field].text
    start, end = _window(words, min(span.start for span in spans), max(span.end for span in spans))
    client = any(other.clause is Clause.CONFIDENTIALITY for other in findings)
    allowed = _CONNECTIVES if client else None
    return _masked(words, start, end, [span for span in secrets if span.field == field], allowed)


def _window(words: str, first: int, last: int) -> tuple[int, int]:
    """At most 240 characters around the evidence, grown to whole words within that limit where possible."""
    last = min(last, first + _EXCERPT)
    room = (_EXCERPT - (last - first)) // 2
    start, end = max(0, first - room), min(len(words), last + room)
    while start < first and start > 0 and not words[start - 1].isspace():
        start += 1
    while end > last and end < len(words) and not words[end].isspace():
        end -= 1
    return start, end


def masked(words: str, secrets: Sequence[Span], evidence: Sequence[Span]) -> str:
    """A whole field with all masked that an excerpt masks, but for words of `evidence` that are no secret.

    Spans count in `words`. Blanks become single spaces.
    """
    return _masked(words, 0, len(words), secrets, None, evidence=evidence)


def _masked(
    words: str,
    start: int,
    end: int,
    secrets: Sequence[Span],
    allowed: frozenset[str] | None,
    *,
    evidence: Sequence[Span] = (),
) -> str:
    shown: list[str] = []
    for token in _TOKEN.finditer(words, start, end):
        hidden = _touches(token, secrets)
        if token.group() == CUT:
            shown.append(CUT)
        elif hidden or (_telling(token.group(), allowed) and not _touches(token, evidence)):
            if not (shown and shown[-1] == MASK):
                shown.append(MASK)
        else:
            shown.append(token.group())
    return " ".join(shown)


def _touches(token: re.Match[str], spans: Iterable[Span]) -> bool:
    return any(span.start < token.end() and token.start() < span.end for span in spans)


def _telling(token: str, allowed: frozenset[str] | None) -> bool:
    """Whether a word could name or date somebody: a number, a link, a handle, a day, anything written large."""
    bare = token.strip(_EDGES)
    lowered = bare.replace("\u2019", "'").lower()
    if allowed is not None:
        return bool(bare) and lowered not in allowed
    if any(char.isdigit() for char in token) or "@" in token or "\uff20" in token or _LINK.search(token):
        return True
    if lowered in _TELLING or lowered.removesuffix("'s") in _TELLING:
        return True
    return any(char.isupper() or char.istitle() for char in bare) and lowered not in _PLAIN
