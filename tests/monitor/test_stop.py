"""Stopping all collection: in the middle of a pass, in the digest, in the archive, on the command line."""

from __future__ import annotations

import pytest

from domain.reporting import Reading
from monitor.digest import digest_due, draft, weeks_without_digest
from reports.render import Renderer
from tests.fakes.practice import GRAVE, practice_on

REASON = "The model was changed and is being measured again."


@pytest.fixture
def practice(store, tmp_path):
    return practice_on(store, tmp_path)


def test_a_stop_in_the_middle_of_a_pass_keeps_what_is_being_read_out(practice):
    account = practice.authorise()
    practice.publish("1", GRAVE)
    practice.platform.meanwhile = lambda: practice.store.stops.stop("user:1", REASON, practice.clock())
    (visit,) = practice.collect().visits
    assert (visit.outcome, visit.well, visit.findings) == ("stopped", True, 0)
    assert practice.store.posts.known(account.id) == {}
    assert list(practice.store.findings.all()) == []


def test_the_accounts_after_it_are_not_even_read(practice):
    staff = practice.hire()
    for handle in ("a", "b", "c"):
        practice.authorise(handle, staff)
    practice.platform.meanwhile = lambda: practice.store.stops.stop("user:1", REASON, practice.clock())
    assert len(practice.collect().visits) == len(practice.platform.visits) == 1
    practice.platform.meanwhile = None
    assert practice.collect().visits == ()


def test_it_goes_on_at_once_when_two_people_say_so(practice):
    practice.authorise()
    practice.publish("1", GRAVE)
    practice.platform.meanwhile = lambda: practice.store.stops.stop("user:1", REASON, practice.clock())
    practice.collect()
    practice.platform.meanwhile = None
    practice.store.stops.ask_resume("user:1", practice.clock())
    practice.store.stops.confirm_resume("user:2", practice.clock())
    (visit,) = practice.collect().visits
    assert (visit.outcome, visit.findings > 0) == ("read", True)


def test_digests_go_on_and_say_so(practice):
    practice.authorise()
    practice.collect()
    practice.store.stops.stop("user:1", REASON, practice.clock())
    practice.clock.to("2026-10-12T13:00:00+00:00")
    report = digest_due(practice.reporting())
    assert report.built == ("2026-W41",)
    digest = practice.store.digests.get("2026-W41")
    assert [(stop.reason, stop.stands) for stop in digest.stops] == [(REASON, True)]
    assert [line.reading for line in digest.coverage] == [Reading.STOPPED]
    (mail,) = [sent for sent in practice.mailer.sent if "week" in sent.subject.lower()]
    for body in (mail.text, mail.html):
        assert "is stopped since" in " ".join(body.replace("COLLECTION IS STOPPED", "is stopped").split())
        assert REASON in body
        assert "user:1" not in body


def test_a_stop_that_is_over_is_told_with_both_times(practice):
    practice.authorise()
    practice.store.stops.stop("user:1", REASON, practice.clock())
    practice.clock.forward(hours=5)
    practice.store.stops.ask_resume("user:1", practice.clock())
    practice.store.stops.confirm_resume("user:2", practice.clock())
    practice.clock.to("2026-10-12T13:00:00+00:00")
    (week,) = weeks_without_digest(practice.reporting())
    renderer: Renderer = practice.reporting().renderer
    text = renderer.digest(draft(practice.reporting(), week), "m@larkspurbend.example", practice.clock()).text
    assert "Nothing was read from" in text
    assert REASON in text
