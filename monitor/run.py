"""The collection pass: due -> collect -> plan -> score -> apply, one account a unit of work.

`collect_account` is the whole of one unit; a distributed engine can run the very same function as its task.
The shell acts here; what a reading means is decided in `monitor.plan`.
"""

from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog

from analyzers.judge import judge
from analyzers.keep import without_handles
from analyzers.mosaic import deepened, mosaic
from analyzers.quasi import client_particulars
from collectors.base import PostRef
from collectors.images import Pictures, PictureWords
from domain.errors import CollectError, Malformed, NotAuthorised, Stopped, StoreError, TokenRefused
from domain.mosaic import WINDOW, Trace
from domain.plans import Change
from domain.posts import Fetched
from monitor.packets import baseline, danger_of, packet_of, signals_of, verdict_of
from monitor.plan import decide, suspects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from analyzers.model.blend import Local
    from collectors.base import Http, Platform
    from collectors.images import PictureReader
    from domain.accounts import Account
    from domain.findings import Policy
    from domain.plans import Plan, PlannedVersion, Verdict
    from domain.posts import NotModified, Parent, Post, Presence
    from monitor.cadence import Cadence
    from monitor.tokens import Owners, Reader
    from store.engine import Store

log = structlog.get_logger(__name__)
T = TypeVar("T")

LEASE_MARGIN = timedelta(minutes=5)
"""A lease outlives the account's own deadline by this much, for scoring and writing."""


@dataclass(frozen=True, slots=True)
class Collecting:
    """What a collection pass works with."""

    store: Store
    platforms: Mapping[str, Platform]
    reader: Reader
    policy: Policy
    cadence: Cadence
    pseudonym: Callable[[str], str]
    clock: Callable[[], datetime]
    owner: str
    lease: timedelta
    workers: int = 4
    local: Local | None = None
    """The local model; rules judge alone without it."""
    key: bytes = b""
    """The installation's, for keyed hashes."""
    picture_reader: PictureReader | None = None
    """Reads the words in pictures; without it only their descriptions count."""
    owners: Owners | None = None
    """Opens readers with the owner's token; without it no platform that wants one is read."""


@dataclass(frozen=True, slots=True)
class Visit:
    """How one account's turn went; counts only, no words of any post."""

    account_id: int
    platform: str
    outcome: str
    new: int = 0
    edited: int = 0
    gone: int = 0
    findings: int = 0
    critical: tuple[int, ...] = ()
    danger: bool = False
    """Somebody must hear at once; neither logged nor counted."""

    @property
    def well(self) -> bool:
        """Whether nothing is left to do: read, nothing changed, or withdrawn or stopped meanwhile."""
        return self.outcome in ("read", "not-modified", "dropped", "stopped")


@dataclass(frozen=True, slots=True)
class PassReport:
    """One collection pass over all due accounts."""

    visits: tuple[Visit, ...] = field(default=())

    @property
    def failed(self) -> tuple[Visit, ...]:
        """Accounts that could not be read."""
        return tuple(visit for visit in self.visits if not visit.well)


def collect_due(tools: Collecting, *, stopping: Callable[[], bool], on_visit: Callable[[Visit], None]) -> PassReport:
    """Visit every account that is due, `workers` side by side, until none is left or `stopping()` is true.

    Safe to run in two processes at once: an account is leased before it is read. A bug in one account's visit costs
    that visit (outcome "bug"); its lease runs out and it is tried again. Raises StoreError when the database fails.
    """
    started_at = tools.clock()
    with ThreadPoolExecutor(max_workers=tools.workers, thread_name_prefix="collect") as pool:
        lines = [
            pool.submit(_work_through, tools, started_at, stopping=stopping, on_visit=on_visit)
            for _ in range(tools.workers)
        ]
    return PassReport(tuple(visit for line in lines for visit in line.result()))


def _work_through(
    tools: Collecting, started_at: datetime, *, stopping: Callable[[], bool], on_visit: Callable[[Visit], None]
) -> list[Visit]:
    visits: list[Visit] = []
    while not stopping():
        now = tools.clock()
        # Due when the pass began: an account cannot come round twice in one pass.
        claimed = tools.store.accounts.claim_due(
            now, tools.owner, lease_until=now + tools.lease, limit=1, due_by=started_at
        )
        if not claimed:
            break
        visit = _visit(tools, claimed[0])
        visits.append(visit)
        on_visit(visit)
    return visits


def _visit(tools: Collecting, account: Account) -> Visit:
    visited = _as_value(account, lambda: collect_account(tools, account))
    return Visit(account.id, account.platform, "bug") if isinstance(visited, CollectError) else visited


def collect_account(tools: Collecting, account: Account) -> Visit:
    """Read one leased account, judge what is new and write it down, all of it or nothing."""
    now = tools.clock()
    known = tools.store.posts.known(account.id)
    platform = tools.platforms[account.platform]
    opened = _as_value(account, lambda: _open(tools, platform, account))
    http = tools.reader.for_account() if isinstance(opened, CollectError) else opened
    outcome = opened if isinstance(opened, CollectError) else _collected(account, platform, http, now)
    presence: Mapping[str, Presence] = {}
    _log_notes(account, outcome)
    if not isinstance(outcome, CollectError):
        asked = [PostRef(post_id, known[post_id].url) for post_id in suspects(outcome, known)]
        presence = _ask_for(platform, account, http, asked)
    plan = decide(account, outcome, known, presence=presence, now=now, cadence=tools.cadence)
    if plan.handle is not None:
        account = replace(account, handle=plan.handle)
    if plan.bio is not None:
        plan = replace(plan, bio=without_handles(plan.bio, tools.pseudonym, account.handle))
    verdicts = _judge_all(tools, platform, account, http, plan)
    # The time of writing, not of reading: a visit that crosses the end of a week belongs to the new one.
    return _write(tools, account, plan, verdicts, tools.clock())


