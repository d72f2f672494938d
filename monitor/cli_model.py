"""`section7 model`: which local model judges posts, and making the strong one on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from analyzers.model.classifier import WEIGHTS
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile
from monitor.cli_text import say
from monitor.config import load_config
from monitor.models import read_model_folder, run_build

model = typer.Typer(no_args_is_help=True, help="The local model: which one is in use, and making the strong one.")

_SWITCH = """\
To switch, set `model` under [scoring] in {file} and start the daemon again:
  model = "shipped"   the small model that comes with the program
  model = "off"       the rules alone
  model = "FOLDER"    one made here: section7 model build --out FOLDER
Then `section7 rescore --dry-run` shows what would change, before anything does."""
_OWN_CODES = frozenset({0, 1, 2})


@model.command("show")
def show(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Say which model is in use, its version, size and place, what was measured of it, and how to switch."""
    loaded = load_config(config, os.environ)
    if loaded.model is None:
        say("In use: none, the rules judge alone.")
        say(_SWITCH.format(file=loaded.file))
        return
    found = read_model_folder(loaded.model)
    say("In use: the model that ships." if loaded.model == WEIGHTS else "In use: a model made here.")
    say(f"Where: {loaded.model}")
    say(f"Version: {found.version}")
    if found.made_of:
        say(f"Size: {found.size / 1e6:.0f} MB")
        say(f"Made of: {found.made_of}")
    say(f"Measured: {found.measured}")
    if found.fault:
        say(f"It cannot be used: {found.fault}")
    say(_SWITCH.format(file=loaded.file))
    if found.fault:
        raise typer.Exit(1)


@model.command("build")
def build(
    out: Annotated[Path, typer.Option("--out", help="Folder for the model; half-done work waits inside.")],
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="Processor cores to use; all of them.")
    ] = None,
    teachers: Annotated[int | None, typer.Option("--teachers", min=1, max=4, help="Models that vote; 2.")] = None,
    most: Annotated[int | None, typer.Option("--most", min=1, help="Use few posts, to try the way out.")] = None,
    epochs: Annotated[float | None, typer.Option("--epochs", min=0.1, help="Train less, to try the way out.")] = None,
) -> None:
    """Make the strong model here: hours of work, gigabytes of room. Stop it at will; it goes on where it was."""
    wanted = {"--threads": threads, "--teachers": teachers, "--most": most, "--epochs": epochs}
    chosen = [word for name, value in wanted.items() if value is not None for word in (name, str(value))]
    code = run_build(["--out", str(out.absolute()), *chosen])
    if code:
        raise typer.Exit(code if code in _OWN_CODES else 1)
    say(f'To use it, set model = "{out.absolute()}" under [scoring] in config.toml; `section7 model show` checks it.')
