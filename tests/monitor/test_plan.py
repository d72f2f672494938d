from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.accounts import Account, AccountKind, AccountState, Authorisation, Licence, Proof, Staff
from domain.errors import (
    AccountDeactivated,
    AccountDeleted,
    AccountGone,
    AccountMoved,
    AccountPrivate,
    AccountSuspended,
    CollectError,
    Malformed,
    RateLimited,
    TokenRefused,
    Unreachable,
)
from domain.plans import Change
from domain.posts import (
    PROFILE_ID,
    Fetched,
    KnownPost,
    NotModified,
    Post,
    PostKind,
    PostState,
    Presence,
    ProfileSeen,
)
from monitor.cadence import Cadence
from monitor.plan import decide, profile_post, suspects

NOW = datetime(2026, 10, 14, 12, tzinfo=UTC)
START = datetime(2026, 9, 1, tzinfo=UTC)
CADENCE = Cadence(every=timedelta(hours=24), quarantine_after=3)
ACCOUNT = Account(
    id=1,
    staff=Staff(1, "Tess Arroway", "counselor", Licence.COUNSELOR, "tess@larkspurbend.example"),
    kind=AccountKind.PROFESSIONAL,
    platform="mastodon",
    platform_id="7",
    handle="@tess",
    url="https://social.example/@tess",
    api_base="https://social.example",
    bio="",
    authorisation=Authorisation(1, "n", Proof.BIO, "bio", START, None),
    cursor="{}",
)


def post(post_id: str, text: str = "A post", at: datetime | None = NOW - timedelta(hours=1)) -> Post:
    return Post(post_id, f"https://social.example/{post_id}", PostKind.POST, text, published_at=at)


def known(one: Post, **changes: object) -> KnownPost:
    assert one.published_at is not None
    return replace(KnownPost(one.post_id, one.content_hash, one.published_at, PostState.LIVE), **changes)


def fetched(*posts: Post, covers_since: datetime | None = START, **more: object) -> Fetched:
    return replace(Fetched(posts, frozenset(p.post_id for p in posts), covers_since, cursor="{}"), **more)


def plan(outcome, have=(), presence=None, account=ACCOUNT, now=NOW):  # type: ignore[no-untyped-def]
    by_id = {one.post_id: one for one in have}
    return decide(account, outcome, by_id, presence=presence or {}, now=now, cadence=CADENCE)


def test_an_unknown_post_is_new() -> None:
    made = plan(fetched(post("a")))

    assert [(v.post.post_id, v.change) for v in made.versions] == [("a", Change.NEW)]
    assert made.next_check_at == NOW + timedelta(hours=24)


def test_a_known_post_with_the_same_words_is_only_seen() -> None:
    made = plan(fetched(post("a")), [known(post("a"))])

    assert made.versions == ()
    assert made.seen == ("a",)


def test_other_words_under_the_same_id_are_an_edit_that_keeps_its_date() -> None:
    first = post("a", at=NOW - timedelta(days=3))
    made = plan(fetched(post("a", "Mended", at=NOW)), [known(first)])

    assert [(v.change, v.published_at) for v in made.versions] == [(Change.EDITED, first.published_at)]


def test_nothing_dated_before_the_authorisation_is_kept() -> None:
    made = plan(fetched(post("old", at=START - timedelta(seconds=1)), post("new", at=START)))

    assert [v.post.post_id for v in made.versions] == ["new"]


def test_a_date_in_the_future_counts_as_now() -> None:
    made = plan(fetched(post("a", at=NOW + timedelta(days=400))))

    assert made.versions[0].published_at == NOW


def test_an_undated_post_of_the_first_reading_is_remembered_and_not_judged() -> None:
    made = plan(fetched(post("a", at=None)), account=replace(ACCOUNT, cursor=None))

    assert made.versions[0].change is Change.BASELINE


def test_what_may_be_older_than_the_authorisation_is_never_judged_not_even_after_an_edit() -> None:
    before = known(post("a"), baseline=True)
    made = plan(fetched(post("a", "One more space")), [before])

    assert [version.change for version in made.versions] == [Change.BASELINE]


def test_an_undated_post_whose_place_shows_nothing_is_not_judged_either() -> None:
    made = plan(fetched(replace(post("a", at=None), undatable=True)))

    assert [version.change for version in made.versions] == [Change.BASELINE]


