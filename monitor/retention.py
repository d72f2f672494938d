"""How long what stays, by the law the practice works under. Data, from the retention matrix of the policy notes.

The periods of the European profile are proposals, not law; a practice takes them to its own counsel.
"""

from __future__ import annotations

from datetime import timedelta

from domain.plans import RetentionProfile

_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)

PROFILES = {
    profile.name: profile
    for profile in (
        RetentionProfile(
            name="us",
            clean_hash=90 * _DAY,
            open_minor=1 * _YEAR,
            open_serious=6 * _YEAR,
            open_confidential=6 * _YEAR,
            run_log=6 * _YEAR,
            delivery_log=6 * _YEAR,
            source="45 CFR 164.316(b)(2) and 164.530(j): six years; minor findings one year",
        ),
        RetentionProfile(
            name="california",
            clean_hash=90 * _DAY,
            open_minor=4 * _YEAR,
            open_serious=6 * _YEAR,
            open_confidential=6 * _YEAR,
            run_log=6 * _YEAR,
            delivery_log=6 * _YEAR,
            source="2 CCR 11013(c): four years for automated-decision data; otherwise as the US profile",
        ),
        RetentionProfile(
            name="eu-uk",
            clean_hash=30 * _DAY,
            open_minor=180 * _DAY,
            open_serious=1 * _YEAR,
            open_confidential=3 * _YEAR,
            run_log=1 * _YEAR,
            delivery_log=1 * _YEAR,
            source="GDPR Art. 5(1)(e); Regulation (EU) 2024/1689 Art. 26(6): logs at least six months",
        ),
    )
}
