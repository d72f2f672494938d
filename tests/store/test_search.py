from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from domain.archive import Sight, Wanted
from domain.findings import Clause, Severity
from domain.plans import Ceiling
from domain.review import ReviewState
from domain.review_locks import ReviewRules
from store.columns import give_keyring
from store.engine import open_store
from store.record_tables import search_terms
from store.search import words_of
from store.tables import findings
from tests.fakes.keys import KEYRING
from tests.store.records import DAY, START, active, finding, flagged, person, post, profile, visit
from tests.store.test_retention import FOREVER
from vault.keyring import KEY_BYTES, Keyring

NOW = START + 30 * DAY
OFFICER = Sight(NOW, critical=True)
REVIEWER = Sight(NOW)
CONFIDENTIAL = finding(Clause.CONFIDENTIALITY, Severity.S3, reason="The post tells of a client's beagle.")
GRAVE = finding(Clause.CONDUCT, Severity.S4, reason="The post threatens somebody.")


def flag(number, *found, excerpt="The ▒▒▒ have turned red."):
    verdict = flagged(post(str(number)), *found)
    return replace(verdict, excerpts=tuple(excerpt for _ in verdict.findings))


def ids(page):
    return [hit.finding.id for hit in page.hits]


def terms(store):
    with store.database.reading() as connection:
        return connection.execute(select(search_terms)).all()


def test_words_are_looked_for_without_case_accents_or_signs():
    assert words_of("Café ZÜRICH, @tess.okafor@social.example: 12 I a ▒▒▒") == {
        "cafe",
        "zurich",
        "tess",
        "okafor",
        "social",
        "example",
        "12",
    }
    assert words_of("straße") == words_of("STRASSE")


def test_all_words_must_match_wherever_they_stand(store):
    active(store, person(store, "Maren Okafor"), profile("maren"))
    (number,) = visit(store, flag(1, excerpt="Our new workbook for grief is out.")).findings
    for words in ("workbook", "GRIEF  Workbook", "okafor workbook", "mocks", "mastodon maren social.example", "  "):
        assert ids(store.search.find(Wanted(words=words), OFFICER)) == [number], words
    for words in ("book", "workbook anger", "a", "▒▒▒", "' OR 1=1 --"):
        assert ids(store.search.find(Wanted(words=words), OFFICER)) == [], words


def test_no_word_stands_in_the_index(store):
    active(store)
    visit(store, flag(1, excerpt="Our new workbook for grief is out."))
    stored = terms(store)
    assert len(stored) > 10
    assert all(len(row.term) == 16 and set(row.term) <= set("0123456789abcdef") for row in stored)


def test_filters_narrow(store):
    one, other = active(store), active(store)
    first = visit(store, flag(1), of=one).findings[0]
    second = visit(store, flag(2, finding(Clause.ENDORSEMENT, Severity.S1)), of=other, now=START + 8 * DAY).findings[0]
    found = store.search.find
    assert ids(found(Wanted(), OFFICER)) == [second, first]
    assert ids(found(Wanted(clause=Clause.CONDUCT), OFFICER)) == [first]
    assert ids(found(Wanted(severity=Severity.S1), OFFICER)) == [second]
    assert ids(found(Wanted(account_id=one.id), OFFICER)) == [first]
    assert ids(found(Wanted(since=START + 8 * DAY), OFFICER)) == [second]
    assert ids(found(Wanted(until=START + 8 * DAY), OFFICER)) == [first]
    assert ids(found(Wanted(state=ReviewState.OPEN), OFFICER)) == []
    assert store.search.count(Wanted(clause=Clause.CONDUCT), OFFICER) == 1


def test_pages_follow_each_other_without_gap_or_double(store):
    active(store)
    visit(store, *(flag(number) for number in range(25)))
    seen, before = [], None
    while True:
        page = store.search.find(Wanted(words="turned red"), OFFICER, before=before, limit=10)
        seen += ids(page)
        before = page.older
        if before is None:
            break
    assert len(seen) == 25
    assert seen == sorted(seen, reverse=True)


def test_whole_last_page_has_nothing_behind_it(store):
    active(store)
    visit(store, *(flag(number) for number in range(10)))
    assert store.search.find(Wanted(), OFFICER, limit=10).older is None


def test_a_reviewer_finds_nothing_of_clause_2_or_s4_nor_beside_them(store):
    active(store)
    visit(store, flag(1, CONFIDENTIAL), flag(2, GRAVE), flag(3, CONFIDENTIAL, finding()), flag(4))
    page = store.search.find(Wanted(), REVIEWER)
    assert [hit.finding.post_url for hit in page.hits] == ["https://social.example/p/4"]
    assert ids(store.search.find(Wanted(words="beagle"), REVIEWER)) == []
    assert store.search.count(Wanted(), REVIEWER) == 1
    assert store.search.count(Wanted(), OFFICER) == 5