def test_an_undated_post_of_a_later_reading_is_new() -> None:
    made = plan(fetched(post("a", at=None)))

    assert (made.versions[0].change, made.versions[0].published_at) == (Change.NEW, NOW)


def test_a_post_outside_the_window_is_not_missed() -> None:
    old = known(post("a", at=NOW - timedelta(days=20)))

    assert suspects(fetched(covers_since=NOW - timedelta(days=10)), {"a": old}) == ()
    assert suspects(fetched(covers_since=None), {"a": old}) == ()


def test_a_post_that_was_listed_but_not_readable_is_not_missed() -> None:
    listing = fetched(listed_ids=frozenset({"a"}))

    assert suspects(listing, {"a": known(post("a"))}) == ()


def test_absence_without_an_answer_is_missing_and_never_gone() -> None:
    made = plan(fetched(), [known(post("a"))], {"a": Presence.UNKNOWN})

    assert (made.missing, made.absent, made.gone) == (("a",), (), ())


def test_the_first_confirmed_absence_counts_and_is_not_enough() -> None:
    made = plan(fetched(), [known(post("a"))], {"a": Presence.ABSENT})

    assert (made.missing, made.absent, made.gone) == (("a",), ("a",), ())


def test_the_second_one_hours_later_makes_it_gone() -> None:
    before = known(post("a"), state=PostState.MISSING, absences=1, last_absence_at=NOW - timedelta(hours=6))
    made = plan(fetched(), [before], {"a": Presence.ABSENT})

    assert made.gone == ("a",)


def test_two_answers_close_together_are_one() -> None:
    before = known(post("a"), state=PostState.MISSING, absences=1, last_absence_at=NOW - timedelta(hours=5))
    made = plan(fetched(), [before], {"a": Presence.ABSENT})

    assert (made.absent, made.gone) == ((), ())


def test_a_post_that_the_platform_still_has_is_not_missing() -> None:
    before = known(post("a"), state=PostState.MISSING, absences=1, last_absence_at=NOW - timedelta(days=1))
    made = plan(fetched(), [before], {"a": Presence.PRESENT})

    assert (made.missing, made.returned) == ((), ("a",))


def test_a_gone_post_that_is_listed_again_has_returned_and_is_judged_again() -> None:
    made = plan(fetched(post("a")), [known(post("a"), state=PostState.GONE, absences=2)])

    assert made.returned == ("a",)
    assert [version.change for version in made.versions] == [Change.EDITED]


def test_not_modified_changes_nothing_but_the_next_check() -> None:
    made = plan(NotModified(cursor="{1}"), [known(post("a"))])

    assert (made.outcome, made.cursor, made.versions, made.missing) == ("not-modified", "{1}", (), ())
    assert made.failures == 0


def test_a_missing_post_is_asked_for_again_although_nothing_else_changed() -> None:
    missing = known(post("a"), state=PostState.MISSING, absences=1, last_absence_at=NOW - timedelta(days=1))
    live = known(post("b"))

    assert suspects(NotModified(), {"a": missing, "b": live}) == ("a",)
    assert plan(NotModified(), [missing, live], {"a": Presence.ABSENT}).gone == ("a",)
    assert plan(NotModified(), [missing, live], {"a": Presence.PRESENT}).returned == ("a",)
    assert plan(NotModified(), [missing, live], {"a": Presence.UNKNOWN}).gone == ()


def test_success_ends_a_row_of_failures() -> None:
    made = plan(fetched(), account=replace(ACCOUNT, failures=2, state=AccountState.QUARANTINED))

    assert (made.failures, made.state, made.problem) == (0, AccountState.ACTIVE, None)


@pytest.mark.parametrize(("before", "minutes"), [(0, 30), (1, 60)])
def test_a_failing_account_is_tried_again_with_growing_waits(before: int, minutes: int) -> None:
    made = plan(Unreachable(), account=replace(ACCOUNT, failures=before))

    assert made.failures == before + 1
    assert made.next_check_at == NOW + timedelta(minutes=minutes)
    assert made.state is AccountState.ACTIVE


def test_too_many_failures_set_the_account_aside_with_its_reason() -> None:
    made = plan(Malformed(), account=replace(ACCOUNT, failures=2))

    assert made.state is AccountState.QUARANTINED
    assert made.problem_code == "malformed"
    assert made.problem == Malformed.reason
    assert made.next_check_at == NOW + timedelta(days=7)


