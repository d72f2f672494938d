from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from analyzers.keep import CLIENT_DETAIL
from analyzers.score import BLENDED, detector_version
from domain.findings import Accepted, Clause, Finding, Severity, Span
from domain.plans import StoredFinding
from domain.posts import Parent, ParentAuthor
from monitor.rehearsal import EXAMPLES, Effect, differences, rehearse
from monitor.rescore import rescore
from store.engine import Store
from store.tables import metadata
from tests.fakes.listener import listening_for
from tests.fakes.practice import GRAVE, HARMLESS, Practice, practice_on

OFFER = "Obsessed w CalmPetalGummies, use my code TESS15, honestly the best sleep of my life #ad"
SPEAKS = "As a team we at Larkspur Bend believe homework is harmful."
ACCEPTED = Accepted(OFFER, Clause.ENDORSEMENT, "Imani Okafor", "Ours")


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    made = practice_on(store, tmp_path)
    made.authorise()
    return made


def under(practice: Practice, **changes: object):
    return replace(practice.policy, version="another", **changes)


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.database.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        }


def stored(clause=Clause.CONDUCT, severity=Severity.S2, start=0, end=5, number=1, reason="R."):
    return StoredFinding(number, clause, severity, reason, "E.", (Span("text", start, end, ""),), "p", "rules", "d")


def found(clause=Clause.CONDUCT, severity=Severity.S2, start=0, end=5, reason="R."):
    return Finding(clause, severity, 0.9, (Span("text", start, end, "x" * (end - start)),), reason, "rules", "d2")


def effects(before, after):
    return [(one.clause, one.effect) for one in differences(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [], []),
        ([stored()], [found()], [(Clause.CONDUCT, Effect.SAME)]),
        ([stored()], [], [(Clause.CONDUCT, Effect.DISAPPEARS)]),
        ([], [found()], [(Clause.CONDUCT, Effect.APPEARS)]),
        ([stored()], [found(severity=Severity.S3)], [(Clause.CONDUCT, Effect.CHANGES)]),
        ([stored()], [found(reason="Another.")], [(Clause.CONDUCT, Effect.CHANGES)]),
        ([stored()], [found(Clause.OPINION, start=4, end=9)], [(Clause.CONDUCT, Effect.CHANGES)]),
        (
            [stored()],
            [found(Clause.OPINION, start=5, end=9)],
            [(Clause.CONDUCT, Effect.DISAPPEARS), (Clause.OPINION, Effect.APPEARS)],
        ),
        (
            [stored(Clause.OPINION, number=1), stored(number=2)],
            [found(Clause.OPINION), found(Clause.CONFIDENTIALITY)],
            [(Clause.CONDUCT, Effect.CHANGES), (Clause.OPINION, Effect.SAME)],
        ),
        (
            [stored(severity=Severity.S4, number=1), stored(severity=Severity.S2, number=2)],
            [found(severity=Severity.S2)],
            [(Clause.CONDUCT, Effect.SAME)],
        ),
    ],
)
def test_findings_on_record_are_held_against_those_of_another_judging(before, after, expected) -> None:
    assert effects(before, after) == expected


def test_nothing_differs_under_the_same_policy_and_detector(practice: Practice) -> None:
    for number, words in enumerate((GRAVE, OFFER, SPEAKS, HARMLESS)):
        practice.publish(str(number), words)
    practice.collect()

    seen = rehearse(practice.app(), practice.policy)

    assert seen.total(Effect.APPEARS, Effect.DISAPPEARS, Effect.CHANGES) == 0
    assert seen.total(Effect.SAME) == len(list(practice.store.findings.all()))
    assert (seen.judged, seen.not_kept.kept, seen.not_kept.clean, seen.examples) == (3, 3, 1, ())


def test_a_rehearsal_writes_nothing_at_all(practice: Practice) -> None:
    practice.publish("grave", GRAVE)
    practice.publish("offer", OFFER)
    practice.collect()
    before = everything(practice.store)

    rehearse(practice.app(), under(practice, accepted=(ACCEPTED,), enabled={Clause.CONFIDENTIALITY: False}))

    assert everything(practice.store) == before


