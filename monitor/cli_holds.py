"""`section7 holds …`: what may not be erased while a dispute, an inquiry or a claim lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import UsageError
from monitor import work
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, local_time, opened, operator
from monitor.cli_text import say, show_table

if TYPE_CHECKING:
    from domain.holds import Hold
    from monitor.app import App

holds = typer.Typer(help="Legal holds: what may not be erased for now.", no_args_is_help=True)


@holds.command("place")
def place(
    reason: Annotated[str, typer.Option(help="Which dispute, inquiry or claim it is for. No client's name.")],
    account: Annotated[str | None, typer.Option(help="Account number, handle or address.")] = None,
    everything: Annotated[bool, typer.Option("--everything", help="Hold all that is stored.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Keep one account's records, or everything, from being erased until the hold is lifted."""
    if everything == (account is not None):
        raise UsageError("Say either --account or --everything.")
    with opened(config) as app:
        number = None if account is None else app.store.accounts.find(account).id
        hold = app.store.holds.place(number, reason, operator(), app.clock())
        say(f"Hold {hold.id} stands on {_what(hold)}. Nothing of it is erased until it is lifted by somebody else.")


@holds.command("lift")
def lift(
    hold_id: Annotated[int, typer.Argument(help="The hold's number.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """End a hold; not by whoever placed it. What was withdrawn meanwhile is erased at once."""
    with opened(config) as app:
        if not yes and not typer.confirm(f"Lift hold {hold_id} and erase what waited for it?"):
            raise UsageError("Nothing was changed.")
        done = app.store.holds.lift(hold_id, operator(), app.clock())
        work.archive(app, urgent=True)
        say(f"Hold {hold_id} is lifted. The retention rules apply again from the next pass on.")
        if any(done.erased.values()):
            say("Erased: " + ", ".join(f"{count} {kind}" for kind, count in done.erased.items()) + ".")


@holds.command("list")
def list_holds(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """List every hold there ever was; tab-separated lines when not on a terminal."""
    with opened(config) as app:
        headings = ("No.", "On", "Since", "By", "Reason", "Lifted", "By")
        show_table(headings, [_row(hold, app) for hold in app.store.holds.all()])


def _row(hold: Hold, app: App) -> tuple[str, ...]:
    return (
        str(hold.id),
        _what(hold),
        local_time(hold.since, app),
        hold.actor,
        hold.reason,
        local_time(hold.lifted_at, app),
        hold.lifted_by or "-",
    )


def _what(hold: Hold) -> str:
    return "everything" if hold.account_id is None else f"account {hold.account_id}"
