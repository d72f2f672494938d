"""Reviews as time passes: the author first, then management, and no letter about what was taken back."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.access import User
from domain.errors import MailServerDown
from domain.reporting import Judged
from domain.review import Checklist, Move, Outcome, Review, ReviewState, Step
from monitor.alerts import alert_due
from monitor.archive import publish
from monitor.digest import digest_due, review_due
from monitor.reviews import judged, rules_of
from reports import words
from store.engine import Store
from tests.fakes.practice import GRAVE, HARMLESS, Practice, practice_on
from tests.store.people import author, officer, user

MANAGER = "manager@larkspurbend.example"
AUTHOR = "tess@larkspurbend.example"
OFFER = "Obsessed w @CalmPetalGummies, code TESS15, honestly the best sleep of my life #ad"
OFFICER = "privacy@larkspurbend.example"
LOOKED = Checklist(not_protected=True, own_words=True, public_and_in_scope=True, author_heard=True, alike_compared=True)


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    return practice_on(store, tmp_path, grace_days=7)


def recipients(practice: Practice) -> list[str]:
    return [message.recipient for message in practice.mailer.sent]


def read(practice: Practice) -> None:
    """One round of the daemon: collect, then whatever follows from it."""
    practice.collect()
    alert_due(practice.reporting())
    review_due(practice.reporting())


def publish_offer(practice: Practice) -> Review:
    practice.authorise()
    practice.publish("offer", OFFER)
    read(practice)
    return the_review(practice)


def the_review(practice: Practice) -> Review:
    (finding,) = practice.store.findings.all()
    review = practice.store.reviews.of_finding(finding.id)
    assert review is not None
    return review


def digests(practice: Practice) -> dict[str, int]:
    """Week -> how many findings its digest names."""
    digest_due(practice.reporting())
    return {one.period.week: len(one.findings) for one in practice.store.digests.all()}


def step(practice: Practice, who: User, which: Step, **words: object) -> Review:
    review = the_review(practice)
    move = Move(which, who.id, practice.clock(), **words)  # type: ignore[arg-type]
    return practice.store.reviews.apply(review.id, review.revision, move, who, rules_of(practice.config))


def test_the_author_hears_at_once_and_management_not_yet(practice: Practice) -> None:
    review = publish_offer(practice)

    assert review.state is ReviewState.GRACE
    assert recipients(practice) == [AUTHOR]
    assert "stays with you until" in practice.mailer.sent[0].text
    assert review.author_told_at == practice.clock()
    practice.clock.to("2026-10-12T11:00:00+00:00")
    assert digests(practice) == {"2026-W41": 0}


def test_a_notice_is_sent_once(practice: Practice) -> None:
    publish_offer(practice)
    for _ in range(3):
        practice.clock.forward(minutes=1)
        read(practice)

    assert recipients(practice) == [AUTHOR]


def test_what_is_mended_in_time_enters_no_digest_and_its_author_is_thanked(practice: Practice) -> None:
    publish_offer(practice)
    practice.edit("offer", HARMLESS)
    practice.clock.forward(hours=25)
    read(practice)
    practice.clock.forward(minutes=10)
    read(practice)

    assert the_review(practice).outcome is Outcome.RESOLVED
    assert "You changed or removed the post in time" in practice.mailer.sent[-1].text
    practice.clock.to("2026-10-26T11:00:00+00:00")
    assert set(digests(practice).values()) == {0}


def test_what_is_not_mended_is_in_the_digest_of_the_week_in_which_the_grace_ends(practice: Practice) -> None:
    review = publish_offer(practice)
    assert review.grace_until is not None
    practice.clock.to("2026-10-26T11:00:00+00:00")
    found = digests(practice)

    assert sum(found.values()) == 1
    assert practice.store.digests.get("2026-W41").findings == ()  # type: ignore[union-attr]
    (week,) = (week for week, number in found.items() if number)
    digest = practice.store.digests.get(week)
    assert digest is not None
    assert digest.period.start <= review.grace_until < digest.period.end


def test_the_running_week_of_the_archive_does_not_show_what_is_in_grace(practice: Practice) -> None:
    publish_offer(practice)
    publish(practice.reporting())
    pages = "".join(page.read_text(encoding="utf-8") for page in practice.config.archive.rglob("*.html"))

    assert "finding-1" not in pages


def test_the_grace_counts_from_the_mail_and_not_from_the_finding(practice: Practice) -> None:
    practice.authorise()
    practice.publish("offer", OFFER)
    practice.mailer.answers = [MailServerDown("no answer")]
    read(practice)
    untold = the_review(practice)
    practice.clock.forward(hours=30)
    review_due(practice.reporting())

    assert untold.author_told_at is None
    told = the_review(practice)
    assert told.grace_until is not None
    assert (told.grace_until - practice.clock()).days == 7


def test_an_explanation_brings_it_to_a_reviewer_before_its_time(practice: Practice) -> None:
    publish_offer(practice)
    tess = author(practice.store, practice.store.staff.find(AUTHOR), "Tess Arroway")
    after = step(practice, tess, Step.ANSWER, note="That was a joke.")

    assert after.state is ReviewState.DETECTED
    practice.clock.to("2026-10-12T11:00:00+00:00")
    assert digests(practice) == {"2026-W41": 1}


def test_the_way_to_a_decision_by_mail(practice: Practice) -> None:
    publish_offer(practice)
    imani = user(practice.store)
    practice.clock.forward(days=8)
    read(practice)
    step(practice, imani, Step.TRIAGE_OPEN)
    step(practice, imani, Step.NOTIFY)
    read(practice)
    assert recipients(practice) == [AUTHOR], "the step can still be taken back"
    practice.clock.forward(minutes=6)
    read(practice)
    assert recipients(practice) == [AUTHOR, AUTHOR]
    assert "would like to hear your side" in practice.mailer.sent[-1].text
    practice.clock.forward(days=8)
    step(practice, imani, Step.DECIDE, outcome=Outcome.UPHELD_EDIT_ASKED, note="It advertises.", checklist=LOOKED)
    assert the_review(practice).appeal_until is None
    practice.clock.forward(minutes=6)
    read(practice)
    assert "please change or remove the post" in practice.mailer.sent[-1].text
    assert "It advertises." not in practice.mailer.sent[-1].text
    practice.clock.forward(days=15)
    read(practice)
    assert the_review(practice).state is ReviewState.CLOSED


def test_nobody_is_written_to_about_a_step_that_was_taken_back(practice: Practice) -> None:
    publish_offer(practice)
    imani = user(practice.store)
    practice.clock.forward(days=8)
    read(practice)
    step(practice, imani, Step.DISMISS, outcome=Outcome.FALSE_POSITIVE)
    practice.clock.forward(minutes=4)
    assert step(practice, imani, Step.UNDO).state is ReviewState.DETECTED
    practice.clock.forward(hours=1)
    read(practice)

    assert recipients(practice) == [AUTHOR]


def test_a_dismissed_finding_is_in_no_later_digest_and_its_author_hears_of_it(practice: Practice) -> None:
    publish_offer(practice)
    imani = user(practice.store)
    practice.clock.forward(days=8)
    read(practice)
    step(practice, imani, Step.DISMISS, outcome=Outcome.FALSE_POSITIVE)
    practice.clock.to("2026-10-26T11:00:00+00:00")

    assert set(digests(practice).values()) == {0}
    digest = practice.store.digests.get("2026-W43")
    assert digest is not None
    assert [(one.decided, one.overturned, one.rate) for one in digest.overturn] == [(1, 1, None)]
    assert digest.reviews is not None
    assert (digest.reviews.waiting, digest.reviews.closed) == (0, 1)
    letters = [message.text for message in practice.mailer.sent if message.recipient == AUTHOR]
    assert "The words do not say what the software took them to say." in letters[-1]


def test_the_author_of_something_critical_is_asked_to_take_it_down_without_triage(practice: Practice) -> None:
    practice.authorise()
    practice.publish("grave", GRAVE)
    read(practice)
    step(practice, officer(practice.store), Step.NOTIFY)
    practice.clock.forward(minutes=6)
    read(practice)
    mail = practice.mailer.sent[-1]

    assert mail.recipient == AUTHOR
    assert "PLEASE TAKE IT DOWN TODAY" in mail.text
    for detail in ("Whitlock", "Dana", "Elm Street", "Mercy", "bipolar"):
        assert detail not in mail.text + mail.html + mail.subject


def test_where_mail_to_authors_is_off_none_goes_out(practice: Practice) -> None:
    mail = practice.config.mail.model_copy(update={"notify_authors": False})
    practice.config = practice.config.model_copy(update={"mail": mail})
    publish_offer(practice)

    assert recipients(practice) == []
    assert the_review(practice).author_told_at is None


def decided(practice: Practice, outcome: Outcome, **words: object) -> User:
    """The offer, read with the author's time over, asked about and decided within one week; who decided."""
    publish_offer(practice)
    imani = user(practice.store)
    practice.clock.to("2026-10-19T13:00:00+00:00")
    read(practice)
    step(practice, imani, Step.TRIAGE_OPEN)
    step(practice, imani, Step.NOTIFY)
    practice.clock.forward(minutes=10)
    read(practice)
    step(practice, author(practice.store, practice.store.staff.find("Tess Arroway")), Step.ANSWER, note="I mended it.")
    step(practice, imani, Step.DECIDE, note="It advertises.", outcome=outcome, checklist=LOOKED, **words)
    return imani


