"""`section7 import`: what the owner of an account hands over where no platform is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import UsageError
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened
from monitor.cli_text import say
from monitor.importing import Handover, ImportReport, import_file

if TYPE_CHECKING:
    from monitor.delivery import SendReport

_REASONS = {
    "audience-unknown": "the export does not tell who can see them",
    "beyond-limit": "beyond the most that is read of one feed",
    "boost": "other people's, passed on",
    "duplicate": "listed twice",
    "malformed": "not to be read",
    "not-public": "not public",
    "other-author": "by somebody else",
}


def add_to(app: typer.Typer) -> None:
    """Put this verb on the command line."""
    app.command("import")(import_export)


def import_export(
    account: Annotated[str, typer.Option(help="Account number, handle or address.")],
    file: Annotated[
        Path | None, typer.Argument(help="An archive from Mastodon, X, Instagram or LinkedIn, or a JSON Feed.")
    ] = None,
    text: Annotated[Path | None, typer.Option(help="Pasted posts, each below a line `date: 2026-11-12 09:30`.")] = None,
    profile: Annotated[Path | None, typer.Option(help="The pasted words of a profile.")] = None,
    all_public: Annotated[
        bool,
        typer.Option("--all-public", help="Its owner says: what the export tells no audience of is public."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how much there is; store nothing.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Import the public posts of an account whose owner hands them over, judge what is new, and store it."""
    handover = _handover(file, text, profile, vouched=all_public)
    with opened(config) as app:
        done = import_file(app, app.store.accounts.find(account), handover, dry_run=dry_run)
    _tell(done)
    if done.mail is not None:
        _tell_mail(done.mail)
    if done.outcome != "read" or not (done.mail is None or done.mail.well):
        raise typer.Exit(1)


def _handover(file: Path | None, text: Path | None, profile: Path | None, *, vouched: bool) -> Handover:
    given = [(file, ""), (text, "text"), (profile, "profile")]
    chosen = [(path, form) for path, form in given if path is not None]
    if len(chosen) != 1:
        raise UsageError("Name one file: an archive or feed, or pasted words with --text or --profile.")
    path, form = chosen[0]
    return Handover(path, form, vouched)


def _tell(done: ImportReport) -> None:
    if done.outcome in ("stopped", "dropped"):
        say("Collection was stopped, or the authorisation ended, meanwhile. Nothing was stored.", err=True)
        return
    say("Nothing was stored. This would be:" if done.dry_run else f"Imported ({done.form}).")
    lines = [
        (done.listed, "posts are the owner's own and public"),
        (done.new, "new"),
        (done.edited, "edited"),
        (done.gone, "gone"),
        (done.unchanged, "known and unchanged"),
        (done.older, "older than the permission, left alone"),
        *((count, f"skipped: {_REASONS.get(reason, reason)}") for reason, count in done.skipped.items()),
    ]
    for count, what in lines:
        say(f"{count:6} {what}")
    if not done.dry_run:
        say(f"{done.findings:6} findings")
    if done.unclear:
        say("If their owner says that they are public, run it again with --all-public.")


def _tell_mail(mail: SendReport) -> None:
    if mail.sent:
        say(f"Mail sent: {mail.sent}.")
    for problem in mail.problems:
        say(f"  {problem}", err=True)
