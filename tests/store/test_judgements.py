from __future__ import annotations

from dataclasses import replace

from domain.findings import Clause, Severity, Span
from domain.plans import Ceiling, Change, NotKept
from tests.store.records import (
    DAY,
    HOUR,
    POLICY,
    START,
    active,
    clean,
    finding,
    flagged,
    person,
    post,
    profile,
    visit,
)
from tests.store.test_retention import FOREVER

S4 = finding(Clause.CONFIDENTIALITY, Severity.S4)


def test_what_is_on_record_comes_by_version_each_finding_with_its_pins(store):
    active(store)
    first = visit(store, flagged(post("1"), finding(), S4), flagged(post("2"))).findings
    kept = list(store.findings.kept_for_rescore())
    (again,) = store.findings.add_rescored(
        kept[0].version_id,
        [replace(finding(), severity=Severity.S3, version="2")],
        ["Masked."],
        policy_version="policy-2",
        now=START + DAY,
    )

    found = store.judgements.on_record([one.version_id for one in kept])

    assert sorted(one.id for one in found[kept[0].version_id]) == sorted([*first[:2], again])
    assert [one.id for one in found[kept[1].version_id]] == [first[2]]
    old = next(one for one in found[kept[0].version_id] if one.id == first[1])
    new = found[kept[0].version_id][-1]
    assert (old.clause, old.severity, old.policy_version, old.detector, old.detector_version) == (
        Clause.CONDUCT,
        Severity.S2,
        POLICY,
        "conduct",
        "1",
    )
    assert old.spans == (Span("text", 0, 3, ""),)
    assert (new.severity, new.policy_version, new.detector_version, new.excerpt) == (
        Severity.S3,
        "policy-2",
        "2",
        "Masked.",
    )


def test_versions_without_findings_and_unknown_ones_are_left_out(store):
    active(store)
    visit(store, clean(post("1")))
    assert store.judgements.on_record([1, 999]) == {}
    assert store.judgements.on_record([]) == {}


def test_the_words_under_a_finding_are_found_and_those_of_others_are_not(store):
    active(store)
    first, second = visit(store, flagged(post("1", "One.")), flagged(post("2", "Two."))).findings

    assert store.judgements.kept_of_finding(second).post.text == "Two."
    assert store.judgements.kept_of_finding(first).post.text == "One."
    assert store.judgements.kept_of_finding(999) is None


def test_erased_words_and_those_of_a_paused_account_are_not_given(store):
    account = active(store)
    gone, standing = visit(store, flagged(post("1")), flagged(post("2"))).findings
    visit(store, gone=("1",), now=START + DAY)
    store.retention.apply(FOREVER, {"mastodon": Ceiling()}, START + DAY)
    assert store.judgements.kept_of_finding(gone) is None
    assert store.judgements.kept_of_finding(standing) is not None
    store.accounts.pause(account.id, "Maren Okafor", START + DAY)
    assert store.judgements.kept_of_finding(standing) is None


def test_every_version_counts_once_under_the_reason_it_cannot_be_judged_again(store):
    active(store)
    foreign = replace(clean(post("5")), assessed=False)
    visit(
        store,
        clean(post("1")),
        clean(post("2")),
        flagged(post("3"), finding(), S4),
        flagged(post("4")),
        foreign,
        clean(post("6"), Change.BASELINE),
    )
    visit(store, gone=("4",), now=START + DAY)
    store.retention.apply(FOREVER, {"mastodon": Ceiling()}, START + DAY)
    other = active(store, person(store), profile())
    visit(store, flagged(post("7")), of=other, now=START + DAY + HOUR)
    store.accounts.pause(other.id, "Maren Okafor", START + 2 * DAY)

    assert store.judgements.not_kept() == NotKept(kept=1, clean=2, expired=1, stopped=1, baseline=1, foreign=1)


def test_an_empty_store_counts_nothing(store):
    assert store.judgements.not_kept() == NotKept(0, 0, 0, 0, 0, 0)
