from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyzers.keep import CLIENT_DETAIL, CUT
from domain.accounts import AccountKind, Licence, Staff
from domain.findings import Accepted, Clause, Finding, Severity, Span
from domain.plans import KeptVersion, StoredFinding
from domain.posts import Post, PostKind
from monitor.packets import pseudonymiser
from monitor.rescore import Bench, judged_again, kept_with_record, rescore
from store.engine import Store
from tests.fakes.practice import GRAVE, HARMLESS, Practice, practice_on

NOW = datetime(2026, 10, 6, 12, tzinfo=UTC)
OFFER = "Obsessed w CalmPetalGummies, use my code TESS15, honestly the best sleep of my life #ad"
STAFF = Staff(1, "Tess Arroway", "counselor", Licence.COUNSELOR, "tess@larkspurbend.example")
ON_RECORD = StoredFinding(1, Clause.OPINION, Severity.S2, "R.", "E.", (Span("text", 0, 3, ""),), "p", "rules", "d")


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    return practice_on(store, tmp_path)


def kept(text: str, **changes: object) -> KeptVersion:
    post = Post("1", "https://fake.example/1", PostKind.POST, text, published_at=NOW)
    return KeptVersion(1, 1, "fake", AccountKind.PROFESSIONAL, STAFF, "tess", "", replace(post, **changes))


def again(version: KeptVersion, *stored: StoredFinding):
    return judged_again(version, stored, Bench(Practice.policy, None, pseudonymiser(b"k" * 32), NOW))


def test_spans_of_a_rescoring_count_in_the_words_that_are_kept(practice: Practice) -> None:
    practice.authorise()
    practice.publish("offer", "@kim and @lee, both: " + OFFER)
    practice.collect()
    rescore(replace(practice.app(), policy=replace(practice.policy, version="another")))

    ((version, record),) = kept_with_record(practice.store)

    assert [finding.policy_version for finding in record] == [practice.policy.version, "another"]
    assert record[0].spans == record[1].spans
    assert "TESS15" in " ".join(version.post.text[span.start : span.end] for span in record[1].spans)


def test_an_accepted_phrase_adds_nothing_and_what_is_on_record_stays_pinned_to_what_made_it(practice: Practice) -> None:
    practice.authorise()
    practice.publish("offer", OFFER)
    practice.collect()
    before = list(practice.store.findings.all())
    accepted = Accepted(OFFER, Clause.ENDORSEMENT, "Imani Okafor", "Ours")

    done = rescore(replace(practice.app(), policy=replace(practice.policy, version="another", accepted=(accepted,))))

    assert (done.versions, done.added) == (1, 0)
    assert list(practice.store.findings.all()) == before
    assert before[0].policy_version == practice.policy.version


def test_a_post_with_an_accepted_phrase_is_not_reported_and_none_of_its_words_is_kept(practice: Practice) -> None:
    practice.authorise()
    practice.publish("offer", OFFER)
    accepted = Accepted(OFFER, Clause.ENDORSEMENT, "Imani Okafor", "Ours")
    practice.policy = replace(practice.policy, accepted=(accepted,))
    practice.collect()

    assert list(practice.store.findings.all()) == []
    assert list(practice.store.findings.kept_for_rescore()) == []


def test_every_version_is_counted_as_it_is_judged(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", GRAVE)
    practice.publish("b", OFFER)
    practice.publish("c", HARMLESS)
    practice.collect()
    seen: list[int] = []

    done = rescore(practice.app(), lambda: seen.append(1))

    assert (done.versions, len(seen)) == (2, 2)


def test_where_words_on_a_protected_topic_were_cut_nothing_new_is_found_that_a_topic_silences() -> None:
    whole, cut = again(kept(OFFER)), again(kept(f"{CUT} {OFFER}"))
    known = replace(ON_RECORD, clause=Clause.ENDORSEMENT)

    assert [finding.clause for finding in whole.findings] == [Clause.ENDORSEMENT]
    assert (cut.findings, cut.excerpts, cut.withheld) == ((), (), 1)
    assert [finding.clause for finding in again(kept(f"{CUT} {OFFER}"), known).findings] == [Clause.ENDORSEMENT]


def test_a_client_is_seen_in_cut_words_all_the_same() -> None:
    assert Clause.CONFIDENTIALITY in {finding.clause for finding in again(kept(f"{CUT} {GRAVE}")).findings}


def test_what_was_once_seen_of_a_client_stays_masked_when_it_is_not_seen_any_more() -> None:
    plain = again(kept(OFFER), ON_RECORD)
    client = again(kept(OFFER), replace(ON_RECORD, clause=Clause.CONFIDENTIALITY))

    assert plain.excerpts != (CLIENT_DETAIL,)
    assert client.excerpts == (CLIENT_DETAIL,)
    assert all(isinstance(finding, Finding) for finding in client.findings)


def test_a_phrase_with_a_handle_is_known_in_kept_words_which_hold_none(practice: Practice) -> None:
    practice.authorise()
    offer = OFFER.replace("CalmPetalGummies", "@CalmPetalGummies")
    practice.publish("offer", offer)
    practice.collect()
    accepted = Accepted(offer, Clause.ENDORSEMENT, "Imani Okafor", "Ours")

    done = rescore(replace(practice.app(), policy=replace(practice.policy, version="another", accepted=(accepted,))))

    assert "CalmPetal" not in next(iter(practice.store.findings.kept_for_rescore())).post.text
    assert (done.versions, done.added) == (1, 0)