def _open(tools: Collecting, platform: Platform, account: Account) -> Http:
    if tools.owners is None:
        if platform.consent is not None:
            raise TokenRefused("no tokens are kept here")
        return tools.reader.for_account()
    return tools.owners.http_for(platform, account.platform_id)


def _collected(account: Account, platform: Platform, http: Http, now: datetime) -> Fetched | NotModified | CollectError:
    return _as_value(account, lambda: platform.collect(account, http, now))


def _log_notes(account: Account, outcome: Fetched | NotModified | CollectError) -> None:
    for note in outcome.notes if isinstance(outcome, Fetched) else ():
        log.warning("platform-note", account=account.id, platform=account.platform, note=note)


def _as_value(account: Account, ask: Callable[[], T]) -> T | CollectError:
    """What a platform answered, or its failure as a value: one account's failure is data, not control flow."""
    try:
        return ask()
    except CollectError as error:
        return error
    except StoreError:  # the database's failure is no account's
        raise
    except Exception as error:  # noqa: BLE001 - the boundary to code that reads strangers' bytes
        # A platform's own bug on one source's odd bytes must cost that account alone, and must show. Its message is
        # not logged, since it may repeat those bytes.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        log.error("platform-bug", account=account.id, platform=account.platform, error=type(error).__name__, at=where)  # noqa: TRY400 - see above
        return Malformed(f"unexpected {type(error).__name__}")


def _ask_for(platform: Platform, account: Account, http: Http, asked: Sequence[PostRef]) -> Mapping[str, Presence]:
    if not asked:
        return {}
    answers = _as_value(account, lambda: platform.confirm(account, asked, http))
    if isinstance(answers, CollectError):
        log.info("confirm-failed", account=account.id, code=answers.code)
        return {}
    return answers


def _judge_all(tools: Collecting, platform: Platform, account: Account, http: Http, plan: Plan) -> tuple[Verdict, ...]:
    """Judge every new version, oldest first: each beside what is remembered of this account's posts before it."""
    earlier = list(tools.store.signals.of(account.id, tools.clock() - WINDOW)) if plan.versions else []
    pictures = Pictures(http, tools.picture_reader) if tools.picture_reader and plan.versions else None
    verdicts = []
    for version in sorted(plan.versions, key=lambda version: version.published_at):
        verdict = _judge(tools, platform, account, http, version, earlier, pictures)
        earlier.append(Trace(version.post.post_id, frozenset(verdict.signals)))
        verdicts.append(verdict)
    return tuple(verdicts)


def _judge(  # noqa: PLR0917 - what one reading of one account has at hand
    tools: Collecting,
    platform: Platform,
    account: Account,
    http: Http,
    version: PlannedVersion,
    earlier: Sequence[Trace],
    pictures: Pictures | None,
) -> Verdict:
    if version.change is Change.BASELINE:
        return baseline(version)
    parent = _parent(platform, account, http, version.post)
    seen = _pictures(account, pictures, version.post)
    packet = packet_of(version.post, version.published_at, account, tools.policy, parent, read=seen.words)
    scored = judge(packet, tools.policy, tools.local)
    if seen.missed:
        scored = replace(scored, needs_context=tuple(dict.fromkeys((*scored.needs_context, "image"))))
    post_id = version.post.post_id
    signals = signals_of(tools.key, account.id, client_particulars(packet, scored))
    others = (trace for trace in earlier if trace.post_id != post_id)
    scored = deepened(scored, mosaic(frozenset(signals), others))
    verdict = verdict_of(version, packet, scored, tools.pseudonym, account.handle)
    return replace(verdict, danger=danger_of(tools.key, account.id, post_id, scored.safety), signals=signals)


def _parent(platform: Platform, account: Account, http: Http, post: Post) -> Parent | None:
    if post.reply_to_id is None:
        return None
    parent = _as_value(account, lambda: platform.parent(account, post, http))
    if isinstance(parent, CollectError):
        log.info("parent-not-seen", account=account.id, code=parent.code)
        return None
    return parent


def _pictures(account: Account, pictures: Pictures | None, post: Post) -> PictureWords:
    """What the post's pictures say. No failure of theirs is the post's: it is judged by the rest."""
    if pictures is None or not post.media:
        return PictureWords()
    seen = _as_value(account, lambda: pictures.of(post))
    if isinstance(seen, CollectError):
        seen = PictureWords(missed=len(post.media))
    if seen.missed:
        log.info("pictures-not-read", account=account.id, count=seen.missed)
    return seen


def _write(tools: Collecting, account: Account, plan: Plan, verdicts: Sequence[Verdict], now: datetime) -> Visit:
    try:
        applied = tools.store.posts.apply(
            account, plan, verdicts, owner=tools.owner, policy_version=tools.policy.version, now=now
        )
    except Stopped:
        # The lease goes back, so that the account is due as soon as collection goes on.
        tools.store.accounts.release(account.id, tools.owner)
        log.info("visit-stopped", account=account.id, platform=account.platform)
        return Visit(account.id, account.platform, "stopped")
    except NotAuthorised:
        # Withdrawn or taken over while it was being read: what was read is dropped, as it must be.
        log.info("visit-dropped", account=account.id, platform=account.platform)
        return Visit(account.id, account.platform, "dropped")
    return Visit(
        account_id=account.id,
        platform=account.platform,
        outcome=plan.outcome,
        new=applied.new,
        edited=applied.edited,
        gone=applied.gone,
        findings=len(applied.findings),
        critical=applied.critical,
        danger=applied.danger,
    )
