"""Drafts for a practice to fill in, with what this installation knows already: Markdown, to be checked by counsel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.environment import render

if TYPE_CHECKING:
    from domain.findings import ClauseText

FORMS = (
    "notice",
    "authorisation",
    "dpia",
    "balancing-test",
    "nlra-annex",
    "ai-system-card",
    "reviewer-training",
    "instructions-for-use",
)
"""Each a template in templates/forms, by its name."""


@dataclass(frozen=True, slots=True)
class FormFacts:
    """Everything a draft may name. Texts are plain; "" and () where there is nothing."""

    practice: str
    jurisdiction: str
    date: str
    program: str
    policy_version: str
    detector: str
    contact: str
    privacy_officer: str
    privacy_officer_email: str
    clinical_lead: str
    reviewers: tuple[str, ...]
    recipients: tuple[str, ...]
    alternate: str
    counsel: str
    platforms: tuple[str, ...]
    collect_every_hours: int
    digest_weekday: str
    clauses: tuple[ClauseText, ...]
    """Those that posts are compared with."""
    clause_4: ClauseText
    clause_5: ClauseText
    clause_6: ClauseText
    grace_days: int
    answer_days: int
    appeal_days: int
    local_model: bool
    pictures_read: bool
    outside_model: str
    error_rates: str
    retention_profile: str
    retention: tuple[str, ...]
    console_url: str
    concerns_url: str


def filled_form(name: str, facts: FormFacts) -> str:
    """The draft in Markdown. KeyError for a name that is none of FORMS."""
    if name not in FORMS:
        raise KeyError(name)
    return render(f"forms/{name}.txt.j2", f=facts)