def test_one_who_has_a_conflict_finds_nothing_of_that_person(store):
    theirs = person(store)
    account = active(store, theirs)
    (number,) = visit(store, flag(1), of=account).findings
    sight = replace(OFFICER, hidden_staff=frozenset({theirs.id}))
    assert ids(store.search.find(Wanted(), sight)) == []
    assert store.search.of([number], sight) == {}
    assert list(store.search.of([number, 999], OFFICER)) == [number]


def test_nothing_is_found_before_it_may_be_seen(store):
    active(store)
    (number,) = visit(store, flag(1)).findings
    with store.database.writing() as connection:
        connection.execute(findings.update().values(visible_from=NOW + DAY))
    assert ids(store.search.find(Wanted(), OFFICER)) == []
    assert ids(store.search.find(Wanted(), replace(OFFICER, now=NOW + DAY))) == [number]


def test_a_withdrawn_account_is_not_found(store):
    account = active(store)
    visit(store, flag(1, GRAVE))
    store.accounts.withdraw(account.id, actor="Maren Okafor", now=START + DAY)
    assert ids(store.search.find(Wanted(), OFFICER)) == []


def test_erased_words_are_not_found_any_more(store):
    active(store)
    visit(store, flag(1, excerpt="Our new workbook for grief is out."))
    store.retention.apply(FOREVER, {"mastodon": Ceiling(keep_text=DAY)}, START + 10 * DAY)
    assert ids(store.search.find(Wanted(words="workbook"), OFFICER)) == []
    assert len(ids(store.search.find(Wanted(words="mocks colleague"), OFFICER))) == 1


def test_an_erased_finding_takes_its_terms_along(store):
    account = active(store)
    visit(store, flag(1))
    assert terms(store)
    store.accounts.withdraw(account.id, actor="Maren Okafor", now=START + DAY)
    assert terms(store) == []


def test_words_that_come_back_are_found_again(store):
    active(store)
    verdict = flag(1, excerpt="Our new workbook for grief is out.")
    visit(store, verdict)
    store.retention.apply(FOREVER, {"mastodon": Ceiling(keep_text=DAY)}, START + 10 * DAY)
    visit(store, verdict, now=START + 11 * DAY)
    assert len(ids(store.search.find(Wanted(words="workbook"), OFFICER))) == 1


def test_after_a_new_key_the_index_is_made_anew(database_url):
    store = open_store(database_url, KEYRING)
    active(store)
    visit(store, *(flag(number) for number in range(3)))
    store.close()
    ring = Keyring({**KEYRING.keys, "k0002": bytes(KEY_BYTES)}, "k0002")
    rotated = open_store(database_url, ring)
    give_keyring(rotated.database.engine.dialect, ring)
    assert ids(rotated.search.find(Wanted(words="mocks"), OFFICER)) == []
    assert rotated.search.reindex() == 3
    assert len(ids(rotated.search.find(Wanted(words="mocks"), OFFICER))) == 3
    rotated.close()


def test_a_hit_tells_of_client_detail_on_its_post_and_of_its_review(store):
    active(store)
    visit(store, flag(1, CONFIDENTIAL, finding()), flag(2))
    told = {hit.finding.clause: hit.confidential for hit in store.search.find(Wanted(until=NOW), OFFICER).hits[1:]}
    assert told == {Clause.CONFIDENTIALITY: True, Clause.CONDUCT: True}
    assert store.search.find(Wanted(), REVIEWER).hits[0].confidential is False
    store.reviews.open_new(NOW, ReviewRules(grace_days=0))
    hit = store.search.find(Wanted(), REVIEWER).hits[0]
    assert (hit.state, hit.outcome) == (ReviewState.DETECTED, None)
    assert hit.review_id == store.reviews.of_finding(hit.finding.id).id
    assert ids(store.search.find(Wanted(state=ReviewState.DETECTED), REVIEWER)) == [hit.finding.id]


def test_only_what_the_author_knows_can_be_asked_for(store):
    active(store)
    first, second = visit(store, flag(1), flag(2)).findings
    store.findings.mark_author_told([second], START + DAY)
    assert ids(store.search.find(Wanted(told=True), OFFICER)) == [second]
    assert store.search.visible([second, 999, first], OFFICER) == (second, first)
