"""`section7 keys …`: the keys that seal words in the database."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, local_time, opened
from monitor.cli_text import say, show_table
from monitor.keys import key_lines, rotate

keys = typer.Typer(help="The keys that seal words in the database.", no_args_is_help=True)


@keys.command("show")
def show(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Name every key, when it was made and how many texts it seals. Nothing of a key itself is shown."""
    with opened(config) as app:
        lines = key_lines(app.store, app.config.keyring_file)
        rows = [
            (
                line.name,
                local_time(line.made_at, app) if line.made_at else "before the log",
                str(line.texts),
                "LOST" if line.lost else "seals new texts" if line.current else "old",
            )
            for line in lines
        ]
    show_table(("Key", "Made", "Texts", ""), rows)
    if any(line.lost for line in lines):
        say("What a lost key sealed cannot be read. Put back the keyring from its own backup.", err=True)
        raise typer.Exit(1)


@keys.command("rotate")
def rotate_keys(
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Take old keys off the ring at the end. Older backups need them.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Seal every text with a new key. If it is broken off, run it again: it goes on where it stopped.

    Stop the daemon and the console first and start them afterwards: they hold the keyring that they began with.
    """
    with opened(config) as app:
        done = rotate(app.store, app.config.keyring_file, app.clock, drop_old=drop_old)
    say(f"{done.resealed} texts are sealed with key {done.key} now.")
    if done.dropped:
        say(f"Off the ring: {', '.join(done.dropped)}. A backup made before needs the keyring of its time.")
    for reason in done.unopened:
        say(reason, err=True)
    if done.left:
        say(f"{done.left} texts could not be opened and stay as they are.", err=True)
        raise typer.Exit(1)
