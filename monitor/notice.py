"""What this installation does, in the words of the notice that a clinician reads before enrolment. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.imports import is_imported
from monitor.retention import PROFILES
from reports.enrolment import NoticeFacts
from reports.words import plain, platform

if TYPE_CHECKING:
    from datetime import timedelta

    from domain.accounts import Profile
    from domain.findings import Policy
    from monitor.config import Config

DAYS_A_YEAR = 365
_ALIKE = "on the same schedule for every account"


def notice_facts(config: Config, policy: Policy, profile: Profile) -> NoticeFacts:
    """The facts of the notice for one account."""
    every = config.schedule.collect_every_hours
    kept = PROFILES[config.retention.profile]
    handed = is_imported(profile.platform)
    return NoticeFacts(
        privacy_contact=config.practice.contact,
        how_often="whenever an export of it is handed over" if handed else f"every {every} hours, {_ALIKE}",
        reads=((_place(profile), profile.reads),),
        handed_over=handed,
        audience=(
            ("you", "every finding about your posts, no later than management"),
            ("management", "the weekly digest, without post text and without any client detail"),
            ("compliance reviewers", "findings with masked excerpts in the archive"),
            (policy.privacy_officer.name, "possible disclosures of client information, on the same day"),
        ),
        retention=(
            ("posts without a finding", f"no text at all; a fingerprint and the date for {_long(kept.clean_hash)}"),
            ("minor findings not decided yet, and the words they rest on", _long(kept.open_minor)),
            ("serious findings not decided yet, and the words they rest on", _long(kept.open_serious)),
            ("findings about client confidentiality, not decided yet", _long(kept.open_confidential)),
            ("the words of a finding that was dismissed, resolved or not upheld", _long(kept.dismissed_text)),
            ("the decision on such a finding, without words", _long(kept.dismissed_record)),
            ("a minor finding that was upheld, with its review", _long(kept.upheld_minor)),
            ("a serious finding that was upheld, with its review", _long(kept.upheld_serious)),
            ("one about client confidentiality that was upheld, with its review", _long(kept.upheld_confidential)),
            ("anything that a legal hold is on", "until the hold is lifted"),
            ("the record that you agreed or withdrew", "as long as you work here, and six years more"),
        ),
        legal_basis=f"Law that the practice works under: {config.practice.jurisdiction}.",
        outside_model=outside_model(config),
        local_model=config.model is not None,
        pictures_read=config.read_images,
    )


def _place(profile: Profile) -> str:
    if not is_imported(profile.platform):
        return f"{profile.handle} on {profile.platform} ({profile.url})"
    return f"{profile.handle} on {platform(profile.platform)}" + (f" ({profile.url})" if profile.url else "")


def outside_model(config: Config) -> str:
    """The outside service that masked posts are sent to, as the notice names it; "" when none is."""
    table = config.opinion
    if not table.enabled or table.agreement is None:
        return ""
    return plain(f"{table.agreement.party} ({table.agreement.host}), with names, numbers and links masked")


def _long(period: timedelta | None) -> str:
    if period is None:
        return "until a person decides"
    if period.days >= DAYS_A_YEAR and period.days % DAYS_A_YEAR == 0:
        years = period.days // DAYS_A_YEAR
        return "one year" if years == 1 else f"{years} years"
    return f"{period.days} days"
