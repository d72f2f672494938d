"""The command line: one command a verb, thin. What a verb does stands in `monitor.work` and `monitor.enrol`.

Exit codes: 0 all well; 1 something was not done, and was named; 2 wrong usage or configuration, nothing was done.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import ConfigError, Section7Error, UsageError
from monitor import (
    cli_accounts,
    cli_backup,
    cli_daemon,
    cli_erase,
    cli_export,
    cli_holds,
    cli_import,
    cli_init,
    cli_keys,
    cli_model,
    cli_policy,
    cli_record,
    cli_reviews,
    cli_score,
    cli_search,
    cli_serve,
    cli_staff,
    cli_stop,
    cli_templates,
    cli_tokens,
    cli_users,
    cli_work,
)
from monitor.cli_text import say

if TYPE_CHECKING:
    from collections.abc import Sequence

NOT_DONE = 1
WRONG_USAGE = 2

app = typer.Typer(
    name="section7",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_staff.staff, name="staff")
app.add_typer(cli_holds.holds, name="holds")
app.add_typer(cli_reviews.reviews, name="reviews")
app.add_typer(cli_erase.erase, name="erase")
app.add_typer(cli_accounts.accounts, name="accounts")
app.add_typer(cli_model.model, name="model")
app.add_typer(cli_export.export, name="export")
app.add_typer(cli_keys.keys, name="keys")
app.add_typer(cli_users.users, name="users")
app.add_typer(cli_tokens.tokens, name="tokens")
cli_init.add_to(app)
cli_work.add_to(app)
cli_score.add_to(app)
cli_policy.add_to(app)
cli_daemon.add_to(app)
cli_record.add_to(app)
cli_backup.add_to(app)
cli_serve.add_to(app)
cli_search.add_to(app)
cli_stop.add_to(app)
cli_import.add_to(app)
cli_templates.add_to(app)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - the library calls it so
    if wanted:
        say(f"section7 {version('section7')}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Periodic compliance monitor for opted-in, public, professional profiles."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the `section7` command; returns the exit code. `arguments` default to the process's own."""
    try:
        app(args=arguments)
    except ConfigError as error:
        many = len(error.mistakes) > 1
        say(f"{len(error.mistakes)} mistakes:" if many else "A mistake:", err=True)
        for mistake in error.mistakes:
            say(f"  {mistake}", err=True)
        return WRONG_USAGE
    except UsageError as error:
        say(str(error), err=True)
        return WRONG_USAGE
    except Section7Error as error:
        say(str(error), err=True)
        return NOT_DONE
    except SystemExit as stop:  # how the library ends every command, with the code it was given
        return stop.code if isinstance(stop.code, int) else NOT_DONE
    return 0
