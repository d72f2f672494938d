"""Decisions on their way to the store: what one pass over one account will write, all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from domain.accounts import AccountKind, AccountState, Staff
    from domain.findings import Clause, Finding, Severity, Span
    from domain.mosaic import Signal
    from domain.posts import Post
    from domain.safety import Seen


class Change(StrEnum):
    """Why a post version is written."""

    NEW = "new"
    EDITED = "edited"
    BASELINE = "baseline"
    """Undated and perhaps older than the authorisation: remembered by hash, never scored, edited or not."""


@dataclass(frozen=True, slots=True)
class PlannedVersion:
    """A post version that is not in the store yet. `published_at` is never later than when it was first seen."""

    post: Post
    change: Change
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What one pass over one account means. Made by a pure function of the outcome, the known posts and the time.

    `versions` are to be scored (but for baselines) and written. `seen` are known posts found again, `returned`
    those of them that were missing or gone. `missing` were expected and not listed. `absent` were confirmed
    absent by id once more, `gone` often enough. `state`, `failures`, `problem_code` and `problem` replace the
    account's own. `cursor` None keeps the old one.
    """

    versions: tuple[PlannedVersion, ...] = ()
    seen: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    cursor: str | None = None
    bio: str | None = None
    handle: str | None = None
    """The name the account goes by now, where it is another one than before; None keeps the old one."""
    next_check_at: datetime | None = None
    state: AccountState | None = None
    failures: int = 0
    problem_code: str | None = None
    problem: str | None = None
    outcome: str = "read"
    """"read", "not-modified" or the code of the CollectError."""
    posts_listed: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A planned version after scoring.

    `kept_text` is what may be written of its words (protected topics cut out, others' handles replaced), None
    when nothing may be. Spans of `findings` count in `kept_text`. `excerpts` hold one masked excerpt a finding.
    """

    version: PlannedVersion
    findings: tuple[Finding, ...] = ()
    excerpts: tuple[str, ...] = ()
    kept_text: str | None = None
    kept_alts: tuple[str, ...] = ()
    needs_context: tuple[str, ...] = ()
    assessed: bool = True
    """False for a language that is not assessed."""
    danger: Seen | None = None
    """That the clinical lead must hear of this post at once."""
    signals: tuple[Signal, ...] = ()
    """What is kept of the client particulars in it."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a period comes from. `duty`: law demands it, so that a request for erasure does not shorten it."""

    source: str
    duty: bool = False


@dataclass(frozen=True, slots=True)
class RetentionProfile:
    """How long each kind of record stays, as a profile of the law that the practice works under.

    None means: kept until a person decides. A finding goes by the first three periods below until people have closed
    its review, and by what they decided from then on.
    """

    name: str
    clean_hash: timedelta | None
    """Hash and times of a post without a finding, counted from when it was last seen."""
    open_minor: timedelta | None
    """Findings S1 and S2 and their text, from first seen."""
    open_serious: timedelta | None
    """Findings S3 and up, other than clause 2."""
    open_confidential: timedelta | None
    """Findings of clause 2."""
    run_log: timedelta | None
    delivery_log: timedelta | None
    source: str = ""
    dismissed_text: timedelta | None = None
    """Words of a finding that was dismissed, resolved or not upheld, and the notes on it, from the closing."""
    dismissed_record: timedelta | None = None
    """What was decided about it, without words."""
    upheld_minor: timedelta | None = None
    """S1 and S2: finding, words, notes and decision, from the closing."""
    upheld_serious: timedelta | None = None
    upheld_confidential: timedelta | None = None
    incidents: timedelta | None = None
    """The assessment of a breach, from its end; its review stays as long."""
    concern_privacy: timedelta | None = None
    """A complaint about a client's privacy, from the answer."""
    concern_other: timedelta | None = None
    reporters: timedelta | None = None
    """Who reported, from the answer."""
    sign_in: timedelta | None = None
    """Sessions and links, from their end."""
    attempts: timedelta | None = None
    """Failed sign-ins."""
    authorisations: timedelta | None = None
    audit_log: timedelta | None = None
    bases: Mapping[str, Basis] = field(default_factory=dict)
    """By the names of the periods above."""

    def duty(self, rule: str) -> Basis | None:
        """Why a request for erasure does not shorten this period; None where it does."""
        basis = self.bases.get(rule)
        return basis if basis is not None and basis.duty else None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """How one rule bears on what is stored: how many records it governs, how many are due now and within 30 days."""

    rule: str
    kept: int
    due: int
    soon: int
    next_at: datetime | None
    """When the first of them falls due, past times included; None when nothing will."""


@dataclass(frozen=True, slots=True)
class RetentionReport:
    """What a retention pass removed, by kind of record, and the rules it went by. `dry_run`: would have removed.

    `held` accounts were left alone because of a legal hold; with `held_all` everything was.
    """

    removed: Mapping[str, int]
    explained: tuple[str, ...]
    dry_run: bool = False
    held: int = 0
    held_all: bool = False


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What a platform's own terms allow, whatever the practice's retention profile says. None sets no ceiling."""

    keep_text: timedelta | None = None
    """Longest time words may be kept, counted from when they were first seen."""
    erase_deleted: bool = True
    """Words go when the post is gone, but for an S4 finding of clause 2, which is evidence of a breach."""
    refresh_within: timedelta | None = None
    """Words go when their post was not seen again within this time."""
    keep_scores: bool = True
    """Whether findings may outlive the words they stand on; where not, they go with them, reviews and all."""
    author_only: bool = False
    """Nobody but the author is shown what was found (store.withheld)."""
    source: str = ""
    """The text that these were read from."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What one pass changed in the store. `findings` and `critical` (S4) are ids of findings that are new.

    `danger`: somebody must be told at once that a life may be in danger.
    """

    new: int = 0
    edited: int = 0
    gone: int = 0
    findings: tuple[int, ...] = ()
    critical: tuple[int, ...] = ()
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Erased:
    """Rows that a withdrawal removed. `scrubbed` is false when a reader kept erased words in SQLite's log for now.

    `held`: a legal hold forbids to erase. Reading has ended, no view shows what is kept, and it goes with the hold.
    """

    posts: int
    versions: int
    findings: int
    scrubbed: bool = True
    held: bool = False


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A post version whose words are kept, with what is needed to score it again.

    `post.text` and `post.media` are the kept words (a content warning is already in the text); `post.published_at`
    is the stored one.
    """

    version_id: int
    account_id: int
    platform: str
    kind: AccountKind
    staff: Staff
    handle: str
    bio: str
    post: Post


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding on record, pinned to the policy and detector that made it. `spans` count in the kept words.

    The quotes of `spans` are empty: they are read from the kept words. `excerpt` is masked, "" once erased.
    """

    id: int
    clause: Clause
    severity: Severity
    reason: str
    excerpt: str
    spans: tuple[Span, ...]
    policy_version: str
    detector: str
    detector_version: str


@dataclass(frozen=True, slots=True)
class NotKept:
    """Why post versions cannot be judged again, as counts; `kept` are those that can.

    `clean`: nothing was found, so no word was kept. `expired`: something was found and its words were erased since.
    `stopped`: words are kept, of an account that is not being read. `baseline`: remembered and never judged.
    `foreign`: in a language that is not assessed.
    """

    kept: int
    clean: int
    expired: int
    stopped: int
    baseline: int
    foreign: int
