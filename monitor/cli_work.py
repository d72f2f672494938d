"""The one-shot verbs for cron: collect, digest, alert, archive, retention. The daemon does the same by itself."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from monitor import work
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened
from monitor.cli_text import say
from monitor.retention import PROFILES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from monitor.app import App
    from monitor.delivery import SendReport
    from monitor.opinions import OpinionReport
    from monitor.run import Visit


def add_to(app: typer.Typer) -> None:
    """Put these verbs on the command line."""
    for verb in (collect, digest, alert, archive, retention):
        app.command(verb.__name__)(verb)


def collect(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Read every account that is due, score what is new, and alert at once about anything critical."""
    with opened(config) as app, _progress(app) as on_visit:
        done = work.collect(app, on_visit=on_visit)
        stop = app.store.stops.standing()
    if stop:
        say("All collection is stopped; `section7 status` says since when and why.", err=True)
    visits = done.readings.visits
    found = sum(visit.findings for visit in visits)
    say(f"{len(visits)} accounts were due, {len(visits) - len(done.readings.failed)} were read; {found} findings.")
    for visit in done.readings.failed:
        say(f"  account {visit.account_id} ({visit.platform}): {visit.outcome}", err=True)
    _say_opinions(done.opinions)
    _say_mail(done.alerts)
    _exit(well=done.well)


def digest(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Build the digest of every ended week that has none, tell the authors, and send what waits."""
    with opened(config) as app:
        done = work.digest(app)
        if done is None:
            say("Another process is at it; nothing to do here.")
            return
        if done.built:
            work.archive(app)
    say(f"Built: {', '.join(done.built) or 'nothing was due'}.")
    if done.held:
        say(f"Held until their authors have been told: {', '.join(done.held)}.", err=True)
    _say_mail(done.mail)
    _exit(well=done.mail.well and not done.held)


def alert(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Send every same-day alert that is due."""
    with opened(config) as app:
        done = work.alert(app)
    _say_mail(done)
    _exit(well=done.well)


def archive(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Write the archive's pages; those that did not change stay as they are."""
    with opened(config) as app:
        done = work.archive(app)
        if done is None:
            say("Another process is at it; nothing to do here.")
            return
        say(f"{app.config.archive}: {done.written} written, {done.unchanged} unchanged, {done.removed} removed.")


def retention(
    explain: Annotated[bool, typer.Option("--explain", help="Say the rules and what is due; erase nothing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how much would go; erase nothing.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Erase what the retention profile and the platforms' terms no longer allow, but for what a legal hold keeps."""
    with opened(config) as app:
        profile, ceilings, now = PROFILES[app.config.retention.profile], app.ceilings(), app.clock()
        if explain:
            say("\n".join(app.store.retention.explain(profile, ceilings, now)))
            return
        done = app.store.retention.apply(profile, ceilings, now, dry_run=True) if dry_run else work.retention(app)
    if done.dry_run:
        say("Nothing was erased. This would go:")
    for kind, count in done.removed.items():
        say(f"{count:6} {kind}")
    if done.held_all:
        say("A legal hold keeps everything. `section7 holds list` shows it.")
    elif done.held:
        say(f"A legal hold keeps {done.held} accounts as they are. `section7 holds list` shows them.")


@contextmanager
def _progress(app: App) -> Iterator[Callable[[Visit], None]]:
    """A moving line on a terminal, one log line an account elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield work.log_visit
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Reading accounts", total=app.store.accounts.count_due(app.clock()))
        yield lambda _: progress.advance(task)


def _say_opinions(done: OpinionReport) -> None:
    if not (done.calls or done.stands or done.ended):
        return
    counts = ", ".join(f"{number} {name}" for name, number in done.counts().items() if number)
    say(f"Second opinions: {counts or 'none'}.")
    if done.ended:
        say(f"  No more were asked for in this run: {done.ended}.", err=True)


def _say_mail(mail: SendReport) -> None:
    if mail.sent:
        say(f"Mail sent: {mail.sent}.")
    if mail.waiting:
        say(f"Mail waiting for another try: {mail.waiting}.", err=True)
    if mail.refused:
        say(f"Mail refused for good, somebody must look: {mail.refused}.", err=True)
    for problem in mail.problems:
        say(f"  {problem}", err=True)


def _exit(*, well: bool) -> None:
    if not well:
        raise typer.Exit(1)