def test_being_asked_to_wait_is_obeyed_and_no_fault() -> None:
    until = NOW + timedelta(hours=9)
    made = plan(RateLimited(retry_at=until), account=replace(ACCOUNT, failures=2))

    assert (made.failures, made.state, made.next_check_at) == (2, AccountState.ACTIVE, until)


@pytest.mark.parametrize(
    "outcome", [fetched(not_before=NOW + timedelta(days=900)), RateLimited(retry_at=NOW + timedelta(days=900))]
)
def test_no_source_can_put_itself_off_for_ever(outcome: Fetched | CollectError) -> None:
    assert plan(outcome).next_check_at == NOW + timedelta(days=30)


@pytest.mark.parametrize(
    "error",
    [
        *(Unreachable, AccountGone, AccountSuspended, AccountDeactivated, AccountDeleted, AccountMoved),
        *(AccountPrivate, TokenRefused),
    ],
    ids=lambda error: error.code,
)
def test_no_failure_and_no_state_of_an_account_concludes_anything_about_its_posts(error: type[CollectError]) -> None:
    missing = replace(known(post("b")), state=PostState.MISSING, absences=1)
    made = plan(error(), [known(post("a")), missing, known(the_profile())], account=replace(ACCOUNT, failures=9))

    assert (made.missing, made.absent, made.gone, made.versions) == ((), (), (), ())


SEEN = ProfileSeen("Counselor", "Tess Arroway", "a kayak", "tess")


def profiled(profile: ProfileSeen | None = SEEN, *posts: Post) -> Fetched:
    return fetched(*posts, profile=profile)


def the_profile(profile: ProfileSeen = SEEN, at: datetime = NOW) -> Post:
    return profile_post(profile, ACCOUNT.url, at)


def test_a_profile_is_a_post_of_its_own_that_stands_since_it_was_seen() -> None:
    (version,) = plan(profiled(), account=replace(ACCOUNT, cursor=None)).versions

    assert (version.post.post_id, version.post.kind, version.post.url) == (PROFILE_ID, PostKind.PROFILE, ACCOUNT.url)
    assert version.post.text == "Display name: Tess Arroway\nCounselor\nProfile picture: a kayak"
    assert (version.change, version.published_at) == (Change.NEW, NOW)


def test_the_same_profile_is_only_seen() -> None:
    made = plan(profiled(), [known(the_profile())], now=NOW + timedelta(days=1))

    assert (made.versions, made.seen, made.posts_listed) == ((), (PROFILE_ID,), 1)


def test_other_words_in_a_profile_are_an_edit_judged_by_the_day_they_were_seen() -> None:
    before = known(the_profile(at=NOW - timedelta(days=9)))

    (version,) = plan(profiled(replace(SEEN, bio="Coach")), [before]).versions

    assert (version.change, version.published_at) == (Change.EDITED, NOW)


def test_an_empty_profile_is_no_post_unless_its_words_were_taken_away() -> None:
    empty = ProfileSeen(handle="tess")

    assert plan(profiled(empty)).versions == ()
    (version,) = plan(profiled(empty), [known(the_profile())]).versions
    assert (version.change, version.post.text) == (Change.EDITED, "")


@pytest.mark.parametrize("outcome", [profiled(None), NotModified("{}")], ids=["not seen", "not modified"])
@pytest.mark.parametrize("state", list(PostState))
def test_a_profile_that_was_not_seen_is_neither_missing_nor_gone(
    outcome: Fetched | NotModified, state: PostState
) -> None:
    have = known(the_profile(at=NOW - timedelta(days=2)), state=state, absences=1)
    made = plan(outcome, [have], presence={PROFILE_ID: Presence.ABSENT})

    assert suspects(outcome, {PROFILE_ID: have}) == ()
    assert (made.missing, made.absent, made.gone, made.seen) == ((), (), (), ())


def test_a_sites_name_is_said_once() -> None:
    assert the_profile(ProfileSeen("Fern Notes\nBy Dana", "Fern Notes")).text == "Display name: Fern Notes\nBy Dana"
    assert the_profile(ProfileSeen("Fern Notes", "Fern Notes")).text == "Display name: Fern Notes"


@pytest.mark.parametrize(
    ("seen", "handle"), [("tess.writes", "tess.writes"), ("Tess", None), ("@tess", None), ("", None), (" ", None)]
)
def test_an_account_is_renamed_where_the_platform_tells_another_name(seen: str, handle: str | None) -> None:
    assert plan(profiled(replace(SEEN, handle=seen))).handle == handle
    assert plan(profiled(None)).handle is None
