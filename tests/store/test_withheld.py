"""What only the author may see: every way to read findings out of the store is asked, and none shows it.

A new public method of the store fails `test_every_way_out_is_looked_at` until somebody says here which kind it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from domain.access import Role, User
from domain.archive import Sight, Wanted
from domain.exports import ExportFilter
from domain.findings import Clause, Severity
from domain.review_locks import ReviewRules
from domain.review_queue import QueueFilter
from store import record_tables as people
from store.concern_match import subject_of
from store.reported import reported
from tests.store.records import DAY, HOUR, START, active, finding, flagged, person, post, profile, visit
from tests.store.test_digests import digest_of
from tests.store.test_runs import WEEK

MARK = "zaubernuss"
LATER = START + 3 * DAY
SIGHT = Sight(now=LATER, critical=True, hidden_staff=frozenset())
LEAD = User(99, "Ines Calloway", "ines@larkspurbend.example", frozenset(Role), None)
RULES = ReviewRules()


@dataclass
class Alone:
    store: object
    account: object
    staff: object
    ids: tuple[int, ...]


@pytest.fixture
def alone(store):
    """One account on a platform whose terms are so, with a critical finding and a small one."""
    store.terms.set({"mastodon": True, "feed": False})
    staff = person(store)
    account = active(store, staff, profile("1", platform="mastodon", handle=f"@{MARK}@social.example"))
    worst = finding(Clause.CONFIDENTIALITY, Severity.S4, reason=f"The {MARK} reason.")
    small = finding(reason=f"A {MARK} reason.", probability=0.5)
    told = visit(store, flagged(post("1", f"The {MARK} words.", url=f"https://social.example/{MARK}"), worst, small))
    store.reviews.open_new(LATER, RULES)
    assert (told.new, told.findings, told.critical) == (1, (), ())
    return Alone(store, account, staff, tuple(one.id for one in store.findings.of_staff(staff.id)))


def of_person(file):
    return (*file.unreviewed, *file.cases)


def vars_of(counted):
    return [getattr(counted, name) for name in counted.__slots__]


def subject_findings(one):
    with one.store.database.reading() as connection:
        subject = subject_of(connection, f"https://social.example/{MARK}")
    return () if subject is None else (*subject.finding_ids, *subject.review_ids)


WAYS_OUT = {
    "findings.seen_between": lambda one: one.store.findings.seen_between(START, LATER),
    "findings.open_before": lambda one: one.store.findings.open_before(LATER, Severity.S1),
    "findings.get": lambda one: one.store.findings.get(one.ids),
    "findings.critical_unalerted": lambda one: one.store.findings.critical_unalerted(),
    "findings.all": lambda one: list(one.store.findings.all()),
    "search.find": lambda one: one.store.search.find(Wanted(), SIGHT).hits,
    "search.find by words": lambda one: one.store.search.find(Wanted(words=MARK), SIGHT).hits,
    "search.visible": lambda one: one.store.search.visible(one.ids, SIGHT),
    "search.of": lambda one: one.store.search.of(one.ids, SIGHT),
    "search.count": lambda one: one.store.search.count(Wanted(), SIGHT),
    "reviews.open_new": lambda one: one.store.reviews.open_new(LATER + DAY, RULES),
    "reviews.of_finding": lambda one: [each for each in map(one.store.reviews.of_finding, one.ids) if each],
    "reviews.get": lambda one: [each for each in map(one.store.reviews.get, range(1, 5)) if each],
    "reviews.standing": lambda one: one.store.reviews.standing(closed=True),
    "reviews.of_staff": lambda one: one.store.reviews.of_staff(one.staff.id),
    "reviews.queue": lambda one: one.store.reviews.queue(LEAD, QueueFilter(), LATER).reviews,
    "reviews.critical_waiting": lambda one: one.store.reviews.critical_waiting(),
    "reviews.opened_at": lambda one: one.store.reviews.opened_at(LATER),
    "reviews.untold": lambda one: one.store.reviews.untold(START, LATER + DAY),
    "reviews.of_step": lambda one: [each for each in map(one.store.reviews.of_step, range(1, 5)) if each],
    "reviews.overturn": lambda one: one.store.reviews.overturn(),
    "reviews.counts": lambda one: sum(vars_of(one.store.reviews.counts(LATER))),
    "exports.findings": lambda one: one.store.exports.findings(ExportFilter(), LATER, unmasked=True),
    "reviews.many": lambda one: one.store.reviews.many(range(1, 5)),
    "exports.personnel": lambda one: of_person(one.store.exports.personnel(one.staff.id, LATER, unmasked=True)),
    "runs.figures": lambda one: sum(count for _, count in one.store.runs.figures([WEEK])[0].by_clause),
    "opinions.unasked": lambda one: list(one.store.opinions.unasked(dict.fromkeys(Clause, (0.0, 1.0)), START)),
    "concern about the post": subject_findings,
}

SEEN_BY_THE_AUTHOR_OR_THE_PROGRAM = {
    "findings.of_staff": "the author's page",
    "findings.authors_alone": "the author's notice",
    "findings.evidence": "by a number that the asking page has looked up before",
    "findings.kept_for_rescore": "judged again by the program; a rehearsal leaves it out",
    "findings.add_rescored": "writes",
    "findings.mark_author_told": "writes",
    "search.reindex": "writes",
    "search.authors": "accounts, no findings",
    "reviews.take": "of a review; none is opened",
    "reviews.release": "of a review; none is opened",
    "reviews.apply": "of a review; none is opened",
    "reviews.comparable": "of a review; none is opened",
    "reviews.author_told": "of a review; none is opened",
    "reviews.end_grace": "of a review; none is opened",
    "reviews.resolve_settled": "of a review; none is opened",
    "reviews.close_expired_appeals": "of a review; none is opened",
    "exports.case": "of a review; none is opened",
    "runs.start": "writes",
    "runs.finish": "writes",
    "runs.last_finished": "no findings",
    "runs.coverage": "how often was read, no findings",
    "runs.coverage_of": "the same of one account",
    "opinions.remembered": "by a key that only the program knows",
    "opinions.record": "writes",
    "opinions.reserve": "no findings",
    "judgements.on_record": "of versions; for judging again",
    "judgements.kept_of_finding": "after findings.get",
    "judgements.not_kept": "counts of versions",
}
NOUNS = ("findings", "search", "reviews", "exports", "runs", "opinions", "judgements")


@pytest.mark.parametrize("way", WAYS_OUT)
def test_nobody_but_the_author_is_shown_it(alone, way):
    assert len(alone.ids) == 2
    shown = WAYS_OUT[way](alone)
    assert not shown
    assert MARK not in repr(shown)


@pytest.mark.parametrize("way", sorted(WAYS_OUT))
def test_the_same_ways_show_it_where_the_terms_do_not_say_so(alone, way):
    """Each of the questions above is one that finds something, so that an empty answer means something."""
    alone.store.terms.set({"mastodon": False})
    opens = {"reviews.open_new", "reviews.overturn", "reviews.untold", "reviews.of_step", "reviews.opened_at"}
    if way not in opens:
        alone.store.reviews.open_new(LATER - DAY, RULES)
        assert WAYS_OUT[way](alone)
    elif way == "reviews.open_new":
        assert len(WAYS_OUT[way](alone)) == 2
    else:
        alone.store.reviews.open_new(LATER, RULES)
        assert way != "reviews.opened_at" or WAYS_OUT[way](alone)


def test_every_way_out_is_looked_at(alone):
    public = {
        f"{noun}.{name}"
        for noun in NOUNS
        for name in dir(getattr(alone.store, noun))
        if not name.startswith("_") and callable(getattr(getattr(alone.store, noun), name))
    }
    looked_at = {way.partition(" ")[0] for way in WAYS_OUT if "." in way} | set(SEEN_BY_THE_AUTHOR_OR_THE_PROGRAM)
    assert public == looked_at


def test_its_author_is_shown_all_of_it(alone):
    assert [one.id for one in alone.store.findings.of_staff(alone.staff.id)] == list(alone.ids)
    assert [one.id for one in alone.store.findings.authors_alone()] == list(alone.ids)
    alone.store.findings.mark_author_told(alone.ids, LATER)
    assert alone.store.findings.authors_alone() == ()


def test_a_digest_that_was_frozen_before_shows_it_no_more(alone):
    alone.store.terms.set({"mastodon": False})
    week = alone.store.digests.save(digest_of(alone.store, alone.store.findings.all())).period.week
    assert len(alone.store.digests.get(week).findings) == 2
    alone.store.terms.set({"mastodon": True})
    assert alone.store.digests.get(week).findings == ()
    assert alone.store.digests.get(week).open_before == ()
    assert all(digest.findings == () for digest in alone.store.digests.all())


def test_the_log_tells_neither_clause_nor_gravity_nor_whose_it_is(alone):
    with alone.store.database.reading() as connection:
        lines = connection.execute(select(people.audit).where(people.audit.c.event == "finding.made")).all()
    assert len(lines) == 2
    told = ("clause", "severity", "account", '"version"')
    assert not [word for line in lines for word in told if word in line.details]


def test_other_platforms_are_shown_as_ever(alone):
    other = active(alone.store, page=profile("2", platform="feed"))
    visit(alone.store, flagged(post("9")), of=other, now=START + 2 * HOUR)
    assert [one.account_id for one in alone.store.findings.seen_between(START, LATER)] == [other.id]
    with alone.store.database.reading() as connection:
        assert [one.account_id for one in reported(connection)] == [other.id]


def test_terms_of_platforms_that_this_program_does_not_know_stand(store):
    store.terms.set({"a": True, "b": True, "c": False})
    store.terms.set({"b": False, "d": True})
    assert store.terms.author_only() == {"a", "d"}
    store.terms.set({"b": False, "d": True})
    assert store.terms.author_only() == {"a", "d"}
