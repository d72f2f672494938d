"""A danger to life that a post shows: what reading makes of it, what is kept until it was told, who is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from domain.findings import Span


class AtRisk(StrEnum):
    """Whose life."""

    SELF = "self"
    """The author's own. Health information: it is told to one person and never kept."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Safety:
    """That a post reads as if somebody's life were in danger, and the words it rests on. In memory only."""

    kind: AtRisk
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What reading hands to the store about a danger: a key that tells nobody which post it was, and whose life."""

    key: str
    kinds: tuple[AtRisk, ...]


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger that the clinical lead has not been told of yet. No word of the post, and gone once it was told."""

    key: str
    kinds: tuple[AtRisk, ...]
    author: str
    account: str
    account_url: str
    platform: str
    post_url: str
    published_at: datetime
    seen_at: datetime