def reported(practice: Practice, at: str) -> tuple[list[Judged | None], str]:
    """How the findings of the digests that are made then stand, and the mail of the week that has any."""
    practice.clock.to(at)
    digest_due(practice.reporting())
    (digest,) = (one for one in practice.store.digests.all() if one.findings)
    week = words.week(digest.period.week)
    (mail,) = (one for one in practice.mailer.sent if one.recipient == MANAGER and week in one.subject)
    return [one.judged for one in digest.findings], mail.text


def test_what_people_decided_before_the_digest_is_not_called_unjudged(practice: Practice) -> None:
    decided(practice, Outcome.UPHELD_GUIDANCE)

    stands, mail = reported(practice, "2026-10-26T11:00:00+00:00")

    assert stands == [Judged.DECIDED]
    assert "Decided by people, may be appealed." in mail
    assert "Unconfirmed" not in mail
    assert "no person has judged" not in mail
    for word in ("guidance", "upheld"):
        assert word not in mail.casefold()


def test_what_waits_for_people_is_unconfirmed_as_before(practice: Practice) -> None:
    publish_offer(practice)
    practice.clock.to("2026-10-19T13:00:00+00:00")
    read(practice)

    stands, mail = reported(practice, "2026-10-26T11:00:00+00:00")

    assert stands == [None]
    assert "no person has judged it yet" in mail
    assert "Unconfirmed." in mail


