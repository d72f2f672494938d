"""The daemon's clock. APScheduler only ticks; what is due is a question to the database.

So a crash, a restart, a second process or a machine that slept loses nothing and doubles nothing. Nothing else in the
project knows APScheduler.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED
from apscheduler.schedulers.background import BackgroundScheduler

from domain.errors import Section7Error
from monitor.clock import utc_now

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from apscheduler.events import JobEvent

log = structlog.get_logger(__name__)


def run_until_stopped(tick: Callable[[], None], every_seconds: int, stop: threading.Event) -> None:
    """Call `tick` at once and then every `every_seconds`, never twice at a time, until `stop` is set.

    A tick that raises is logged and the next one comes all the same; a tick in progress is waited for.
    """
    scheduler = BackgroundScheduler(
        timezone="UTC",
        # Late is better than never and once is enough: the defaults would skip a tick that is a second late.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_listener(_say, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    scheduler.add_job(tick, "interval", seconds=every_seconds, id="tick", next_run_time=utc_now())
    scheduler.start()
    stop.wait()
    scheduler.shutdown(wait=True)


def stop_on_signals(stop: threading.Event) -> None:
    """Set `stop` on SIGTERM and SIGINT, so that the work in hand is finished and written."""

    def ask_to_stop(number: int, _frame: object) -> None:
        log.info("stopping", signal=signal.Signals(number).name)
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)


def _say(event: JobEvent) -> None:
    if event.code == EVENT_JOB_MISSED:
        log.warning("tick-missed")
    else:
        # Our own messages hold no word of a post; a foreign one might.
        detail = str(event.exception) if isinstance(event.exception, Section7Error) else ""
        log.error("tick-failed", error=type(event.exception).__name__, detail=detail)
