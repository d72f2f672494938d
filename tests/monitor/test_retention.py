from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest

from domain.errors import ConfigError
from domain.plans import RetentionProfile
from monitor.retention import FILE, PROFILES, RULES, read_profiles

TEXT = FILE.read_text(encoding="utf-8")


def mistakes(text):
    with pytest.raises(ConfigError) as caught:
        read_profiles(text)
    return [str(each) for each in caught.value.mistakes]


def test_every_profile_gives_every_kind_of_record_a_period_and_a_source():
    assert set(PROFILES) == {"us", "california", "eu-uk"}
    assert set(RULES) == {each.name for each in fields(RetentionProfile)} - {"name", "source", "bases"}
    for profile in PROFILES.values():
        assert set(profile.bases) == set(RULES)
        assert all(basis.source.strip() for basis in profile.bases.values())
        assert profile.audit_log is None
        assert profile.authorisations is None


@pytest.mark.parametrize(
    ("profile", "rule", "days"),
    [
        ("us", "upheld_confidential", 6 * 365),
        ("us", "concern_privacy", 6 * 365),
        ("us", "concern_other", 3 * 365),
        ("us", "dismissed_text", 30),
        ("us", "dismissed_record", 365),
        ("california", "dismissed_record", 4 * 365),
        ("california", "upheld_minor", 4 * 365),
        ("california", "dismissed_text", 30),
        ("california", "upheld_confidential", 6 * 365),
        ("eu-uk", "concern_privacy", 90),
        ("eu-uk", "dismissed_record", 180),
        ("eu-uk", "clean_hash", 30),
    ],
)
def test_periods_that_a_law_or_the_matrix_names(profile, rule, days):
    assert getattr(PROFILES[profile], rule) == timedelta(days=days)


def test_a_duty_is_told_from_a_habit():
    assert "164.530(e)(2)" in PROFILES["us"].duty("upheld_confidential").source
    assert PROFILES["us"].duty("dismissed_record") is None
    assert "11013(c)" in PROFILES["california"].duty("dismissed_record").source


def test_all_mistakes_are_told_at_once():
    text = TEXT.replace('attempts = { keep = "1 day", source = "only slows down guessing" }', "")
    text = text.replace('keep = "1 year", source = "proposal: 45 CFR', 'keep = "a year", source = "proposal: 45 CFR')
    text = text.replace("[california]", '[california]\nremembered = { keep = "1 day", source = "x" }')
    found = mistakes(text)
    assert [line.partition(": found ")[0] for line in found] == [
        "retention.toml: us.reporters",
        "retention.toml: us.attempts",
        "retention.toml: california.remembered",
        "retention.toml: california.reporters",
        "retention.toml: california.attempts",
    ]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('based_on = "us"', 'based_on = "ontario"', "california.based_on"),
        ('keep = "30 days", source = "proposal: long', 'keep = "0 days", source = "proposal: long', "us.sign_in"),
        ('source = "only slows down guessing"', 'source = " "', "us.attempts"),
        ('source = "only slows down guessing"', 'source = "x", duty = "yes"', "us.attempts"),
        ('source = "only slows down guessing"', 'source = "x", wish = true', "us.attempts"),
        ("[us]", "[us", "(file)"),
    ],
)
def test_a_wrong_line_is_named(old, new, named):
    assert old in TEXT
    assert any(named in line for line in mistakes(TEXT.replace(old, new, 1)))
