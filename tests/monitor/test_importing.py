"""What an owner hands over goes the way of a reading, on both databases."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from collectors.base import Http
from collectors.handed import HandedOver, Nowhere
from collectors.import_format import Export
from domain.accounts import AccountKind, AccountState, LedgerEvent, Proof
from domain.errors import AddressRefused, Conflict, ImportRefused, NotAuthorised, NotProven, Stopped, UsageError
from domain.periods import period_of
from domain.posts import PROFILE_ID, Fetched, Post, PostKind, PostState
from domain.reporting import Reading
from monitor.digest import draft
from monitor.enrol import offer_import, verify_by_form
from monitor.importing import Handover, Memory, concluded, import_file, verify
from monitor.retention import PROFILES
from reports.items import account_line
from store.engine import Store
from tests.fakes.exports import instagram, linkedin, mastodon, note, picture, share, tweet, x_archive, zipped
from tests.fakes.practice import GRAVE, HARMLESS, Practice, practice_on

AFTER = "2026-10-10T10:00:00Z"
BEFORE = "2026-09-01T10:00:00Z"


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    return practice_on(store, tmp_path)


@pytest.fixture
def hand(practice: Practice, tmp_path: Path):
    """Hands a file over for an account of a service, enrolling it first."""

    def handing(service, members, *, dry_run=False, form="", vouched=False, enrolment=None):
        file = tmp_path / "handed-over"
        file.write_bytes(members if isinstance(members, bytes) else zipped(members).getvalue())
        found = enrolment or standing(practice, service)
        return import_file(practice.app(), found, Handover(file, form, vouched), dry_run=dry_run)

    return handing


NAMES = {"mastodon": "tess@fern.example", "x": "tess", "linkedin": "Tess Arroway", "instagram": "tess"}


def standing(practice, service, *, authorised=True):
    for one in practice.store.accounts.all():
        if one.platform == f"imported:{service}" and one.state is not AccountState.WITHDRAWN:
            return one
    enrolled = offer_import(
        practice.store,
        practice.config,
        practice.policy,
        service=service,
        name=NAMES.get(service, "tess"),
        staff=next(iter(practice.store.staff.all()), None) or practice.hire(),
        kind=AccountKind.PROFESSIONAL,
        actor="tester",
        now=practice.clock(),
    ).enrolment
    if not authorised:
        return enrolled
    form = Path(practice.config.file).parent / "form.pdf"
    form.write_bytes(b"signed")
    return verify_by_form(practice.store, enrolled, form, practice.clock())


def known(practice, enrolment):
    return {
        post_id: post for post_id, post in practice.store.posts.known(enrolment.id).items() if post_id != PROFILE_ID
    }


def states(practice, enrolment):
    return {post_id: post.state for post_id, post in known(practice, enrolment).items()}


def test_what_was_published_under_the_permission_is_judged_and_stored(practice, hand):
    account = standing(practice, "mastodon")
    practice.clock.forward(days=5)
    done = hand("mastodon", mastodon(note(1, GRAVE, AFTER), note(2, HARMLESS, AFTER), note(3, GRAVE, BEFORE)))

    assert (done.outcome, done.listed, done.older, done.findings > 0) == ("read", 3, 1, True)
    assert set(known(practice, account)) == {"1", "2"}
    assert {finding.account_id for finding in practice.store.findings.all()} == {account.id}
    assert {finding.post_url for finding in practice.store.findings.all()} == {"https://fern.example/@tess/1"}


def test_a_critical_finding_is_told_the_same_day(practice, hand):
    standing(practice, "mastodon")
    practice.clock.forward(days=5)
    done = hand("mastodon", mastodon(note(1, GRAVE, AFTER)))

    assert done.mail.sent > 0
    assert practice.mailer.sent


def test_the_same_file_again_adds_nothing(practice, hand):
    account = standing(practice, "mastodon")
    practice.clock.forward(days=5)
    members = mastodon(note(1, GRAVE, AFTER), note(2, HARMLESS, AFTER))
    hand("mastodon", members)
    before = practice.store.posts.known(account.id)
    practice.clock.forward(days=1)
    again = hand("mastodon", members)

    assert (again.new, again.edited, again.gone, again.findings, again.unchanged) == (0, 0, 0, 0, 2)
    assert practice.store.posts.known(account.id) == before


def test_an_edit_is_seen_by_its_words(practice, hand):
    standing(practice, "mastodon")
    practice.clock.forward(days=5)
    hand("mastodon", mastodon(note(1, HARMLESS, AFTER)))
    practice.clock.forward(days=1)
    done = hand("mastodon", mastodon(note(1, GRAVE, AFTER)))

    assert (done.new, done.edited, done.findings > 0) == (0, 1, True)


def test_a_dry_run_says_the_same_and_stores_nothing(practice, hand):
    account = standing(practice, "mastodon")
    practice.clock.forward(days=5)
    members = mastodon(
        note(1, GRAVE, AFTER), note(2, HARMLESS, AFTER), note(3, "x", BEFORE), note(4, "y", AFTER, to=[], cc=[])
    )
    before = practice.store.audit.newest()
    dry = hand("mastodon", members, dry_run=True)

    assert practice.store.posts.known(account.id) == {}
    assert practice.store.audit.newest() == before
    real = hand("mastodon", members)
    assert replace(real, findings=0, dry_run=True, mail=None) == dry
    assert dry.skipped == {"not-public": 1}


def archive(*numbers, made):
    """A whole archive of X that was made at this time, as its manifest says."""
    tweets = [tweet(number, HARMLESS, "Thu Oct 08 10:00:00 +0000 2026") for number in numbers]
    return x_archive(*tweets, manifest=made_at(made))


def made_at(made):
    info = {"archiveInfo": {"generationDate": made, "isPartialArchive": False}}
    return f"window.__THAR_CONFIG = {json.dumps(info)}"


def test_only_a_second_whole_export_six_hours_later_makes_a_post_gone(practice, hand):
    account = standing(practice, "x")
    practice.clock.to("2026-10-09T12:00:00+00:00")
    hand("x", archive(1, 2, made="2026-10-09T08:00:00Z"))
    practice.clock.to("2026-10-10T12:00:00+00:00")
    hand("x", archive(1, made="2026-10-10T08:00:00Z"))
    assert states(practice, account) == {"1": PostState.LIVE, "2": PostState.MISSING}

    practice.clock.to("2026-10-11T12:00:00+00:00")
    hand("x", archive(1, made="2026-10-10T08:00:00Z"))
    hand("x", archive(1, made="2026-10-10T12:00:00Z"))
    assert states(practice, account)["2"] is PostState.MISSING, (
        "the same file, or one of the same hours, is no second answer"
    )

    done = hand("x", archive(1, made="2026-10-11T08:00:00Z"))
    assert (done.gone, states(practice, account)) == (1, {"1": PostState.LIVE, "2": PostState.GONE})


def test_a_post_that_is_listed_again_stands_again(practice, hand):
    account = standing(practice, "x")
    practice.clock.to("2026-10-12T12:00:00+00:00")
    hand("x", archive(1, 2, made="2026-10-09T08:00:00Z"))
    hand("x", archive(1, made="2026-10-10T08:00:00Z"))
    hand("x", archive(1, 2, made="2026-10-11T08:00:00Z"))

    assert states(practice, account) == {"1": PostState.LIVE, "2": PostState.LIVE}


def test_absence_from_an_older_export_proves_nothing(practice, hand):
    account = standing(practice, "x")
    practice.clock.to("2026-10-12T12:00:00+00:00")
    hand("x", archive(1, 2, made="2026-10-11T08:00:00Z"))
    hand("x", archive(1, made="2026-10-10T08:00:00Z"))
    hand("x", archive(made="2026-10-07T20:00:00Z"))

    assert set(states(practice, account).values()) == {PostState.LIVE}


def test_absence_from_a_partial_export_proves_nothing(practice, hand):
    account = standing(practice, "linkedin")
    practice.clock.to("2026-10-12T12:00:00+00:00")
    hand("linkedin", linkedin(share(1, HARMLESS, at="2026-10-08 10:00:00")))
    for _ in range(3):
        practice.clock.forward(days=1)
        hand("linkedin", linkedin())

    assert set(states(practice, account).values()) == {PostState.LIVE}


WHOLE = Export(posts=(), listed_ids=frozenset(), whole=True, made_at=None)


def test_where_formats_were_mixed_absence_proves_nothing(practice):
    account = practice.authorise()
    export = replace(WHOLE, made_at=practice.clock())

    assert concluded("x", export, account, {}, vouched=False).covers_since == account.authorisation.starts_at
    mixed = replace(account, cursor=Memory(frozenset({"text"})).write())
    assert concluded("x", export, mixed, {}, vouched=False).covers_since is None
    assert concluded("x", WHOLE, account, {}, vouched=False).covers_since is None


def test_memory_comes_back_as_it_was_written(practice):
    memory = Memory(frozenset({"x", "text"}), "77", practice.clock())

    assert Memory.read(memory.write()) == memory
    assert Memory.read(None) == Memory()


def test_what_tells_no_audience_counts_only_when_its_owner_vouches(practice, hand):
    account = standing(practice, "instagram")
    practice.clock.to("2026-11-19T12:00:00+00:00")
    members = instagram(picture(HARMLESS), private=None)
    without = hand("instagram", members)
    assert (without.listed, without.skipped, without.unclear) == (0, {"audience-unknown": 1}, True)
    assert known(practice, account) == {}

    assert hand("instagram", members, vouched=True).new >= 1
    assert len(known(practice, account)) == 1


def test_a_reply_to_the_owners_own_post_is_judged_beside_it():
    mine, theirs = (Post(number, "", PostKind.POST, "Words") for number in ("1", "2"))
    reply = replace(theirs, reply_to_id="1")
    platform = HandedOver(Fetched(posts=(mine, reply), listed_ids=frozenset(), covers_since=None))

    assert platform.parent(None, reply, Nowhere().for_account()).text == "Words"
    assert platform.parent(None, replace(reply, reply_to_id="9"), Nowhere().for_account()) is None


def test_nothing_can_be_fetched_during_an_import():
    http: Http = Nowhere().for_account()

    for ask in (http.get, http.txt, lambda url: http.post(url, json={})):
        with pytest.raises(AddressRefused):
            ask("https://fern.example/")
    with pytest.raises(UsageError):
        HandedOver(Fetched((), frozenset(), None)).resolve("https://fern.example/", http)


def test_pasted_posts_and_a_pasted_profile_go_the_same_way(practice, hand):
    account = standing(practice, "psychology-today")
    practice.clock.forward(days=5)
    posts = hand("psychology-today", f"date: 2026-10-10 09:30\n{GRAVE}".encode(), form="text")
    profile = hand("psychology-today", b"I cure every client.", form="profile")
    again = hand("psychology-today", b"I cure every client.", form="profile")

    assert (posts.new, posts.findings > 0) == (1, True)
    assert (profile.new, again.new, again.edited) == (1, 0, 0)
    assert PROFILE_ID in practice.store.posts.known(account.id)


def test_a_stop_refuses_an_import_before_the_file_is_opened(practice, tmp_path):
    account = standing(practice, "x")
    practice.store.stops.stop("user:1", "A check.", practice.clock())

    for dry_run in (True, False):
        with pytest.raises(Stopped):
            import_file(practice.app(), account, Handover(tmp_path / "none"), dry_run=dry_run)


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_account_that_may_not_be_read_takes_no_import(practice, tmp_path, dry_run):
    enrolled = standing(practice, "linkedin", authorised=False)
    paused = standing(practice, "x")
    practice.store.accounts.pause(paused.id, "tester", practice.clock())

    for account in (enrolled, paused):
        with pytest.raises(NotAuthorised):
            import_file(practice.app(), account, Handover(tmp_path / "none"), dry_run=dry_run)
    practice.store.accounts.withdraw(paused.id, "tester", practice.clock())
    with pytest.raises(NotAuthorised):
        import_file(practice.app(), paused, Handover(tmp_path / "none"), dry_run=dry_run)


def test_an_account_that_is_fetched_takes_no_import(practice, tmp_path):
    practice.authorise()
    (account,) = practice.store.accounts.all()

    with pytest.raises(UsageError, match="read by itself"):
        import_file(practice.app(), account, Handover(tmp_path / "none"))


@pytest.mark.parametrize("name", ["none", ".", "/dev/null"])
def test_what_is_no_file_is_a_clear_mistake(practice, tmp_path, name):
    with pytest.raises(UsageError, match="Nothing was imported"):
        import_file(practice.app(), standing(practice, "x"), Handover(tmp_path / name))


def test_a_refused_file_leaves_the_account_as_it_was(practice, hand):
    account = standing(practice, "x")
    practice.clock.forward(days=5)
    before = practice.store.audit.newest()
    for members in (mastodon(note(1, GRAVE, AFTER)), x_archive(tweets="["), b"no archive"):
        with pytest.raises(ImportRefused):
            hand("x", members)

    after = practice.store.accounts.find(str(account.id))
    assert (after.failures, after.state, after.last_read_at) == (0, AccountState.ACTIVE, None)
    assert practice.store.audit.newest() == before


def test_somebody_elses_export_is_refused(practice, hand):
    standing(practice, "linkedin")
    practice.clock.forward(days=5)

    with pytest.raises(ImportRefused, match="another account") as refused:
        hand("linkedin", linkedin(share(1, GRAVE, at="2026-10-10 10:00:00"), name="Ash,Beckett"))
    assert "Beckett" not in str(refused.value)


def test_two_imports_at_once_do_not_meet(practice, hand):
    account = standing(practice, "x")
    now = practice.clock()
    practice.store.accounts.claim_import(account.id, "another", now, now + timedelta(hours=1), {"form": "x"})

    with pytest.raises(Conflict, match="under way"):
        hand("x", archive(1, made="2026-10-07T11:00:00Z"))
    practice.clock.forward(hours=2)
    assert hand("x", archive(1, made="2026-10-07T11:00:00Z")).outcome == "read"


def test_after_an_import_the_lease_is_free(practice, hand):
    account = standing(practice, "x")
    hand("x", archive(made="2026-10-07T11:00:00Z"))
    now = practice.clock()

    assert practice.store.accounts.claim_import(account.id, "b", now, now + timedelta(hours=1), {}).id == account.id


def test_an_imported_account_is_never_due(practice, hand):
    account = standing(practice, "x")
    fetched = practice.authorise("tess", practice.hire("Jo Penhallow"))
    hand("x", archive(made="2026-10-07T11:00:00Z"))
    practice.clock.forward(days=30)

    assert practice.store.accounts.count_due(practice.clock()) == 1
    assert [visit.account_id for visit in practice.collect().visits] == [fetched.id]
    assert practice.store.accounts.make_due(practice.clock()) == 1
    assert practice.store.accounts.make_due(practice.clock(), [account.id]) == 0
    with pytest.raises(UsageError, match="import"):
        practice.store.accounts.retry(account.id, practice.clock())


def test_the_log_tells_of_an_import_by_counts(practice, hand):
    account = standing(practice, "mastodon")
    practice.clock.forward(days=5)
    hand("mastodon", mastodon(note(1, GRAVE, AFTER), {"type": "Announce"}))
    lines = [entry.record for entry in practice.store.audit.entries()]
    (line,) = [one for one in lines if one.event == "account.imported"]
    (run,) = [one for one in lines if one.event == "run.finished"]

    assert (line.actor, line.subject) == ("command", f"account:{account.id}")
    assert dict(line.details) == {"form": "mastodon", "posts": 1, "skipped": {"boost": 1}}
    assert run.details["kind"] == "import"
    assert "Whitlock" not in repr(lines)


def test_no_word_of_a_message_is_in_the_database(sqlite_store, tmp_path):
    practice = practice_on(sqlite_store, tmp_path)
    account = standing(practice, "x")
    practice.clock.forward(days=5)
    words = "Only a message, wholly unlike anything else: quillfeather."
    members = archive(1, made="2026-10-10T08:00:00Z") | {
        "data/direct-messages.js": words,
        "data/tweets.js": f"window.YTD.tweets.part0 = {json.dumps([tweet(1, GRAVE, 'Sat Oct 10 10:00:00 +0000 2026'), tweet(2, 'Plain harmless words: thistledown.', 'Sat Oct 10 10:00:00 +0000 2026')])}",
    }
    file = tmp_path / "export.zip"
    file.write_bytes(zipped(members).getvalue())
    done = import_file(practice.app(), account, Handover(file))
    sqlite_store.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("section7.db*"))

    assert done.findings > 0
    for told in (b"quillfeather", b"thistledown", b"Whitlock", b"Mercy Hospital"):
        assert told not in stored


def test_enrolment_shows_a_notice_of_its_own(practice):
    made = offer_import(
        practice.store,
        practice.config,
        practice.policy,
        service="linkedin",
        name="@Tess Arroway",
        url="https://www.linkedin.com/in/tess",
        staff=practice.hire(),
        kind=AccountKind.PROFESSIONAL,
        actor="tester",
        now=practice.clock(),
    )
    text = " ".join(made.notice.text.split())

    assert (made.profile.platform, made.profile.handle) == ("imported:linkedin", "Tess Arroway")
    assert "Tess Arroway on LinkedIn, imported (https://www.linkedin.com/in/tess)" in text
    assert "nothing is fetched from the platform" in text
    assert "This account is read whenever an export of it is handed over." in text
    assert "come from the platform, not from you" not in text


@pytest.mark.parametrize(
    ("service", "name", "url"), [("Linked In", "t", ""), ("", "t", ""), ("x", " ", ""), ("x", "t", "x.com/t")]
)
def test_an_enrolment_that_says_too_little_is_refused(practice, service, name, url):
    with pytest.raises(UsageError):
        offer_import(
            practice.store,
            practice.config,
            practice.policy,
            service=service,
            name=name,
            url=url,
            staff=practice.hire(),
            kind=AccountKind.PROFESSIONAL,
            actor="tester",
            now=practice.clock(),
        )


def test_a_token_in_the_exports_own_bio_is_proof(practice, tmp_path):
    enrolled = standing(practice, "mastodon", authorised=False)
    file = tmp_path / "export.zip"
    file.write_bytes(zipped(mastodon(note(1, "Words"), bio="Counselor")).getvalue())
    with pytest.raises(NotProven, match="not found"):
        verify(practice.app(), enrolled, file, actor="tester")

    file.write_bytes(zipped(mastodon(note(1, "Words"), bio=f"Counselor {enrolled.token}")).getvalue())
    done = verify(practice.app(), enrolled, file, actor="tester")
    line = practice.store.accounts.ledger(done.id)[-1]
    assert (line.event, line.proof, line.actor) == (LedgerEvent.AUTHORISED, Proof.BIO, "tester")
    assert line.proof_reference == "profile in an export (mastodon)"


def test_words_that_anybody_can_write_are_no_proof(practice, tmp_path):
    enrolled = standing(practice, "psychology-today", authorised=False)
    file = tmp_path / "words.txt"
    file.write_text(enrolled.token)

    with pytest.raises(ImportRefused, match="signed form"):
        verify(practice.app(), enrolled, file, actor="tester")
    practice.authorise("jo", practice.hire("Jo Penhallow"))
    with pytest.raises(UsageError, match="read by itself"):
        verify(practice.app(), practice.store.accounts.find("jo"), file, actor="tester")


def test_the_digest_says_when_it_was_imported_and_when_that_is_long_ago(practice, hand):
    account = standing(practice, "linkedin")
    assert shown(practice) == (Reading.NEVER, "LinkedIn, imported", "not imported yet")
    practice.clock.to("2026-10-14T10:00:00+00:00")
    hand("linkedin", linkedin(share(1, HARMLESS, at="2026-10-10 10:00:00")))
    assert shown(practice) == (Reading.READ, "LinkedIn, imported on 14 October 2026", "imported")
    practice.clock.to("2026-10-27T10:00:00+00:00")
    assert shown(practice)[0] is Reading.READ
    practice.clock.to("2026-10-29T10:00:00+00:00")
    assert shown(practice) == (Reading.STALE, "LinkedIn, imported on 14 October 2026", "not imported for long")
    practice.store.accounts.pause(account.id, "tester", practice.clock())
    assert shown(practice)[0] is Reading.PAUSED


def shown(practice):
    """Reading, platform and state of the only account, in a digest of this week."""
    (line,) = draft(practice.reporting(), period_of(practice.clock(), "America/New_York")).coverage
    said = account_line(line, "America/New_York")
    return line.reading, said.platform, said.reading


RUDE = "The new therapist at Birchwood Clinic is a complete idiot and a fraud."


def test_words_of_a_post_that_is_gone_are_erased(practice, hand):
    standing(practice, "x")
    practice.clock.to("2026-10-12T12:00:00+00:00")
    archives = (
        x_archive(tweet(2, RUDE, "Thu Oct 08 10:00:00 +0000 2026"), manifest=made_at("2026-10-09T08:00:00Z")),
        archive(made="2026-10-10T08:00:00Z"),
        archive(made="2026-10-11T08:00:00Z"),
    )
    for members in archives:
        hand("x", members)
        practice.clock.forward(hours=7)
    (before,) = practice.store.findings.all()
    nothing = practice.store.retention.apply(PROFILES["us"], {}, practice.clock(), dry_run=True)
    report = practice.store.retention.apply(PROFILES["us"], practice.app().ceilings(), practice.clock())

    assert nothing.removed["texts"] == 0
    assert before.gone_at is not None
    assert before.excerpt
    assert report.removed["texts"] == 1


def test_a_danger_is_told_at_once_and_stands_nowhere(practice, hand):
    standing(practice, "mastodon")
    practice.clock.forward(days=5)
    done = hand("mastodon", mastodon(note(1, "As for me, I want to die.", AFTER)))

    assert done.mail.sent == 1
    assert [mail.recipient for mail in practice.mailer.sent] == [practice.policy.hears_of_danger.email]
    assert "die" not in repr([entry.record for entry in practice.store.audit.entries()])


def test_comments_and_articles_are_judged_as_what_they_are(practice, hand):
    account = standing(practice, "linkedin")
    practice.clock.forward(days=5)
    row = f'2026-10-10 10:00:00,https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A9,"{GRAVE}"\r\n'
    page = f'<h1>On boundaries</h1><p class="published">Published on 2026-10-10 10:00</p><p>{GRAVE}</p>'
    done = hand("linkedin", linkedin(comments=row, one=page), vouched=True)

    assert (done.listed, len(known(practice, account))) == (2, 2)
    assert {finding.kind for finding in practice.store.findings.all()} == {PostKind.COMMENT, PostKind.ARTICLE}
