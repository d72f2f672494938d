"""Concerns on both databases: who may see them, what is kept of a reporter, and what an address leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from domain.access import ConflictOfInterest, Role
from domain.concerns import ConcernState, Disposition, NewConcern, Openness, Reporter
from domain.errors import Conflict, Refused, UsageError
from domain.findings import Clause
from domain.receipts import receipt_hash
from domain.routing import Handling, Routing
from store.record_tables import concerns
from tests.store.records import DAY, START, active, clean, flagged, person, post, profile, visit

OFFICER, ALTERNATE = "privacy@larkspurbend.example", "jonas@larkspurbend.example"
ROUTING = Routing(officer=OFFICER, alternate=ALTERNATE, counsel="counsel@finch-and-wray.example")
ANONYMOUS = NewConcern("https://social.example/@maren/77", Clause.CONFIDENTIALITY, "Please look.", Openness.ANONYMOUS)
NAMED = replace(ANONYMOUS, openness=Openness.CONFIDENTIAL, reporter=Reporter("Odile Brandt", "555-0188"))
HANDLES = frozenset({Role.PRIVACY_OFFICER})


def user(store, email, roles=HANDLES, staff_id=None, name="Imani Okafor"):
    return store.users.add(name, email, roles, staff_id, "command", START)


def hand(someone):
    return Handling(someone, ROUTING)


@pytest.fixture
def officer(store):
    return user(store, OFFICER)


@pytest.fixture
def alternate(store):
    return user(store, ALTERNATE, name="Jonas Wray")


def everything(store, of):
    with store.database.reading() as connection:
        return "\n".join(str(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {of}")))


def test_a_receipt_leads_to_state_and_messages(store, officer):
    got = store.concerns.receive(ANONYMOUS, ROUTING, START)
    assert len(got.code) == 23
    concern, said = store.concerns.follow(got.code.lower().replace("-", " "))
    assert (concern.state, said) == (ConcernState.RECEIVED, ())
    store.concerns.answer_as_reporter(got.code, "It is still there.", START)
    store.concerns.acknowledge(concern.id, hand(officer), "Thank you.", START + DAY)
    concern, said = store.concerns.follow(got.code)
    assert concern.acknowledged_at == START + DAY
    assert [(one.from_reporter, one.text) for one in said] == [(True, "It is still there."), (False, "Thank you.")]


@pytest.mark.parametrize("code", ["", "x", "00000-00000-00000-00000", "UUUUU-UUUUU-UUUUU-UUUUU", "%" * 20])
def test_no_other_code_leads_anywhere(store, officer, code):
    store.concerns.receive(ANONYMOUS, ROUTING, START)
    assert store.concerns.follow(code) is None
    assert store.concerns.answer_as_reporter(code, "Words.", START) is None


def test_two_receipts_never_look_alike(store):
    codes = {store.concerns.receive(ANONYMOUS, ROUTING, START).code for _ in range(20)}
    assert len(codes) == 20


def test_neither_code_nor_words_nor_identity_is_stored_in_clear(store, officer):
    got = store.concerns.receive(NAMED, ROUTING, START)
    store.concerns.answer_as_reporter(got.code, "More words.", START)
    stored = "".join(everything(store, table) for table in ("concerns", "concern_messages", "reporters", "audit"))
    for secret in (got.code, got.code.replace("-", ""), "Please look", "More words", "Brandt", "555-0188", "@maren/77"):
        assert secret not in stored
    with store.database.reading() as connection:
        assert connection.execute(select(concerns.c.receipt_hash)).scalar() == receipt_hash(got.code)


def test_of_an_anonymous_one_nothing_of_the_person_is_stored(store, officer):
    got = store.concerns.receive(ANONYMOUS, ROUTING, START)
    assert everything(store, "reporters") == ""
    assert store.concerns.reporter_of(got.concern.id, hand(officer), "To ask back.", START) is None
    assert store.concerns.looks(got.concern.id, hand(officer)) == ()
    (line,) = [entry.record for entry in store.audit.entries() if entry.record.event == "concern.received"]
    assert (line.actor, set(line.details)) == ("section7", {"openness", "privacy"})


def test_every_look_at_a_reporter_is_recorded_with_its_reason(store, officer):
    got = store.concerns.receive(NAMED, ROUTING, START)
    with pytest.raises(UsageError):
        store.concerns.reporter_of(got.concern.id, hand(officer), "  ", START)
    assert store.concerns.looks(got.concern.id, hand(officer)) == ()
    assert store.concerns.reporter_of(got.concern.id, hand(officer), "To ask back.", START) == NAMED.reporter
    store.concerns.reporter_of(got.concern.id, hand(officer), "To say thank you.", START + DAY)
    looks = store.concerns.looks(got.concern.id, hand(officer))
    assert [(one.user_id, one.reason) for one in looks] == [
        (officer.id, "To ask back."),
        (officer.id, "To say thank you."),
    ]
    logged = [entry.record for entry in store.audit.entries() if entry.record.event == "reporter.viewed"]
    assert [(line.actor, line.subject) for line in logged] == [(f"user:{officer.id}", f"concern:{got.concern.id}")] * 2


def test_it_goes_to_the_officer_first(store, alternate, officer):
    got = store.concerns.receive(ANONYMOUS, ROUTING, START)
    assert got.concern.handler_id == officer.id
    assert store.concerns.for_handler(hand(alternate)) == ()
    assert store.concerns.get(got.concern.id, hand(alternate)) is None
    assert [one.id for one in store.concerns.for_handler(hand(officer))] == [got.concern.id]


def test_one_about_the_officer_goes_to_the_alternate_and_nobody_else_sees_it(store, alternate):
    imani = person(store, "Imani Okafor")
    officer = user(store, OFFICER, staff_id=imani.id)
    third = user(store, "third@larkspurbend.example")
    active(store, imani, profile(url="https://social.example/@imani"))
    new = replace(ANONYMOUS, url="https://social.example/@imani/9")
    concern = store.concerns.receive(new, ROUTING, START).concern
    assert (concern.handler_id, concern.about_staff_id, concern.to_alternate) == (alternate.id, imani.id, True)
    for other in (officer, third):
        assert store.concerns.for_handler(hand(other)) == ()
        assert store.concerns.messages(concern.id, hand(other)) == ()
        for act in (
            lambda by: store.concerns.acknowledge(concern.id, by, "Hm.", START),
            lambda by: store.concerns.look_into(concern.id, by, START),
            lambda by: store.concerns.close(concern.id, by, "Hm.", Disposition.TALKED, START),
            lambda by: store.concerns.answer_as_handler(concern.id, by, "Hm.", START),
            lambda by: store.concerns.reporter_of(concern.id, by, "Curious.", START),
            lambda by: store.concerns.mark_privacy(concern.id, by, START),
            lambda by: store.concerns.hand_over(concern.id, by, alternate, START),
        ):
            with pytest.raises(Refused):
                act(hand(other))
    with pytest.raises(Refused, match="may not handle"):
        store.concerns.hand_over(concern.id, hand(alternate), officer, START)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
def test_one_about_a_reviewer_or_a_manager_goes_to_the_alternate(store, alternate, officer, role):
    whose = person(store, "Rosalind Achterberg")
    user(store, "rosalind@larkspurbend.example", frozenset({role}), whose.id)
    active(store, whose, profile(url="https://social.example/@rosalind"))
    new = replace(ANONYMOUS, url="https://social.example/@rosalind/1")
    assert store.concerns.receive(new, ROUTING, START).concern.handler_id == alternate.id


def test_the_reporter_can_ask_for_the_alternate(store, alternate, officer):
    concern = store.concerns.receive(replace(ANONYMOUS, to_alternate=True), ROUTING, START).concern
    assert concern.handler_id == alternate.id
    assert store.concerns.get(concern.id, hand(officer)) is None


def test_kept_for_an_alternate_who_has_no_account_yet(store, officer):
    concern = store.concerns.receive(replace(ANONYMOUS, to_alternate=True), ROUTING, START).concern
    assert concern.handler_id is None
    assert store.concerns.get(concern.id, hand(officer)) is None
    assert store.concerns.waiting_for_nobody() == 1
    later = user(store, ALTERNATE, name="Jonas Wray")
    assert store.concerns.acknowledge(concern.id, hand(later), "Thank you.", START).handler_id == later.id
    assert store.concerns.waiting_for_nobody() == 0


def test_a_named_conflict_of_the_handler_counts(store, alternate, officer):
    whose = person(store)
    active(store, whose, profile(url="https://social.example/@maren"))
    store.users.add_conflict(officer.id, ConflictOfInterest(whose.id, "They are married."), "command", START)
    assert store.concerns.receive(ANONYMOUS, ROUTING, START).concern.handler_id == alternate.id


def test_it_can_be_handed_over(store, alternate, officer):
    concern = store.concerns.receive(ANONYMOUS, ROUTING, START).concern
    store.concerns.hand_over(concern.id, hand(officer), alternate, START)
    assert store.concerns.get(concern.id, hand(officer)) is None
    assert store.concerns.get(concern.id, hand(alternate)).handler_id == alternate.id


def test_the_clocks(store, officer):
    concern = store.concerns.receive(ANONYMOUS, ROUTING, START).concern
    assert (concern.acknowledge_by, concern.outcome_by) == (START + 7 * DAY, START + 90 * DAY)
    assert not concern.overdue(START + 7 * DAY)
    assert concern.overdue(START + 7 * DAY + timedelta(seconds=1))
    concern = store.concerns.acknowledge(concern.id, hand(officer), "Thank you.", START + 2 * DAY)
    assert not concern.overdue(START + 90 * DAY)
    assert concern.overdue(START + 91 * DAY)
    concern = store.concerns.close(concern.id, hand(officer), "We talked.", Disposition.TALKED, START + 91 * DAY)
    assert not concern.overdue(START + 365 * DAY)


def test_each_step_once_and_never_back(store, officer):
    concern = store.concerns.receive(ANONYMOUS, ROUTING, START).concern
    store.concerns.acknowledge(concern.id, hand(officer), "Thank you.", START)
    with pytest.raises(Conflict):
        store.concerns.acknowledge(concern.id, hand(officer), "Again.", START)
    store.concerns.look_into(concern.id, hand(officer), START)
    done = store.concerns.close(concern.id, hand(officer), "All is well.", Disposition.NO_BREACH, START + DAY)
    assert (done.state, done.disposition, done.answered_at) == (
        ConcernState.ANSWERED,
        Disposition.NO_BREACH,
        START + DAY,
    )
    for again in (
        lambda: store.concerns.close(concern.id, hand(officer), "Else.", Disposition.TALKED, START),
        lambda: store.concerns.look_into(concern.id, hand(officer), START),
    ):
        with pytest.raises(Conflict):
            again()
    events = [entry.record for entry in store.audit.entries() if entry.record.subject.startswith("concern:")]
    assert [line.event for line in events] == [
        "concern.received",
        "concern.acknowledged",
        "concern.looked-into",
        "concern.answered",
    ]
    assert events[-1].details == {"disposition": "no-breach"}


def test_a_complaint_about_privacy_is_marked(store, officer):
    ordinary = store.concerns.receive(ANONYMOUS, ROUTING, START).concern
    assert not ordinary.privacy_complaint
    assert store.concerns.mark_privacy(ordinary.id, hand(officer), START).privacy_complaint
    assert store.concerns.receive(replace(ANONYMOUS, privacy_complaint=True), ROUTING, START).concern.privacy_complaint


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ANONYMOUS, text="  "),
        replace(ANONYMOUS, text="x" * 10_001),
        replace(ANONYMOUS, url="javascript:alert(1)"),
        replace(ANONYMOUS, url="the post by Maren"),
        replace(ANONYMOUS, url="https://maren:secret@social.example/1"),
        replace(ANONYMOUS, url="https://social.example/" + "x" * 2000),
        replace(ANONYMOUS, reporter=Reporter("Odile", "555-0188")),
        replace(NAMED, reporter=None),
        replace(NAMED, reporter=Reporter("", "555-0188")),
        replace(NAMED, reporter=Reporter("Odile", "5" * 301)),
    ],
)
def test_what_cannot_be_is_refused_whole(store, wrong):
    with pytest.raises(UsageError):
        store.concerns.receive(wrong, ROUTING, START)
    assert everything(store, "concerns") == everything(store, "reporters") == ""


class TestWhatAnAddressLeadsTo:
    @pytest.fixture
    def account(self, store):
        made = active(store, person(store), profile(url="https://social.example/@maren"))
        visit(store, flagged(post("77", url="https://social.example/@maren/77")), clean(post("78")))
        return made

    def subject(self, store, address):
        return store.concerns.subject(store.concerns.receive(replace(ANONYMOUS, url=address), ROUTING, START).concern)

    @pytest.mark.parametrize(
        "address",
        [
            "https://social.example/@maren/77",
            "http://www.social.example:80/@maren/77/?utm_source=mail#here",
            "https://SOCIAL.example/users/maren/statuses/77",
        ],
    )
    def test_the_one_post_however_it_is_written(self, store, account, address):
        found = self.subject(store, address)
        assert (found.account_id, found.author) == (account.id, "Maren Okafor")
        assert found.finding_ids == tuple(one.id for one in store.findings.all())

    def test_a_post_without_a_finding(self, store, account):
        found = self.subject(store, "https://social.example/@maren/78")
        assert (found.account_id, found.finding_ids) == (account.id, ())

    def test_a_post_that_is_not_remembered(self, store, account):
        assert self.subject(store, "https://social.example/@maren/1234").finding_ids == ()

    @pytest.mark.parametrize(
        "address",
        [
            "https://social.example/@marena/1",
            "https://social.example/@somebody/1",
            "https://social.example/",
            "https://elsewhere.example/@maren/77",
        ],
    )
    def test_nobody_elses(self, store, account, address):
        assert self.subject(store, address) is None

    def test_not_after_a_withdrawal(self, store, account):
        store.accounts.withdraw(account.id, "Maren Okafor", START + DAY)
        assert self.subject(store, "https://social.example/@maren/77") is None

    def test_nothing_is_read_for_it(self, store, account):
        before = store.accounts.find(str(account.id))
        self.subject(store, "https://social.example/@maren/77")
        assert store.accounts.find(str(account.id)) == before
        assert store.accounts.count_due(START) == 0
