"""Structured logs: one line a step, text on a terminal, JSON elsewhere. No post text, no client detail, no secret."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from structlog.typing import Processor

    from monitor.config import LoggingSection


def set_up_logs(settings: LoggingSection) -> None:
    """Send every log line of the process to standard error in the configured form."""
    as_text = settings.format == "text" or (settings.format == "auto" and sys.stderr.isatty())
    last: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if as_text
        else structlog.processors.JSONRenderer()
    )
    # These two say every address they read, at a level that others find ordinary.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # This one prints whole tracebacks; monitor.schedule says what failed in a line of ours.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL + 1)
    # Tracebacks without local variables: a variable may hold a post.
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.level.upper()]),
        # Looked up for every line: whoever redirects standard error later gets the lines from then on.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
