"""One verb of the program at a fixed instant, in a process that kills itself before its n-th step.

    python -m tests.monitor.killable CONFIG INSTANT VERB [STEP]

A step is a statement or commit on the database, or a file opened for writing, renamed or removed in the installation's
folder. SIGKILL leaves no handler, no `finally` and no buffer a chance. Without STEP it prints how many steps there were.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, event

from monitor import work
from monitor.app import open_app
from monitor.config import load_config

FILE_EVENTS = {"os.rename", "os.remove"}
VERBS = {"collect": work.collect, "digest": work.digest}


class Steps:
    """Counts, and dies at the one it was told."""

    def __init__(self, fatal: int | None, folder: Path) -> None:
        self.taken = 0
        self._fatal = fatal
        self._folder = str(folder)
        self._numbers = itertools.count(1)

    def take(self, *_: object) -> None:
        self.taken = next(self._numbers)
        if self.taken == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(self, name: str, arguments: tuple[object, ...]) -> None:
        """An audit hook (PEP 578)."""
        changes = name in FILE_EVENTS or (name == "open" and _writes(arguments))
        if changes and str(arguments[0]).startswith(self._folder):
            self.take()


def _writes(arguments: tuple[object, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def main(config: str, instant: str, verb: str, step: str = "") -> None:
    now = datetime.fromisoformat(instant)
    steps = Steps(int(step) if step else None, Path(config).parent)
    with open_app(load_config(Path(config), os.environ), lambda: now) as app:
        event.listen(Engine, "before_cursor_execute", steps.take)
        event.listen(Engine, "commit", steps.take)
        sys.addaudithook(steps.heard)
        VERBS[verb](app)
        sys.stdout.write(f"\n{steps.taken}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
