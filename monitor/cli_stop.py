"""`section7 stop`, `resume` and `status`: the switch over all collection, and how things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import Refused
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, local_time, opened, operator
from monitor.cli_text import say
from monitor.tokens import ending

if TYPE_CHECKING:
    from domain.stops import Stop
    from monitor.app import App


def add_to(app: typer.Typer) -> None:
    """Put these verbs on the command line."""
    for verb in (stop, resume, status):
        app.command(verb.__name__)(verb)


def stop(
    reason: Annotated[str, typer.Option(help="Why, without any client detail: it stands in every digest.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Stop all collection at once, also a pass that is under way. Evidence stays; mail and digests go on."""
    with opened(config) as app:
        done = app.store.stops.stop(actor(), reason, app.clock())
        say(f"All collection is stopped since {local_time(done.at, app)}. Nothing new is read or stored.")
        say("It goes on when two different people have run: section7 resume (or used the page Stop of the console).")


def resume(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Let collection go on: the first person asks, another person, under another login, confirms."""
    with opened(config) as app:
        standing, now = app.store.stops.standing(), app.clock()
        if standing is None or standing.resume_asked_by is None:
            app.store.stops.ask_resume(actor(), now)
            say("Asked. Collection goes on when somebody else confirms: section7 resume, or the console's page Stop.")
            return
        try:
            app.store.stops.confirm_resume(actor(), now)
        except Refused as error:
            raise Refused(f"{error} They need a login of their own here, or an account on the console.") from error
        say("Collection goes on with the next pass.")


def status(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Say how things stand: collection, accounts that are due, mail that waits."""
    with opened(config) as app:
        standing = app.store.stops.standing()
        for line in _stopped(standing, app) if standing else ("Collection: on",):
            say(line)
        say(f"Accounts due now: {app.store.accounts.count_due(app.clock())}")
        say(f"Last collecting pass: {local_time(app.store.runs.last_finished('collect'), app)}")
        accounts = app.store.accounts.all()
        ends = ending(app.tokens, accounts, app.clock())
        for one in (each for each in accounts if each.id in ends):
            say(f"Token ending: account {one.id} ({one.platform}), {local_time(ends[one.id], app)[:10]}")
        say(f"Mail not sent yet: {len(app.store.deliveries.unsent())}")
        if waiting := app.store.concerns.waiting_for_nobody():
            say(f"Concerns that nobody may handle: {waiting}. Invite whoever [concerns] names, as privacy-officer.")


def actor() -> str:
    """Who works the command line, as the switch remembers people."""
    return f"command:{operator()}"


def _stopped(stop: Stop, app: App) -> tuple[str, ...]:
    asked = (
        f"  {stop.resume_asked_by} asked on {local_time(stop.resume_asked_at, app)} that it go on; "
        "another person must confirm."
        if stop.resume_asked_by
        else "  Nobody has asked yet that it go on."
    )
    return (f"Collection: STOPPED since {local_time(stop.at, app)} by {stop.actor}", f"  Why: {stop.reason}", asked)
