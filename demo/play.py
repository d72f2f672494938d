"""Plays the story on a real installation: enrolment, then the daemon's tick every few simulated hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import work
from monitor.enrol import offer, verify_by_form, verify_by_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from demo.world import DemoAccount, World
    from monitor.app import App

TICK = timedelta(hours=3)


@dataclass
class Diary:
    """What happened, for the closing print: (instant, sentence)."""

    events: list[tuple[datetime, str]] = field(default_factory=list)
    account_ids: dict[str, int] = field(default_factory=dict)
    """Key of the story's account and its number in the installation."""

    def note(self, at: datetime, what: str) -> None:
        """Add a line."""
        self.events.append((at, what))


def play(world: World, app: App, folder: Path, on_tick: Callable[[datetime], None]) -> Diary:
    """Run the whole story. `on_tick` hears of every simulated step, for a moving line on the screen."""
    diary = Diary()
    waiting = list(world.accounts)
    problems: dict[int, str | None] = {}
    for now in _instants(world):
        world.travel(now)
        waiting = [account for account in waiting if not _enrol_if_time(world, app, account, folder, diary)]
        _withdraw_if_time(world, app, diary)
        work.tick(app, work.never)
        _note_changes(app, problems, diary, now)
        on_tick(now)
    return diary


def _instants(world: World) -> Iterator[datetime]:
    """From the first morning to the Monday noon after the last week, when its digest has gone out."""
    now = min(account.story.enrolled_at for account in world.accounts)
    end = world.weeks[-1].end + timedelta(hours=12)
    while now <= end:
        yield now
        now += TICK


def _enrol_if_time(world: World, app: App, account: DemoAccount, folder: Path, diary: Diary) -> bool:
    """Both steps of opting in, an hour apart as in life: notice and token first, proof afterwards."""
    story = account.story
    if world.now < story.enrolled_at:
        return False
    person = app.store.staff.add(
        story.name, story.role, story.licence, story.email, story.employed_from, None, world.now
    )
    made = offer(
        app.store,
        app.config,
        app.policy,
        app.http.for_account(),
        url=account.url,
        staff=person,
        kind=story.kind,
        actor="demo",
        now=world.now,
    )
    resumed_at = world.now
    world.travel(story.authorised_from)
    if account.needs_token:
        world.publish_token(account.key, made.enrolment.token)
        platform = app.platforms[made.enrolment.platform]
        verify_by_token(app.store, platform, made.enrolment, app.http.for_account(), world.now)
    else:
        form = folder / f"signed-form-{account.key}.txt"
        form.write_text(f"{made.notice.text}\n\nRead and agreed: {story.name}\n", encoding="utf-8")
        verify_by_form(app.store, made.enrolment, form, world.now)
    diary.account_ids[account.key] = made.enrolment.id
    diary.note(
        world.now, f"{story.name} opts in with {made.profile.handle} ({made.profile.platform}, {story.proof.value})"
    )
    world.travel(resumed_at)
    return True


def _withdraw_if_time(world: World, app: App, diary: Diary) -> None:
    for account in world.accounts:
        at = account.story.withdraws_at
        number = diary.account_ids.get(account.key)
        if at is None or number is None or not at <= world.now < at + TICK:
            continue
        erased = app.store.accounts.withdraw(number, account.story.name, world.now)
        work.archive(app)
        diary.note(
            world.now, f"{account.story.name} withdraws; {erased.findings} findings and {erased.posts} posts erased"
        )


def _note_changes(app: App, problems: dict[int, str | None], diary: Diary, now: datetime) -> None:
    for one in app.store.accounts.all():
        state = f"{one.state.value}: {one.problem}" if one.problem else None
        if problems.get(one.id) != state:
            what = f"cannot be read ({state})" if state else "is read again"
            diary.note(now, f"{one.handle} {what}")
        problems[one.id] = state
