"""Particulars that narrow down who a client is, and what several posts of one account tell together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.findings import Span

WINDOW = timedelta(days=90)
"""How far back earlier posts are looked at, and the longest that a signal is kept; a retention profile may say less."""


class Particular(StrEnum):
    """Kinds of quasi-identifiers: none names anybody, several together may."""

    AGE = "age"
    DIAGNOSIS = "diagnosis"
    EVENT = "event"
    FAMILY = "family"
    JOB = "job"
    PLACE = "place"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Quasi:
    """One particular in a post: its kind, its value in one spelling, and where it stands. In memory only."""

    kind: Particular
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Signal:
    """What is kept of a particular: its kind, and a hash of its value that only this installation's key can make."""

    kind: Particular
    digest: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The signals of one post of an account. Of a post that was edited: of all its versions that were seen."""

    post_id: str
    signals: frozenset[Signal]
