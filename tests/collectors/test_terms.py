"""What each platform's own terms allow, as code: stated for every platform there is, and never without a source."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collectors.registry import platforms

PLATFORMS = platforms()


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_platform_states_its_terms_and_where_they_were_read(name):
    terms = PLATFORMS[name].terms
    assert len(terms.source.strip()) > 10
    assert terms.source == terms.source.strip()
    assert "TODO" not in terms.source + terms.note


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_ceiling_is_one_that_can_be_kept(name):
    terms = PLATFORMS[name].terms
    for period in (terms.keep_text, terms.refresh_within):
        assert period is None or timedelta(hours=1) <= period <= timedelta(days=3650)
    assert isinstance(terms.erase_deleted, bool)
    assert isinstance(terms.keep_scores, bool)
    assert isinstance(terms.author_only, bool)


def test_there_are_platforms_to_look_at():
    assert {"feed", "mastodon", "wordpress"} <= set(PLATFORMS)
