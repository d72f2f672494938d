"""How far a build is: a bar with the time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import TaskID

    Told = Callable[[str, int, int], None]
    """What is being done, how many steps of it are done, of how many."""

_EVERY_SECONDS = 60.0


@contextmanager
def telling() -> Iterator[Told]:
    """A function that shows it on standard output."""
    console = Console()
    if not console.is_terminal:
        yield _Lines(console).told
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, steps: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=steps)
            bars.update(tasks[what], completed=done, total=steps)

        yield told


class _Lines:
    """The first and the last step of everything, and one a minute between."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._what = ""
        self._last = 0.0

    def told(self, what: str, done: int, steps: int) -> None:
        now = time.monotonic()
        if what == self._what and done < steps and now - self._last < _EVERY_SECONDS:
            return
        self._what, self._last = what, now
        self._console.print(f"{what}: {done} of {steps}", markup=False, highlight=False)
