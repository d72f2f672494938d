"""Reviews as time passes: opened for what is new, out of grace, resolved, closed; and who is written to about them.

An author is written to as soon as a review is opened, and about each step once it can no longer be taken back. A key
says what a mail is about, so that it is made from what is stored when it leaves, also after a crash.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.findings import Severity
from domain.reporting import DeliveryKind, Judged
from domain.review import UPHELD, Outcome, ReviewState, Step
from domain.review_locks import UNDO_FOR, UNDOABLE
from monitor.delivery import queue
from reports.letters import Letter, ReviewLetter
from store.review_queue import OPENED_PREFIX, STEP_PREFIX

if TYPE_CHECKING:
    from domain.reporting import Delivery, Message, ReportedFinding
    from domain.review import Review, ReviewEvent
    from domain.review_locks import ReviewRules
    from monitor.config import Config
    from monitor.delivery import Posting
    from reports.render import Renderer

AFTER = UNDO_FOR + timedelta(minutes=1)
"""A letter about a step waits this long: one that can be taken back must not be on its way."""
OWN_PREFIX = "own:"
"""The key of a notice about what nobody but its author may see is this and the number of the newest of it."""
LONGEST = timedelta(days=30)
"""An older step is not written about any more; the log of mails may have forgotten that it was."""
_JUDGED_IN = {ReviewState.DECIDED: Judged.DECIDED, ReviewState.APPEALED: Judged.APPEALED}


def rules_of(config: Config) -> ReviewRules:
    """What the practice has chosen."""
    return config.review.rules(mails=config.mail.notify_authors)


def settle(post: Posting, config: Config) -> None:
    """Bring every review up to now, and queue the mails that follow. Repeating it changes nothing."""
    now, rules, store = post.clock(), rules_of(config), post.store.reviews
    # Mended in time comes before the end of that time.
    store.resolve_settled(now, rules)
    store.end_grace(now, rules)
    store.close_expired_appeals(now, rules)
    opened = store.open_new(now, rules)
    if config.mail.notify_authors:
        if opened:
            _queue_notices(post, now)
        _queue_letters(post, now)
        _queue_own(post, now)


def _queue_own(post: Posting, now: datetime) -> None:
    """One notice an author about what nobody else may see: no review is opened for it, and no digest names it."""
    untold = post.store.findings.authors_alone()
    for author in dict.fromkeys(one.author_email for one in untold):
        newest = max(one.id for one in untold if one.author_email == author)
        queue(post, DeliveryKind.NOTICE, f"{OWN_PREFIX}{newest}", [author], now)


def own_findings(post: Posting, delivery: Delivery) -> tuple[ReportedFinding, ...]:
    """What such a notice tells of: what its author has not heard of, up to the finding that the key names."""
    newest = int(delivery.key.removeprefix(OWN_PREFIX))
    untold = post.store.findings.authors_alone()
    return tuple(one for one in untold if one.id <= newest and one.author_email == delivery.recipient)


def _queue_notices(post: Posting, now: datetime) -> None:
    """One notice an author about all that was opened now. Critical findings have mails of their own."""
    key = f"{OPENED_PREFIX}{now.isoformat()}"
    authors = dict.fromkeys(one.author_email for one in opened_findings(post, key) if one.author_told_at is None)
    queue(post, DeliveryKind.NOTICE, key, authors, now)


def _queue_letters(post: Posting, now: datetime) -> None:
    for review, step in post.store.reviews.untold(now - LONGEST, now - AFTER):
        for finding in _finding(post, review):
            queue(post, DeliveryKind.NOTICE, f"{STEP_PREFIX}{step.id}", [finding.author_email], now)


def judged(review: Review | None, now: datetime) -> Judged | None:
    """What people have made of it, as far as it cannot be taken back any more."""
    if review is None or review.outcome is None:
        return None
    by_people = (event for event in review.events if event.actor_id is not None and event.step in UNDOABLE)
    if any(now < event.at + UNDO_FOR for event in by_people):
        return None
    if review.state is not ReviewState.CLOSED:
        return _JUDGED_IN.get(review.state)
    if review.outcome is Outcome.RESOLVED:
        return Judged.MENDED
    return Judged.UPHELD if review.outcome in UPHELD else Judged.NOT_UPHELD


def is_about_reviews(key: str) -> bool:
    """Whether a notice's key is one of those made here."""
    return key.startswith((OPENED_PREFIX, STEP_PREFIX, OWN_PREFIX))


