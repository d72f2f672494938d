"""The notice a member of staff reads before an account is enrolled, and the hash that later proves which text it was.

Covers GDPR Art. 13 and 14 (with the source), Art. 26(7) of the EU AI Act, and the written information that
820 ILCS 40/9 and MCL 423.508 make sensible: what, which accounts, how often, which clauses, that software helps,
who sees what, how long, rights, withdrawal, contact.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from domain.findings import GRAVITY
from reports import words
from reports.environment import render

if TYPE_CHECKING:
    from domain.findings import Policy


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What this practice does, in words for the notice.

    `reads` is (platform, one sentence on what is read there and what cannot be); `how_often` completes "is read …";
    `audience` is (who, what they see), the author among them; `retention` is (what, how long).
    `legal_basis` is the practice's own sentence, "" when none is given.
    `outside_model` names an outside service that sees posts, "" when everything stays on the practice's machine.
    `local_model`: whether a model judges there beside the rules; `pictures_read`: whether words in pictures are read.
    """

    privacy_contact: str
    how_often: str
    reads: tuple[tuple[str, str], ...]
    audience: tuple[tuple[str, str], ...]
    retention: tuple[tuple[str, str], ...]
    legal_basis: str = ""
    outside_model: str = ""
    local_model: bool = True
    pictures_read: bool = False
    handed_over: bool = False
    """The owner hands the posts over; nothing is fetched."""


@dataclass(frozen=True, slots=True)
class NoticeText:
    """The notice as shown. `hash` is the SHA-256 of `text` in UTF-8 (64 hex digits): another text, another hash."""

    text: str
    hash: str


def enrolment_notice(policy: Policy, facts: NoticeFacts) -> NoticeText:
    """The same policy and facts give the same text and hash. Shown again whenever the hash changes."""
    scored = {clause.value for clause in GRAVITY if policy.enabled.get(clause, True)}
    text = render(
        "enrolment/notice.txt.j2",
        practice=words.plain(policy.practice_name),
        checked=[clause for clause in policy.clauses if clause.id in scored],
        facts=facts,
    )
    return NoticeText(text=text, hash=sha256(text.encode()).hexdigest())
