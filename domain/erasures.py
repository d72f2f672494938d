"""What came of a request to erase: what went, what stays, and why it stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Stays:
    """Records that a request does not reach: what they are, how many, and the duty or the hold that keeps them."""

    what: str
    count: int
    why: str


@dataclass(frozen=True, slots=True)
class ClinicianErased:
    """The answer to one clinician's request. `removed` counts rows by kind of record.

    `scrubbed` is false when a reader kept erased words in SQLite's log for now.
    """

    staff_id: int
    removed: Mapping[str, int] = field(default_factory=dict)
    stays: tuple[Stays, ...] = ()
    scrubbed: bool = True


@dataclass(frozen=True, slots=True)
class MentionErased:
    """The answer to a request about one client mention.

    `findings` are those that lost their words with the version, `notes` how many notes went. `elsewhere` are findings
    on other versions of the same post that still have words: an edited post often repeats its sentences. `address`
    tells that the post's address was cut down to its site.
    """

    version_id: int
    findings: tuple[int, ...]
    notes: int
    elsewhere: tuple[int, ...] = ()
    address: bool = False
    scrubbed: bool = True