def test_an_accepted_phrase_makes_findings_disappear_with_examples_that_point_to_them(practice: Practice) -> None:
    for number in range(EXAMPLES + 2):
        practice.publish(str(number), f"{OFFER} {'!' * number}")
    practice.collect()

    seen = rehearse(practice.app(), under(practice, accepted=(ACCEPTED,)))

    assert seen.counts == {(Clause.ENDORSEMENT, Effect.DISAPPEARS): EXAMPLES + 2}
    assert len(seen.examples) == EXAMPLES
    assert seen.examples[0].account == "tess"
    assert (seen.examples[0].was, seen.examples[0].now) == (Severity.S2, None)
    assert seen.examples[0].excerpt == next(iter(practice.store.findings.all())).excerpt != ""


def test_a_clause_that_is_switched_on_makes_findings_appear(practice: Practice) -> None:
    off = dict.fromkeys(Clause, True) | {Clause.SEPARATION: False}
    whole, practice.policy = practice.policy, replace(practice.policy, version="before", enabled=off)
    practice.publish("team", SPEAKS)
    practice.collect()

    seen = rehearse(practice.app(), whole)

    assert seen.counts == {(Clause.SEPARATION, Effect.APPEARS): 1, (Clause.OPINION, Effect.SAME): 1}
    (example,) = seen.examples
    assert (example.was, example.effect, example.to) == (None, Effect.APPEARS, Clause.SEPARATION)
    assert example.reason
    assert "Larkspur" not in example.excerpt


def test_what_may_tell_of_a_client_is_pointed_to_and_not_shown(practice: Practice) -> None:
    practice.publish("both", f"{GRAVE} {OFFER}")
    practice.collect()

    seen = rehearse(practice.app(), under(practice, enabled={Clause.CONFIDENTIALITY: False}, accepted=(ACCEPTED,)))

    assert seen.counts[Clause.CONFIDENTIALITY, Effect.DISAPPEARS] == 1
    assert {(example.excerpt, example.reason) for example in seen.examples} == {(CLIENT_DETAIL, "")}
    assert not any(word in repr(seen) for word in ("Dana", "Whitlock", "Mercy", "bipolar", "Elm"))


def answering(practice: Practice) -> None:
    """A reply whose finding rests on the post it answers."""
    asked = "My panic attacks are getting worse, should I stop taking my lexapro? What should I do?"
    practice.platform.parents["9"] = Parent(asked, ParentAuthor.OTHER)
    practice.publish("reply", "You should stop taking it and do 20 min of breathing each morning.", reply_to_id="9")
    practice.collect()


def test_a_finding_that_only_the_missing_parent_takes_away_is_not_counted(practice: Practice) -> None:
    answering(practice)
    assert [one.clause for one in practice.store.findings.all()] == [Clause.THERAPEUTIC]

    seen = rehearse(practice.app(), under(practice))

    assert (seen.replies, seen.doubtful, seen.total(*Effect)) == (1, 1, 0)


def test_a_finding_on_a_reply_that_the_policy_takes_away_is_counted(practice: Practice) -> None:
    practice.publish("reply", OFFER, reply_to_id="9")
    practice.collect()

    seen = rehearse(practice.app(), under(practice, accepted=(ACCEPTED,)))

    assert seen.counts == {(Clause.ENDORSEMENT, Effect.DISAPPEARS): 1}
    assert (seen.replies, seen.doubtful) == (1, 0)


def test_days_of_examples_are_those_of_the_posts(practice: Practice) -> None:
    published = datetime(2026, 10, 7, 15, tzinfo=UTC)
    practice.clock.to("2026-10-09T12:00:00+00:00")
    practice.publish("offer", OFFER, published)
    practice.collect()

    seen = rehearse(practice.app(), under(practice, accepted=(ACCEPTED,)))

    assert [example.published_at for example in seen.examples] == [published]


def test_the_local_model_is_rehearsed_and_named_and_rescores_what_it_promised(practice: Practice) -> None:
    practice.publish("offer", f"{OFFER} The maples are red.")
    practice.collect()
    app = replace(practice.app(), local=listening_for(Clause.OPINION, "maples"))

    seen = rehearse(app, practice.policy)
    done = rescore(app)

    assert seen.detector == f"{BLENDED} {detector_version(app.local)}"
    assert seen.counts == {(Clause.ENDORSEMENT, Effect.CHANGES): 1}
    assert [(example.clause, example.to) for example in seen.examples] == [(Clause.ENDORSEMENT, Clause.OPINION)]
    assert done.added == 1
