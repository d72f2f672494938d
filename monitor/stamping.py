"""Asks a time-stamping authority, and says what is wrong with a stamp. A stamp that does not come stops nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from domain.errors import CollectError, UsageError
from vault.timestamps import QUERY, REPLY, query_for, stamp_in, stamped_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from collectors.http import HttpClient
    from domain.heads import Head

log = structlog.get_logger(__name__)


def time_stamp(http: HttpClient, url: str, content: bytes) -> str:
    """The authority's answer in base64, "" when none could be had: the log says why, and the next tick asks again."""
    try:
        query = query_for(content)
        return stamp_in(http.post(url, query, content_type=QUERY, accept=REPLY).body, query)
    except (CollectError, UsageError) as error:
        log.warning("no-time-stamp", problem=str(error))
        return ""


def stamp_check(roots: Sequence[str]) -> Callable[[Head], str]:
    """A check of time stamps against an authority's own certificates (PEM): "" when one holds."""

    def problem(head: Head) -> str:
        try:
            at = stamped_at(head.time_stamp, head.stamped, roots)
        except UsageError as error:
            return str(error)
        return "" if at >= head.signed_at.replace(microsecond=0) else "it was stamped before it was signed"

    return problem
