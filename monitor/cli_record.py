"""`section7 verify`, whether the record is as it was written, and `section7 export record`, so that others can say."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.audit import COMMAND
from domain.errors import UsageError
from monitor.checking import public_key_beside
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, opened
from monitor.cli_export import export
from monitor.cli_text import say
from monitor.config import load_config
from monitor.installation import require_database
from monitor.record_export import export_record
from monitor.verifying import Kept, verify_export, verify_store
from store.engine import open_store
from vault.files import read_keyring

if TYPE_CHECKING:
    from domain.verification import Verdict


def add_to(app: typer.Typer) -> None:
    """Put `verify` on the command line, and `record` beside the other exports."""
    app.command("verify")(verify)
    export.command("record")(export_whole)


def export_whole(
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
        key = app.signing_key
        done = export_record(app.store, key, out, actor=COMMAND, now=app.clock(), with_words=with_words)
    counts = ", ".join(f"{count} {kind}" for kind, count in done.records.items() if count)
    say(f"{out}: {done.lines} lines of the log; {counts or 'no record yet'}.")
    say(f"The log ends at {done.head}. Key {key.public.name}.")
    if with_words:
        say("It holds people's words in clear: keep it as you keep a client's file.")


def verify(
    bundle: Annotated[
        Path | None, typer.Option("--export", help="An export to check instead of the database; needs nothing else.")
    ] = None,
    head: Annotated[
        str, typer.Option("--head", help="A hash that you kept, such as one at the foot of a digest.")
    ] = "",
    key: Annotated[str, typer.Option("--key", help="The name of the key that you kept, for an export.")] = "",
    tsa_ca: Annotated[
        Path | None,
        typer.Option("--tsa-ca", help="A time-stamping authority's root certificate, to check stamps with."),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Check that nothing in the record was changed, removed, put in or cut off since it was written."""
    kept = Kept(head, key, _roots(tsa_ca))
    verdict = verify_export(bundle, kept) if bundle is not None else _verify_database(config, kept)
    _say(verdict)
    if not verdict.well:
        raise typer.Exit(1)


def _roots(file: Path | None) -> tuple[str, ...]:
    try:
        return () if file is None else (file.read_text(encoding="ascii"),)
    except (OSError, ValueError) as error:
        raise UsageError(f"The certificate {file} cannot be read.") from error


def _verify_database(file: Path, kept: Kept) -> Verdict:
    """The database as it is, without the rest of the program: a broken policy or model does not stand in the way."""
    config = load_config(file, os.environ)
    require_database(config)
    store = open_store(config.database_url.get_secret_value(), read_keyring(config.keyring_file))
    try:
        store.check_schema()
        return verify_store(store, public_key_beside(config.signing_key_file), config.heads_file, kept)
    finally:
        store.close()


def _say(verdict: Verdict) -> None:
    found = verdict.found
    counts = ", ".join(f"{count} {kind}" for kind, count in found.records.items())
    say(f"Checked: {found.lines} lines of the log, {found.heads} signed heads; records: {counts or 'none'}.")
    if found.unopened:
        say(f"Of {found.unopened} records the words were left out: their digests fit, or are named below.")
    if verdict.seq:
        say(f"The log ends at line {verdict.seq}, {verdict.head}. Key {verdict.key}.")
    if verdict.well:
        say("Nothing was changed, removed, put in or cut off.")
        return
    say("BROKEN. The first link that does not hold:", err=True)
    for flaw in found.flaws:
        say(f"  {flaw}", err=True)
    if found.more_flaws:
        say(f"  … and {found.more_flaws} more.", err=True)
    if not verdict.whole:
        say("What comes after it was not checked: nothing there can be believed.", err=True)
