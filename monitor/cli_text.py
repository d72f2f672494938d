"""What the commands print. Names, handles, addresses and faults were written by others, and are shown as inert text."""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BREAKS = "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
_REORDERING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Unicode's bidirectional controls (UAX #9): they can make an address read as another one."""


def shown(text: str) -> str:
    """`text` on one line, as it may go to a terminal: C0, C1 and bidirectional controls are left out.

    rich.control.strip_control_codes is not enough: it lets ESC and C1 through, and they are what drives a terminal.
    """
    return "".join(_harmless(mark) for mark in text)


def say(text: str, *, err: bool = False) -> None:
    """Print a message line by line, each as `shown` has it; on standard error with `err`."""
    typer.echo("\n".join(shown(line) for line in text.split("\n")), err=err)


def show_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: drawn and wrapped on a terminal, plain lines for a pipe or a file. Nothing is ever cut."""
    if sys.stdout.isatty():
        Console().print(drawn(headings, rows))
    else:
        typer.echo("\n".join(tab_separated(headings, rows)))


def drawn(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table whose cells are wrapped to the terminal's width and never read as markup."""
    table = Table(show_lines=True)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    return table


def tab_separated(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A line of headings and one a row, the cells parted by tabs; no cell holds one."""
    return ["\t".join(shown(cell) for cell in row) for row in (headings, *rows)]


def _harmless(mark: str) -> str:
    if mark in _BREAKS:
        return " "
    if mark in _REORDERING:
        return ""
    category = unicodedata.category(mark)
    if category == "Cs":  # half a pair, which no output can encode
        return "\N{REPLACEMENT CHARACTER}"
    return "" if category == "Cc" else mark
