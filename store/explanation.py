"""The retention rules in words, for the log and for whoever asks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.mosaic import WINDOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.plans import Ceiling, RetentionProfile


def explain(profile: RetentionProfile, ceilings: Mapping[str, Ceiling]) -> tuple[str, ...]:
    """One sentence a rule, the profile's first, then what the platforms' terms cut shorter."""
    source = f" ({profile.source})" if profile.source else ""
    own = (
        ("Hashes of posts without findings", profile.clean_hash, "after they were last seen"),
        ("Findings S1 and S2 other than clause 2, with their text", profile.open_minor, "after they were found"),
        ("Findings S3 and S4 other than clause 2, with their text", profile.open_serious, "after they were found"),
        ("Findings of clause 2, with their text", profile.open_confidential, "after they were found"),
        ("Hashes of client particulars", min(WINDOW, profile.clean_hash or WINDOW), "after they were seen"),
        ("That the clinical lead was told of a danger to life", profile.clean_hash, "after the mail was queued"),
        ("The log of passes and runs", profile.run_log, "after each line was written"),
        ("The log of mails", profile.delivery_log, "after each was queued"),
    )
    lines = [f"Retention profile {profile.name}{source}."]
    lines += [_sentence(what, keep, since) for what, keep, since in own]
    for platform in sorted(ceilings):
        lines += _platform(platform, ceilings[platform])
    lines.append("The copy of a SQLite database made before a migration: erased 7 days after.")
    return tuple(lines)


def _sentence(what: str, keep: timedelta | None, since: str) -> str:
    return f"{what}: kept until a person decides." if keep is None else f"{what}: erased {_length(keep)} {since}."


def _platform(platform: str, ceiling: Ceiling) -> list[str]:
    lines = []
    if ceiling.keep_text is not None:
        lines.append(
            f"Text from {platform}: erased {_length(ceiling.keep_text)} after it was first seen, by its terms."
        )
    if ceiling.erase_deleted:
        lines.append(f"Text from {platform}: erased when its post is gone, but for S4 findings of clause 2.")
    return lines


def _length(keep: timedelta) -> str:
    if keep >= timedelta(days=1):
        return "1 day" if keep.days == 1 else f"{keep.days} days"
    hours = int(keep.total_seconds() // 3600)
    return "1 hour" if hours == 1 else f"{hours} hours"
