"""`section7 erase …`: what somebody has asked to be erased, and what a duty or a hold keeps all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import UsageError
from monitor import work
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened, operator
from monitor.cli_text import say, shown
from monitor.retention import PROFILES
from reports.links import own_post

if TYPE_CHECKING:
    from monitor.app import App

erase = typer.Typer(help="Erasure on request.", no_args_is_help=True)
_LATER = "Another program is reading the database; what was erased leaves its log with the next retention pass."


@erase.command("clinician")
def clinician(
    person: Annotated[str, typer.Argument(help="Staff number, name or e-mail.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Erase all of one clinician that no legal duty keeps; their accounts are withdrawn. Says what stays and why."""
    with opened(config) as app:
        staff = app.store.staff.find(person)
        _confirm(f"Withdraw every account of {shown(staff.name)} and erase all that no duty keeps?", yes=yes)
        profile = PROFILES[app.config.retention.profile]
        done = app.store.erasure.clinician(staff.id, profile, operator(), app.clock())
        _clear_copies(app)
        say("Erased: " + ", ".join(f"{count} {kind}" for kind, count in done.removed.items()) + ".")
        for each in done.stays:
            say(f"Stays: {each.what} ({each.count}): {each.why}.")
        if not done.scrubbed:
            say(_LATER)


@erase.command("mention")
def mention(
    finding: Annotated[int | None, typer.Option(help="The number of a finding.")] = None,
    review: Annotated[int | None, typer.Option(help="The number of a review.")] = None,
    keep_notes: Annotated[bool, typer.Option("--keep-notes", help="Leave what people wrote about it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Erase the words of one post version that a finding stands on. Its hash and the decision stay."""
    if (finding is None) == (review is None):
        raise UsageError("Say either --finding or --review.")
    with opened(config) as app:
        number = finding if finding is not None else app.store.erasure.finding_of(review or 0)
        _confirm(f"Erase the words that finding {number} stands on, and what was written about it?", yes=yes)
        done = app.store.erasure.mention(number, own_post, operator(), app.clock(), notes=not keep_notes)
        _clear_copies(app)
        numbers = ", ".join(map(str, done.findings))
        say(f"Erased: the words of version {done.version_id}, of findings {numbers}, and {done.notes} notes.")
        if done.address:
            say("The post's address held words and was cut down to its site.")
        if done.elsewhere:
            say(f"Other versions of the post still have words: findings {', '.join(map(str, done.elsewhere))}.")
            say("An edited post often repeats its sentences: look, and run this for them too.")
        say("While the post is public, the platform still shows it; a new edit is read again.")
        if not done.scrubbed:
            say(_LATER)


def _confirm(question: str, *, yes: bool) -> None:
    if not yes and not typer.confirm(f"{question} This cannot be undone."):
        raise UsageError("Nothing was changed.")


def _clear_copies(app: App) -> None:
    """The archive's pages and the practice's own cases are made of the same words."""
    work.archive(app, urgent=True)
    work.drop_cases(app)
