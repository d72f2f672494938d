"""The retention rules in words, for the log and for whoever asks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from store.upcoming import SIGNALS, keep_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.plans import Ceiling, RetentionProfile, Upcoming

_RULES = (
    ("clean_hash", "Hashes of posts without findings", "after they were last seen"),
    ("open_minor", "Findings S1 and S2 other than clause 2, with their text", "after they were found"),
    ("open_serious", "Findings S3 and S4 other than clause 2, with their text", "after they were found"),
    ("open_confidential", "Findings of clause 2, with their text", "after they were found"),
    ("dismissed_text", "Words of findings dismissed, resolved or not upheld, and notes on them", "after the closing"),
    ("dismissed_record", "What was decided about those, without words", "after the closing"),
    ("upheld_minor", "Upheld findings S1 and S2 other than clause 2, with words and notes", "after the closing"),
    ("upheld_serious", "Upheld findings S3 and S4 other than clause 2, with words and notes", "after the closing"),
    ("upheld_confidential", "Upheld findings of clause 2, with words and notes", "after the closing"),
    ("incidents", "Assessments of breaches, with their reviews", "after they were closed"),
    ("concern_privacy", "Complaints about a client's privacy, with their messages", "after the answer"),
    ("concern_other", "Other concerns, with their messages", "after the answer"),
    ("reporters", "Who reported a concern", "after the answer"),
    (SIGNALS, "Hashes of client particulars", "after they were seen"),
    ("clean_hash", "That the clinical lead was told of a danger to life", "after the mail was queued"),
    ("run_log", "The log of passes and runs", "after each line was written"),
    ("delivery_log", "The log of mails", "after each was queued"),
    ("sign_in", "Sessions, invitations and recoveries", "after they ended"),
    ("attempts", "Failed sign-ins", "after they happened"),
    ("authorisations", "The authorisation ledger and the notices", ""),
    ("audit_log", "The audit log", ""),
)
_FIXED = (
    "Findings that were decided to be protected activity: erased with the next pass, record and all.",
    "Findings whose author was notified and that are not closed: nothing of them goes by age.",
    "Turns at sites, under a keyed hash of each site's name: erased 1 day after the last request.",
    "Weekly digests: kept; what is erased leaves them too.",
    "Holds, stops, and the people who may sign in: kept until a person decides.",
    "What a legal hold bears on: kept while the hold stands, whatever the rules above and the platforms' terms say.",
)


def explain(
    profile: RetentionProfile, ceilings: Mapping[str, Ceiling], standing: Sequence[Upcoming] = ()
) -> tuple[str, ...]:
    """One sentence a rule, the profile's first, then what the platforms' terms cut shorter.

    With `standing`, each rule says how many records it governs and what falls due next.
    """
    source = f" ({profile.source})" if profile.source else ""
    lines = [f"Retention profile {profile.name}{source}."]
    told: set[str] = set()
    for rule, what, since in _RULES:
        lines.append(_sentence(profile, rule, what, since))
        if rule not in told:
            lines += [_due(each) for each in standing if each.rule == rule]
        told.add(rule)
    lines += _FIXED
    for platform in sorted(ceilings):
        lines += _platform(platform, ceilings[platform])
    lines.append(
        "The copy of a SQLite database made before a migration: erased 7 days after. Backups that an administrator "
        "made are the administrator's to erase."
    )
    return tuple(lines)


def _sentence(profile: RetentionProfile, rule: str, what: str, since: str) -> str:
    keep = keep_of(profile, rule)
    kept = "kept until a person decides" if keep is None else f"erased {_length(keep)} {since}"
    basis = profile.bases.get(rule)
    if basis is None:
        return f"{what}: {kept}."
    return f"{what}: {kept} ({basis.source}{'; a legal duty' if basis.duty else ''})."


def _due(rule: Upcoming) -> str:
    if rule.next_at is None:
        return f"    {rule.kept} now."
    return (
        f"    {rule.kept} now; due: {rule.due}, within 30 days: {rule.soon}; "
        f"the first on {rule.next_at.date().isoformat()}."
    )


def _platform(platform: str, ceiling: Ceiling) -> list[str]:
    source = f" ({ceiling.source})" if ceiling.source else ""
    lines = []
    if ceiling.keep_text is not None:
        lines.append(
            f"Text from {platform}: erased {_length(ceiling.keep_text)} after it was first seen, by its terms."
        )
    if ceiling.refresh_within is not None:
        lines.append(
            f"Text from {platform}: erased when its post was not seen again for {_length(ceiling.refresh_within)}, "
            "by its terms."
        )
    if ceiling.erase_deleted:
        lines.append(f"Text from {platform}: erased when its post is gone, but for S4 findings of clause 2.")
    if not ceiling.keep_scores:
        lines.append(f"Findings on {platform}: erased with the text they stand on, by its terms.")
    if ceiling.author_only:
        lines.append(f"Findings on {platform}: shown to nobody but the author, by its terms.")
    if source and not lines:
        lines.append(f"Text from {platform}: its terms set no time and ask for no erasure.")
    return lines[:-1] + [f"{line}{source}" for line in lines[-1:]]


def _length(keep: timedelta) -> str:
    if keep >= timedelta(days=1):
        return "1 day" if keep.days == 1 else f"{keep.days} days"
    hours = int(keep.total_seconds() // 3600)
    return "1 hour" if hours == 1 else f"{hours} hours"
