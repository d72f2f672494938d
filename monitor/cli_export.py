"""`section7 export …`: copies of the record for people outside of it. Each is told to the log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from domain.errors import UsageError
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened
from monitor.cli_text import say
from monitor.record_export import export_record

export = typer.Typer(help="Copies of the record for people outside of it.", no_args_is_help=True)


@export.command("record")
def record(
    out: Annotated[Path, typer.Option("--out", help='A new folder, or a new file that ends in ".zip".')],
    with_words: Annotated[
        bool, typer.Option("--with-words", help="With the words of posts, notes and digests, in clear.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Write the whole record so that anybody can check it offline with `section7 verify --export`."""
    with opened(config) as app:
        if app.signing_key is None:
            raise UsageError("There is no signing key. Run `section7 init`.")
        done = export_record(app.store, app.signing_key, out, actor="command", now=app.clock(), with_words=with_words)
    counts = ", ".join(f"{count} {kind}" for kind, count in done.records.items() if count)
    say(f"{out}: {done.lines} lines of the log; {counts or 'no record yet'}.")
    say(f"The log ends at {done.head}. Key {app.signing_key.public.name}.")
    if with_words:
        say("It holds people's words in clear: keep it as you keep a client's file.")
