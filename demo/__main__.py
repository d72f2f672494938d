"""`make demo`: the main job, end to end, on an invented practice and servers of its own."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from demo.closing import tell
from demo.installation import install
from demo.play import play
from demo.servers import running
from demo.world import open_world
from monitor.app import open_app
from monitor.config import load_config
from monitor.logs import set_up_logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from demo.world import World

FOLDER = Path("demo-out")


def main() -> int:
    """Play the story and say what came of it; 1 when something was stored that must never be."""
    started = time.monotonic()
    console = Console()
    world = open_world()
    with running(world) as addresses:
        hosts = [address.removeprefix("http://") for address in addresses.values()]
        config = load_config(install(FOLDER, world.practice, hosts, world.now), {})
        set_up_logs(config.logging)
        console.print(f"{world.practice.name}: {len(world.weeks)} simulated weeks, {len(world.accounts)} accounts.")
        with open_app(config, lambda: world.now) as app, _progress(world, console) as on_tick:
            diary = play(world, app, FOLDER, on_tick)
        with open_app(config, lambda: world.now) as app:
            well = tell(console, world, app, diary, FOLDER)
    console.print(f"Took {time.monotonic() - started:.0f} seconds.")
    return 0 if well else 1


@contextmanager
def _progress(world: World, console: Console) -> Iterator[Callable[[datetime], None]]:
    """A moving bar on a terminal, one line a week elsewhere."""
    if not console.is_terminal:
        yield _WeeklyLine(world, console)
        return
    start, end = world.weeks[0].start, world.weeks[-1].end
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Playing", total=(end - start).total_seconds())
        yield lambda now: bar.update(task, completed=(now - start).total_seconds(), description=f"{now:%a %d %b %Y}")


class _WeeklyLine:
    def __init__(self, world: World, console: Console) -> None:
        self._weeks = list(world.weeks)
        self._console = console

    def __call__(self, now: datetime) -> None:
        while self._weeks and self._weeks[0].end <= now:
            self._console.print(f"  week {self._weeks.pop(0).week} played")


if __name__ == "__main__":
    sys.exit(main())
