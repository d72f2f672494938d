from datetime import timedelta

import pytest

from domain.findings import Clause, Severity
from domain.opinions import Opinion, Stand
from domain.reporting import Digest, Period
from store.opinions import MOST_TRIES
from tests.store.records import DAY, HOUR, START, active, finding, flagged, post, visit

KEY = "k" * 64
YES = Opinion(Stand.AGREES, KEY, "small-model", "p1")
IN_VAIN = Opinion(Stand.NONE, KEY, "small-model", "p1", "off-schema")
BANDS = {Clause.CONDUCT: (0.5, 0.8), Clause.OPINION: (0.2, 0.4)}


@pytest.fixture
def found(store):
    """One finding of clause 4 with a probability of 0.8."""
    active(store)
    (number,) = visit(store, flagged(post("1"))).findings
    return number


def waiting(store, since=START):
    return [each.finding_id for each in store.opinions.unasked(BANDS, since)]


def test_what_is_in_the_band_waits_with_its_words(store, found):
    (one,) = store.opinions.unasked(BANDS, START)
    assert (one.finding_id, one.clause, one.probability) == (found, Clause.CONDUCT, 0.8)
    assert one.kept.post.text == "The maples have turned red."
    assert one.others == {Clause.CONDUCT}


def test_both_bounds_belong_to_the_band_and_nothing_beyond(store):
    active(store)
    chances = (0.49, 0.5, 0.8, 0.81)
    numbers = visit(store, *(flagged(post(str(chance)), finding(probability=chance)) for chance in chances)).findings
    assert sorted(waiting(store)) == [numbers[1], numbers[2]]


def test_a_clause_without_a_band_is_never_asked_about(store):
    active(store)
    visit(store, flagged(post(), finding(Clause.CONFIDENTIALITY)))
    assert waiting(store) == []


def test_old_edited_deleted_and_withdrawn_findings_do_not_wait(store):
    account = active(store)
    visit(store, flagged(post("1")), flagged(post("2")), flagged(post("3")))
    assert len(waiting(store)) == 3
    assert waiting(store, since=START + 2 * HOUR) == []
    visit(store, flagged(post("2", "Other words."), finding(Clause.SEPARATION)), gone=("1",), now=START + DAY)
    assert len(waiting(store)) == 1
    store.accounts.withdraw(account.id, actor="Maren Okafor", now=START + DAY)
    assert waiting(store) == []


def test_only_who_was_told_of_the_service_waits_for_it(store, found):
    (one,) = store.opinions.unasked(BANDS, START, "and why.")
    assert one.finding_id == found
    assert list(store.opinions.unasked(BANDS, START, "this outside service: Example Models")) == []
    assert list(store.opinions.unasked(BANDS, START, "%")) == []


def test_an_answer_is_shown_with_its_finding_and_is_not_asked_for_again(store, found):
    assert store.findings.get([found])[0].opinion is None
    assert store.opinions.record(found, YES, START + HOUR)
    (shown,) = store.findings.get([found])
    assert (shown.opinion, shown.opinion_model) == (Stand.AGREES, "small-model")
    assert (shown.severity, shown.probability) == (Severity.S2, 0.8)
    assert waiting(store) == []


def test_an_answer_is_never_replaced(store, found):
    store.opinions.record(found, YES, START + HOUR)
    assert store.opinions.record(found, Opinion(Stand.DISAGREES, KEY, "other", "p2"), START + 2 * HOUR)
    assert store.findings.get([found])[0].opinion is Stand.AGREES


def test_a_question_without_a_usable_answer_is_put_three_times(store, found):
    for _ in range(MOST_TRIES):
        assert waiting(store) == [found]
        store.opinions.record(found, IN_VAIN, START + HOUR)
    assert waiting(store) == []
    assert store.findings.get([found])[0].opinion is Stand.NONE


def test_a_server_that_is_down_uses_up_no_tries(store, found):
    for _ in range(MOST_TRIES + 2):
        store.opinions.record(found, Opinion(Stand.NONE, KEY, "m", "p", "unreachable"), START + HOUR)
    assert waiting(store) == [found]
    store.opinions.record(found, YES, START + HOUR)
    assert store.findings.get([found])[0].opinion is Stand.AGREES


def test_what_was_never_asked_comes_before_what_was_asked_in_vain(store, found):
    (second,) = visit(store, flagged(post("2")), now=START + DAY).findings
    store.opinions.record(second, IN_VAIN, START + DAY)
    assert waiting(store) == [found, second]


def test_only_answers_are_remembered(store, found):
    store.opinions.record(found, IN_VAIN, START + HOUR)
    assert store.opinions.remembered(KEY) is None
    store.opinions.record(found, YES, START + HOUR)
    assert store.opinions.remembered(KEY) == YES
    assert store.opinions.remembered("z" * 64) is None


def test_an_opinion_goes_with_its_finding_and_cannot_be_put_where_none_may_stand(store):
    account = active(store)
    (number,) = visit(store, flagged(post())).findings
    store.opinions.record(number, YES, START + HOUR)
    store.accounts.withdraw(account.id, actor="Maren Okafor", now=START + DAY)
    assert store.opinions.remembered(KEY) is None
    assert not store.opinions.record(number, YES, START + DAY)
    assert not store.opinions.record(999, YES, START + DAY)


def test_a_days_calls_are_counted_to_the_limit_and_each_day_anew(store):
    day = START.date()
    assert [store.opinions.reserve(day, 2) for _ in range(3)] == [True, True, False]
    assert store.opinions.reserve(day + timedelta(days=1), 2)
    assert not store.opinions.reserve(day, 2)


def test_a_limit_of_nothing_allows_nothing(store):
    assert not store.opinions.reserve(START.date(), 0)


def test_a_stored_digest_keeps_the_opinion_it_was_sent_with(store, found):
    store.opinions.record(found, Opinion(Stand.DISAGREES, KEY, "m", "p"), START + HOUR)
    period = Period("2026-W47", START, START + 7 * DAY, "UTC")
    store.digests.save(Digest("Practice", period, START, store.findings.get([found]), (), "p", "d"))
    assert store.digests.get("2026-W47").findings[0].opinion is Stand.DISAGREES
