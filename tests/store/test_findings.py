from __future__ import annotations

import pytest

from domain.errors import NotAuthorised
from domain.findings import Clause, Severity
from domain.plans import Ceiling, Change
from domain.posts import PostKind
from domain.reporting import DeliveryKind
from store.findings import ALERT_PREFIX
from tests.store.records import DAY, HOUR, POLICY, START, active, clean, finding, flagged, person, post, profile, visit
from tests.store.test_retention import FOREVER

S4 = finding(Clause.CONFIDENTIALITY, Severity.S4)


def ids(found):
    return [each.id for each in found]


def test_a_finding_is_reported_with_all_that_reports_need(store):
    active(store, person(store, email="maren@example.org"), profile("maren"))
    (number,) = visit(store, flagged(post("7"))).findings
    (found,) = store.findings.get([number, 999])
    assert (found.account, found.author, found.author_email) == (
        "@maren@social.example",
        "Maren Okafor",
        "maren@example.org",
    )
    assert (found.clause, found.severity, found.probability) == (Clause.CONDUCT, Severity.S2, 0.8)
    assert (found.reason, found.excerpt) == ("The post mocks a colleague.", "The ▒▒▒ have turned red.")
    assert (found.post_url, found.published_at) == ("https://social.example/p/7", START + HOUR)
    assert (found.detector, found.detector_version, found.policy_version) == ("conduct", "1", POLICY)
    assert (found.gone_at, found.edited, found.author_told_at) == (None, False, None)


def test_a_week_holds_what_was_first_seen_in_it(store):
    active(store)
    first = visit(store, flagged(post("1")), now=START + HOUR).findings
    second = visit(store, flagged(post("2")), now=START + DAY).findings
    assert ids(store.findings.seen_between(START + HOUR, START + DAY)) == list(first)
    assert ids(store.findings.seen_between(START + DAY, START + 2 * DAY)) == list(second)
    assert store.findings.seen_between(START, START + HOUR) == ()


def test_open_findings_are_grave_older_and_still_standing(store):
    active(store)
    grave = visit(store, flagged(post("1"), S4), flagged(post("2"), S4), flagged(post("3"))).findings
    visit(store, gone=("2",), now=START + DAY)
    assert ids(store.findings.open_before(START + 2 * DAY, Severity.S3)) == [grave[0]]
    assert len(store.findings.open_before(START + 2 * DAY, Severity.S1)) == 2
    assert store.findings.open_before(START + HOUR, Severity.S1) == ()
    assert store.findings.get([grave[1]])[0].gone_at == START + DAY


def test_a_critical_finding_is_unalerted_until_its_alert_is_queued(store):
    active(store)
    (critical,) = visit(store, flagged(post("1"), S4), flagged(post("2"))).critical
    assert ids(store.findings.critical_unalerted()) == [critical]
    store.deliveries.enqueue(DeliveryKind.ALERT, f"{ALERT_PREFIX}{critical}", "officer@example.org", "<a>", START)
    assert store.findings.critical_unalerted() == ()


def test_the_author_is_told_once(store):
    active(store)
    found = visit(store, flagged(post())).findings
    store.findings.mark_author_told(found, START + DAY)
    store.findings.mark_author_told(found, START + 2 * DAY)
    assert store.findings.get(found)[0].author_told_at == START + DAY


def test_all_findings_come_in_pages_without_loss(store):
    active(store)
    visit(store, *(flagged(post(str(number))) for number in range(510)))
    assert ids(store.findings.all()) == sorted(ids(store.findings.all()))
    assert len(list(store.findings.all())) == 510


def test_kept_words_can_be_scored_again(store):
    account = active(store)
    visit(store, clean(post("1")), flagged(post("2", "Kept words.", kind=PostKind.REPLY, language="en")), bio="A bio.")
    (kept,) = store.findings.kept_for_rescore()
    assert (kept.account_id, kept.platform, kept.bio, kept.staff) == (
        account.id,
        "mastodon",
        "A bio.",
        account.staff,
    )
    assert (kept.post.post_id, kept.post.text, kept.post.kind) == ("2", "Kept words.", PostKind.REPLY)
    assert (kept.post.language, kept.post.published_at) == ("en", START + HOUR)


def rescore(store, version_id, *found, now=START + DAY, policy="policy-2"):
    return store.findings.add_rescored(
        version_id, found, ["Excerpt." for _ in found], policy_version=policy, needs_context=("parent",), now=now
    )


def test_a_rescoring_is_stored_once_and_a_repeat_of_old_findings_is_no_news(store):
    active(store)
    visit(store, flagged(post()))
    (kept,) = store.findings.kept_for_rescore()
    same = rescore(store, kept.version_id, finding())
    assert len(same) == 1
    assert rescore(store, kept.version_id, finding()) == ()
    assert store.findings.get(same)[0].needs_context == ("parent",)
    assert store.findings.seen_between(START + DAY, START + 2 * DAY) == ()
    assert len(list(store.findings.all())) == 2


def test_a_rescoring_that_finds_something_graver_is_news(store):
    active(store)
    visit(store, flagged(post(), finding(Clause.CONFIDENTIALITY, Severity.S2)))
    (kept,) = store.findings.kept_for_rescore()
    graver = rescore(store, kept.version_id, S4)
    assert ids(store.findings.seen_between(START + DAY, START + 2 * DAY)) == list(graver)
    assert ids(store.findings.critical_unalerted()) == list(graver)


def test_nothing_is_scored_again_without_an_authorisation(store):
    account = active(store)
    visit(store, flagged(post()))
    (kept,) = store.findings.kept_for_rescore()
    store.accounts.pause(account.id, "Maren Okafor", START + DAY)
    assert list(store.findings.kept_for_rescore()) == []
    with pytest.raises(NotAuthorised):
        rescore(store, kept.version_id, S4)
    assert len(list(store.findings.all())) == 1


def test_erased_words_are_not_scored_again(store):
    active(store)
    visit(store, flagged(post()))
    (kept,) = store.findings.kept_for_rescore()
    visit(store, gone=("1",), now=START + DAY)
    store.retention.apply(FOREVER, {"mastodon": Ceiling()}, START + DAY)
    with pytest.raises(NotAuthorised, match="erased"):
        rescore(store, kept.version_id, S4)


def test_an_edit_shows_on_the_older_finding(store):
    active(store)
    found = visit(store, flagged(post())).findings
    visit(store, clean(post(text="Other words."), Change.EDITED), now=START + DAY)
    assert store.findings.get(found)[0].edited