@pytest.mark.parametrize(
    ("state", "outcome", "told"),
    [
        (ReviewState.DETECTED, None, None),
        (ReviewState.PROPOSED, Outcome.REFERRED, None),
        (ReviewState.DECIDED, Outcome.REFERRED, Judged.DECIDED),
        (ReviewState.APPEALED, Outcome.REFERRED, Judged.APPEALED),
        (ReviewState.CLOSED, Outcome.REFERRED, Judged.UPHELD),
        (ReviewState.CLOSED, Outcome.UPHELD_NO_ACTION, Judged.UPHELD),
        (ReviewState.CLOSED, Outcome.NOT_UPHELD, Judged.NOT_UPHELD),
        (ReviewState.CLOSED, Outcome.FALSE_POSITIVE, Judged.NOT_UPHELD),
        (ReviewState.CLOSED, Outcome.RESOLVED, Judged.MENDED),
    ],
)
def test_how_it_was_decided_is_told_once_nobody_can_appeal(
    practice: Practice, state: ReviewState, outcome: Outcome | None, told: Judged | None
) -> None:
    review = replace(publish_offer(practice), state=state, outcome=outcome)

    assert judged(review, practice.clock()) is told


def test_what_can_still_be_taken_back_is_not_told(practice: Practice) -> None:
    decided(practice, Outcome.UPHELD_GUIDANCE)
    review, now = the_review(practice), practice.clock()

    assert judged(review, now + timedelta(minutes=4)) is None
    assert judged(review, now + timedelta(minutes=5)) is Judged.DECIDED
    assert judged(None, now) is None