def opened_findings(post: Posting, key: str) -> tuple[ReportedFinding, ...]:
    """The findings that a notice with such a key tells of, as far as they still wait for somebody."""
    at = datetime.fromisoformat(key.removeprefix(OPENED_PREFIX))
    minor = (one for one in post.store.reviews.opened_at(at) if one.severity < Severity.S4)
    return post.store.findings.get([one.finding_id for one in minor if one.finding_id is not None])


def compose(post: Posting, renderer: Renderer, delivery: Delivery, when: datetime) -> Message | None:
    """The mail of such a key; None when what it was about is gone, closed or was taken back."""
    if delivery.key.startswith(STEP_PREFIX):
        return _letter(post, renderer, delivery, when)
    if delivery.key.startswith(OWN_PREFIX):
        own = own_findings(post, delivery)
        return renderer.notice_alone(own, own[0].author, delivery.recipient, delivery.key, when) if own else None
    mine = tuple(one for one in opened_findings(post, delivery.key) if one.author_email == delivery.recipient)
    if not mine:
        return None
    reviews = (post.store.reviews.of_finding(one.id) for one in mine)
    ends = [one.grace_until for one in reviews if one and one.state is ReviewState.GRACE and one.grace_until]
    return renderer.notice(mine, mine[0].author, delivery.recipient, delivery.key, when, min(ends, default=None))


def told(post: Posting, config: Config, delivery: Delivery) -> None:
    """Record that such a mail went to its author, whose times count from then on."""
    rules, now = rules_of(config), post.clock()
    if delivery.key.startswith(STEP_PREFIX):
        if found := post.store.reviews.of_step(int(delivery.key.removeprefix(STEP_PREFIX))):
            post.store.reviews.author_told(found[0].id, now, rules)
        return
    if delivery.key.startswith(OWN_PREFIX):
        post.store.findings.mark_author_told([one.id for one in own_findings(post, delivery)], now)
        return
    for finding in opened_findings(post, delivery.key):
        review = post.store.reviews.of_finding(finding.id)
        if review is not None and finding.author_email == delivery.recipient:
            post.store.reviews.author_told(review.id, now, rules)


def _letter(post: Posting, renderer: Renderer, delivery: Delivery, when: datetime) -> Message | None:
    found = post.store.reviews.of_step(int(delivery.key.removeprefix(STEP_PREFIX)))
    if found is None:
        return None
    review, step = found
    for finding in _finding(post, review):
        if finding.author_email == delivery.recipient:
            return renderer.review(_about(review, step, finding), delivery.recipient, delivery.key, when)
    return None


def _about(review: Review, step: ReviewEvent, finding: ReportedFinding) -> ReviewLetter:
    if step.step is Step.NOTIFY:
        return ReviewLetter(Letter.ASKED, review.id, finding, until=review.answer_until)
    letter = Letter.DECIDED if step.state is ReviewState.DECIDED else Letter.CLOSED
    # The second reviewer agrees with what the first one chose.
    outcome = review.outcome if step.outcome is None else step.outcome
    return ReviewLetter(letter, review.id, finding, outcome, review.appeal_until)


def _finding(post: Posting, review: Review) -> tuple[ReportedFinding, ...]:
    return () if review.finding_id is None else post.store.findings.get([review.finding_id])
