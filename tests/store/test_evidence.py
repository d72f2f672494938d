from __future__ import annotations

from domain.findings import Clause, Severity, Span
from domain.plans import Ceiling
from tests.store.records import DAY, HOUR, START, active, finding, flagged, post, visit
from tests.store.test_retention import FOREVER


def test_a_finding_shows_the_words_it_stands_on_and_where(store):
    active(store)
    (number,) = visit(store, flagged(post("7", "The maples are red.", reply_to_id="5"))).findings
    shown = store.findings.evidence(number)
    assert [version.words for version in shown.versions] == ["The maples are red."]
    assert shown.spans == (Span("text", 0, 3, ""),)
    assert (shown.url, shown.is_reply, shown.bio) == ("https://social.example/p/7", True, "Therapist in Larkspur Bend.")
    assert (shown.confidential, shown.critical, shown.edited_since, shown.gone_at) == (False, False, False, None)


def test_every_version_is_told_and_the_words_of_those_that_were_kept(store):
    active(store)
    (first,) = visit(store, flagged(post("7", "The maples are red."))).findings
    visit(store, flagged(post("7", "The maples are bare.")), now=START + DAY)
    shown = store.findings.evidence(first)
    assert [version.words for version in shown.versions] == ["The maples are red.", "The maples are bare."]
    assert shown.version_id == shown.versions[0].id
    assert shown.edited_since
    visit(store, gone=("7",), now=START + 2 * DAY)
    assert store.findings.evidence(first).gone_at == START + 2 * DAY


def test_a_finding_knows_what_else_stands_on_its_post(store):
    active(store)
    client = finding(Clause.CONFIDENTIALITY, Severity.S1)
    beside, other, threat = (
        visit(store, flagged(post("7"), client, finding())).findings[1],
        visit(store, flagged(post("8")), now=START + DAY).findings[0],
        visit(store, flagged(post("9"), finding(severity=Severity.S4)), now=START + 2 * DAY).findings[0],
    )
    told = {number: store.findings.evidence(number) for number in (beside, other, threat)}
    assert [(one.confidential, one.critical) for one in told.values()] == [(True, True), (False, False), (False, True)]


def test_erased_words_are_not_shown_and_unknown_findings_are_none(store):
    active(store)
    (number,) = visit(store, flagged(post("7"))).findings
    store.retention.apply(FOREVER, {"mastodon": Ceiling(keep_text=HOUR)}, START + 10 * DAY)
    shown = store.findings.evidence(number)
    assert [version.words for version in shown.versions] == [None]
    assert shown.spans == ()
    assert store.findings.evidence(999) is None
