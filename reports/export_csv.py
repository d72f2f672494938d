"""Findings and decisions as CSV: RFC 4180, UTF-8 with a byte order mark (spreadsheets need it), nothing to calculate.

A cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV injection): words of posts,
names and addresses were written by others.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.exports import ExportedFinding

COLUMNS = (
    "finding_id",
    "review_id",
    "found_at",
    "published_at",
    "platform",
    "account",
    "clause",
    "severity",
    "reason",
    "excerpt",
    "address",
    "state",
    "outcome",
    "author_told_at",
    "closed_at",
    "two_reviewers",
    "detector",
    "detector_version",
    "policy_version",
    "needs_context",
    "content_hash",
    "edited",
    "gone_at",
    "confidential",
    "words",
)
_BYTE_ORDER_MARK = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_csv(purpose: str, findings: Sequence[ExportedFinding]) -> bytes:
    """A line of headings and one a finding.

    The purpose stands in the last column of every line, so that no part of the file is without it.
    """
    made = io.StringIO(newline="")
    writer = csv.writer(made, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow((*COLUMNS, "purpose"))
    for finding in findings:
        writer.writerow((*(cell(getattr(finding, column)) for column in COLUMNS), cell(purpose)))
    return (_BYTE_ORDER_MARK + made.getvalue()).encode("utf-8", "replace")


def cell(value: Any) -> str:
    """One value as a cell that no spreadsheet calculates. Blanks before a formula do not hide it."""
    text = _text(value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return str(value)
