"""`section7 backup` and `section7 restore`."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import UsageError
from monitor.backup import back_up
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened
from monitor.cli_text import say
from monitor.clock import utc_now
from monitor.restoring import restore

PASSPHRASE = "SECTION7_BACKUP_PASSPHRASE"  # noqa: S105 - the name of a variable


def add_to(app: typer.Typer) -> None:
    """Put these verbs on the command line."""
    app.command("backup")(backup)
    app.command("restore")(restore_backup)


def backup(
    out: Annotated[Path, typer.Option("--out", help="A new file, on another disk.")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help=f"Put the keys in, sealed with a passphrase (asked, or {PASSPHRASE}).")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Copy database, policy, configuration and archive into one file, while everything goes on."""
    passphrase = _passphrase(confirm=True) if with_keys else ""
    with opened(config) as app:
        done = back_up(app.config, app.store, out, now=app.clock(), passphrase=passphrase, version=version("section7"))
    say(f"{out}: {sum(done.tables.values())} rows of {len(done.tables)} tables, {done.files} files.")
    if not done.with_keys:
        names = ", ".join(done.keys) or "none yet"
        say(f"The keys are not in it (in use: {names}). Keep the keyring apart; without it no word can be read.")


def restore_backup(
    file: Annotated[Path, typer.Argument(help="A backup that `section7 backup` made.")],
    into: Annotated[Path, typer.Option("--into", help="A new folder for the installation.")],
    database: Annotated[
        str, typer.Option("--database", help="An empty database, if not the one that the configuration names.")
    ] = "",
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help=f"Take the keys out of it (passphrase asked, or {PASSPHRASE}).")
    ] = False,
) -> None:
    """Make an installation from a backup where nothing is yet, and check its record."""
    passphrase = _passphrase(confirm=False) if with_keys else ""
    done = restore(file, into, now=utc_now(), database=database, passphrase=passphrase)
    say(f"{into}: {sum(done.tables.values())} rows of {len(done.tables)} tables, {done.files} files.")
    for what in done.missing:
        say(f"  still to bring: {what}")
    if database:
        say("  still to do: name this database in config.toml")
    found = done.verdict.found
    if not done.verdict.well:
        say("The record is BROKEN. The first link that does not hold:", err=True)
        for flaw in found.flaws:
            say(f"  {flaw}", err=True)
        raise typer.Exit(1)
    closed = f"; {found.unopened} records wait for their keys" if found.unopened else ""
    say(f"Checked: {found.lines} lines of the log, {sum(found.records.values())} records, all as written{closed}.")


def _passphrase(*, confirm: bool) -> str:
    given = os.environ.get(PASSPHRASE)
    if given is None:
        given = str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm))
    if not given:
        raise UsageError(f"The passphrase is empty; type one, or set {PASSPHRASE}.")
    return given
