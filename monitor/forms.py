"""What this installation knows, for the drafts of `section7 templates`. Pure."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from analyzers.score import detector_version
from domain.findings import GRAVITY
from monitor.models import error_rates
from monitor.notice import outside_model
from monitor.retention import PROFILES
from reports import words
from reports.forms import FormFacts

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.app import App


def form_facts(app: App, now: datetime) -> FormFacts:
    """The facts as configured; texts without what could break a line or a table."""
    config, policy, concerns = app.config, app.policy, app.config.concerns
    scored = {clause.value for clause in GRAVITY if policy.enabled.get(clause, True)}
    return FormFacts(
        practice=_plain(policy.practice_name),
        jurisdiction=_plain(config.practice.jurisdiction),
        date=words.local_day(now, config.practice.time_zone),
        program=version("section7"),
        policy_version=policy.version,
        detector=detector_version(app.local),
        contact=config.practice.contact,
        privacy_officer=_plain(policy.privacy_officer.name),
        privacy_officer_email=policy.privacy_officer.email,
        clinical_lead=_plain(policy.clinical_lead.name) if policy.clinical_lead else "",
        reviewers=tuple(dict.fromkeys(_plain(one.name) for one in policy.reviewers)),
        recipients=tuple(config.mail.recipients),
        alternate=_plain(concerns.alternate_name or concerns.alternate_email),
        counsel=_plain(concerns.counsel_name or concerns.counsel_email),
        platforms=tuple(words.platform(name) for name in sorted(app.platforms)),
        collect_every_hours=config.schedule.collect_every_hours,
        digest_weekday=config.schedule.digest_weekday,
        clauses=tuple(clause for clause in policy.clauses if clause.id in scored),
        clause_4=policy.clause("4"),
        clause_5=policy.clause("5"),
        clause_6=policy.clause("6"),
        grace_days=config.review.grace_days,
        answer_days=config.review.answer_days,
        appeal_days=config.review.appeal_days,
        local_model=config.model is not None,
        pictures_read=config.read_images,
        outside_model=_plain(outside_model(config)),
        error_rates=_plain(error_rates(config.model)),
        retention_profile=config.retention.profile,
        retention=tuple(map(_plain, app.store.retention.explain(PROFILES[config.retention.profile], app.ceilings()))),
        console_url=config.console.address,
        concerns_url=f"{config.console.address}/concerns/new",
    )


def _plain(text: str) -> str:
    """One line that a Markdown table holds."""
    return words.plain(text).replace("|", "/")
