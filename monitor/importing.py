"""Imports: what an owner hands over goes the way of a reading, with a platform that answers from the file alone.

Nothing is fetched. What the file means is decided by `monitor.plan`, judged and stored by `monitor.run`, as for every
other account; this module only puts the file where the platform's answer would be.
"""

from __future__ import annotations

import json
import stat
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO

from collectors import fields
from collectors.handed import HandedOver, Nowhere
from collectors.import_format import Handing, must_be_of
from collectors.import_registry import formats, read_export
from collectors.times import parse_instant
from domain.errors import ImportRefused, Stopped, UsageError
from domain.imports import is_imported, service_of
from domain.plans import Change
from domain.posts import PROFILE_ID, Fetched, Presence
from monitor import work
from monitor.digest import review_due
from monitor.enrol import verify_by_export
from monitor.plan import CONFIRMATION_GAP, decide, suspects
from monitor.run import collect_account

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from collectors.import_format import Export
    from domain.accounts import Account, Enrolment
    from domain.posts import KnownPost
    from monitor.app import App
    from monitor.cadence import Cadence
    from monitor.delivery import SendReport
    from monitor.run import Visit


LEASE = timedelta(hours=1)
"""Longer than judging a large export takes; given back at its end."""


@dataclass(frozen=True, slots=True)
class Handover:
    """What is handed in: the file, the format where the file cannot show it, and whether its owner vouches.

    `vouched`: posts of which the export does not tell who can see them are public, the owner says.
    """

    file: Path
    form: str = ""
    vouched: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of an account's imports, in its cursor: formats so far, whose they were, the last whole one.

    `whole_at` is when the last export was made of which absence proved something.
    """

    formats: frozenset[str] = frozenset()
    owner_id: str = ""
    whole_at: datetime | None = None

    @classmethod
    def read(cls, cursor: str | None) -> Memory:
        """Out of a cursor; nothing is remembered before the first import."""
        told = fields.as_object(json.loads(cursor or "{}"))
        owner = fields.text(told, "owner")
        return cls(frozenset(fields.strings(told, "formats")), owner, parse_instant(told.get("whole_at")))

    def write(self) -> str:
        """The cursor."""
        whole_at = self.whole_at.isoformat() if self.whole_at else None
        return json.dumps({"formats": sorted(self.formats), "owner": self.owner_id, "whole_at": whole_at})


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or with `dry_run` would do. Counts only.

    `older` posts are older than the permission and were left alone, `listed` are all that passed the filters.
    `outcome` is that of `monitor.run.Visit`.
    """

    form: str
    listed: int
    new: int
    edited: int
    gone: int
    older: int
    unchanged: int
    skipped: Mapping[str, int]
    findings: int = 0
    dry_run: bool = False
    outcome: str = "read"
    mail: SendReport | None = None

    @property
    def unclear(self) -> bool:
        """Whether posts were left out whose audience is not told."""
        return "audience-unknown" in self.skipped


def import_file(app: App, enrolment: Enrolment, handover: Handover, *, dry_run: bool = False) -> ImportReport:
    """Read a file as an account's owner handed it over, judge what is new and write it down, all of it or nothing.

    Raises UsageError for an account that takes no imports, Stopped and NotAuthorised before the file is even opened,
    ImportRefused for a file that cannot be read or is somebody else's, Conflict while another import of the account is
    under way. Nothing is stored then, and the account stays as it was. With `dry_run` nothing is stored in any case.
    """
    now = app.clock()
    account = _importable(app, enrolment, now)
    form, export = _read(app, enrolment, handover, now)
    must_be_of(export, _handing(app, enrolment, now), Memory.read(account.cursor).owner_id)
    if dry_run:
        known = app.store.posts.known(account.id)
        fetched = concluded(form, export, account, known, vouched=handover.vouched)
        return replace(foreseen(form, account, fetched, known, now=now, cadence=app.collecting().cadence), dry_run=True)
    handed = {"form": form, "posts": len(export.posts), "skipped": dict(export.skipped)}
    account = app.store.accounts.claim_import(account.id, app.owner, now, now + LEASE, handed)
    try:
        return _carried_out(app, account, form, export, vouched=handover.vouched)
    finally:
        # Written or not, the next import need not wait for the lease to run out.
        app.store.accounts.release(account.id, app.owner)


def verify(app: App, enrolment: Enrolment, file: Path, *, actor: str) -> Enrolment:
    """Authorise an imported account whose proof token stands in the profile that an export shows.

    Raises NotProven when it does not, UsageError for an account that is fetched, ImportRefused for a file that is no
    archive of the account's service: words that anybody can write into a file are no proof.
    """
    if not is_imported(enrolment.platform):
        raise UsageError(f"Account {enrolment.id} is read by itself; verify it without an export.")
    service = service_of(enrolment.platform)
    own = {name: one for name, one in formats().items() if service in one.services}
    if not own:
        raise ImportRefused(f"no archive of {service} is known that could hold the token; use a signed form")
    handing = _handing(app, enrolment, app.clock())
    with _opened(file) as handed:
        form, export = read_export(handed, service, handing, known=own)
    must_be_of(export, handing)
    return verify_by_export(app.store, enrolment, export.profile, form, app.clock(), actor=actor)


def concluded(form: str, export: Export, account: Account, known: Mapping[str, KnownPost], *, vouched: bool) -> Fetched:
    """The export as a reading. Pure.

    Absence from it proves something only when it is whole, no post that is known is younger than it, every import so
    far was of its format (others name posts otherwise), and it was made six hours or more after the last that did: the
    same file twice is one answer.
    """
    before = Memory.read(account.cursor)
    proves = _proves(form, export, before, known)
    unclear = frozenset() if vouched else export.unclear
    posts = tuple(post for post in export.posts if post.post_id not in unclear)
    left_out = {"audience-unknown": len(export.posts) - len(posts)} if len(posts) < len(export.posts) else {}
    after = Memory(
        formats=before.formats | {form},
        owner_id=export.owner_id or before.owner_id,
        whole_at=export.made_at if proves else before.whole_at,
    )
    return Fetched(
        posts=posts,
        listed_ids=export.listed_ids,
        covers_since=account.authorisation.starts_at if proves else None,
        cursor=after.write(),
        skipped=dict(export.skipped) | left_out,
        profile=export.profile,
    )


def _proves(form: str, export: Export, before: Memory, known: Mapping[str, KnownPost]) -> bool:
    if not export.whole or export.made_at is None or before.formats - {form}:
        return False
    if any(post.published_at > export.made_at for post in known.values() if post.post_id != PROFILE_ID):
        return False
    return before.whole_at is None or export.made_at - before.whole_at >= CONFIRMATION_GAP


def foreseen(
    form: str,
    account: Account,
    fetched: Fetched,
    known: Mapping[str, KnownPost],
    *,
    now: datetime,
    cadence: Cadence,
) -> ImportReport:
    """What importing this will do, by the very plan that will be made of it. Pure."""
    presence = dict.fromkeys(suspects(fetched, known), Presence.ABSENT)
    plan = decide(account, fetched, known, presence=presence, now=now, cadence=cadence)
    changes = [version.change for version in plan.versions]
    planned = {version.post.post_id for version in plan.versions}
    return ImportReport(
        form=form,
        listed=len(fetched.posts),
        new=changes.count(Change.NEW),
        edited=changes.count(Change.EDITED),
        gone=len(plan.gone),
        older=sum(post.post_id not in planned and post.post_id not in known for post in fetched.posts),
        unchanged=sum(post.post_id not in planned and post.post_id in known for post in fetched.posts),
        skipped=dict(fetched.skipped),
    )


def _importable(app: App, enrolment: Enrolment, now: datetime) -> Account:
    if app.store.stops.standing() is not None:
        raise Stopped("All collection is stopped, and imports with it; `section7 status` says since when and why.")
    if not is_imported(enrolment.platform):
        raise UsageError(f"Account {enrolment.id} is read by itself and takes no imports.")
    return app.store.accounts.account(enrolment.id, now)


def _read(app: App, enrolment: Enrolment, handover: Handover, now: datetime) -> tuple[str, Export]:
    with _opened(handover.file) as file:
        handing = _handing(app, enrolment, now)
        return read_export(file, service_of(enrolment.platform), handing, form=handover.form)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file, if it is one. Raises UsageError."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError(f"{path} is not a file. Nothing was imported.")
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. Nothing was imported.") from error


def _handing(app: App, enrolment: Enrolment, now: datetime) -> Handing:
    zone = app.config.practice.zone
    return Handing(enrolment.handle, enrolment.staff.name, enrolment.kind, now, zone)


def _carried_out(app: App, account: Account, form: str, export: Export, *, vouched: bool) -> ImportReport:
    started_at = app.clock()
    known = app.store.posts.known(account.id)
    fetched = concluded(form, export, account, known, vouched=vouched)
    tools = replace(app.collecting(), platforms={account.platform: HandedOver(fetched)}, reader=Nowhere(), owners=None)
    report = foreseen(form, account, fetched, known, now=started_at, cadence=tools.cadence)
    visit = collect_account(tools, account)
    _record(app, visit, started_at)
    work.log_visit(visit)
    mail = work.alert(app)
    # As after a pass: what was critical has gone out, and notices say what a second opinion said.
    work.second_opinions(app)
    mail += review_due(app.reporting())
    return replace(
        report,
        new=visit.new,
        edited=visit.edited,
        gone=visit.gone,
        findings=visit.findings,
        outcome=visit.outcome,
        mail=mail,
    )


def _record(app: App, visit: Visit, started_at: datetime) -> None:
    counts = {"new": visit.new, "edited": visit.edited, "gone": visit.gone, "findings": visit.findings}
    run = app.store.runs.start("import", app.owner, started_at)
    app.store.runs.finish(run, app.clock(), counts)
