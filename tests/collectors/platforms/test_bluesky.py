"""The Bluesky platform against what real servers answered, and against servers that move, fail, lie or fall silent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from collectors.base import Limits, PostRef
from collectors.bluesky_records import Cursor
from collectors.platforms.bluesky import PLATFORM, Bluesky, name_in
from domain.accounts import Proof
from domain.errors import (
    AccessRefused,
    AccountDeactivated,
    AccountDeleted,
    AccountGone,
    AccountPrivate,
    AccountSuspended,
    CollectError,
    Malformed,
    RateLimited,
    ServerFault,
    TimedOut,
    Unreachable,
    WrongContent,
)
from domain.posts import Media, NotModified, ParentAuthor, Post, PostKind, Presence, ProfileSeen
from tests.collectors.platforms.test_bluesky_records import days, record, tid
from tests.fakes.collected import DATA, NOW, STARTS_AT, account
from tests.fakes.http import FakeHttp, answer

DID = "did:plc:tc4qefa6jfuctrjy3qpnufw6"
OTHER = "did:plc:rf3jilaix7dtpxzhlet7mn7j"
HANDLE = "dana-ferreira.test"
PDS = "https://pds.fern-street.example"
NEW_PDS = "https://pds.larkspurbend.example"
APPVIEW = "https://public.api.bsky.app"
DOCUMENT = f"https://plc.directory/{DID}"
BIO = "Counselor in Astoria. Opinions are my own."
REV = "3n2vvufiaws23"
HIDDEN = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}


def captured(name):
    return json.loads((DATA / "bluesky" / name).read_text())


def reply(value, **more):
    return answer(json.dumps(value), content_type="application/json; charset=utf-8", **more)


def refusal(name, status=400):
    return reply({"error": name, "message": "words that differ between versions"}, status=status)


def method(name, pds=PDS, **params):
    query = "&".join(f"{key}={value}" for key, value in params.items())
    return f"{pds}/xrpc/{name}?{query}"


def commit(pds=PDS):
    return method("com.atproto.sync.getLatestCommit", pds, did=DID)


def status(pds=PDS):
    return method("com.atproto.sync.getRepoStatus", pds, did=DID)


def single(rkey, collection="app.bsky.feed.post", pds=PDS):
    return method("com.atproto.repo.getRecord", pds, repo=DID, collection=collection, rkey=rkey)


def profile(pds=PDS):
    return single("self", "app.bsky.actor.profile", pds)


def listing(cursor=None, pds=PDS):
    more = {"cursor": cursor} if cursor else {}
    return method("com.atproto.repo.listRecords", pds, repo=DID, collection="app.bsky.feed.post", limit=100, **more)


def feed(cursor=None):
    more = {"cursor": cursor} if cursor else {}
    return method("app.bsky.feed.getAuthorFeed", APPVIEW, actor=DID, limit=100, filter="posts_with_replies", **more)


VIEWED = method("app.bsky.actor.getProfile", APPVIEW, actor=DID)
ACTIVE = reply(captured("repo-status.json"))
STATES = [
    ("takendown", AccountSuspended),
    ("suspended", AccountSuspended),
    ("deactivated", AccountDeactivated),
    ("deleted", AccountDeleted),
    ("throttled", ServerFault),
    ("desynchronized", ServerFault),
    ("something-new", AccountGone),
    (None, AccountGone),
]


def inactive(state):
    return reply({"did": DID, "active": False, "status": state})


def identity(pds=PDS, **changes):
    document = captured("identity.json")
    document["service"][0]["serviceEndpoint"] = pds
    return reply(document | changes)


def entries(count, newest=NOW, first=0):
    """Records, newest first, a minute apart."""
    made = [newest - timedelta(minutes=first + number) for number in range(count)]
    return [entry(tid(at), createdAt=at.isoformat()) for at in made]


def entry(rkey, did=DID, **changes):
    return {"uri": f"at://{did}/app.bsky.feed.post/{rkey}", "cid": "bafyrei", "value": record(**changes)}


def server(pds=PDS, records=(), **more):
    """What an active account's server answers: newest commit, profile, and one page of posts."""
    return {
        DOCUMENT: identity(pds),
        commit(pds): reply({"cid": "bafyrei", "rev": REV}),
        status(pds): ACTIVE,
        profile(pds): reply(captured("profile.json")),
        listing(pds=pds): reply({"records": list(records), "cursor": "always"}),
    } | more


def dana(**changes):
    return replace(account("bluesky", PDS, DID, **changes), handle=changes.get("handle", HANDLE))


def cursor(**changes):
    known = Cursor(REV, PDS, HANDLE, document_at=NOW, whole_at=NOW, seen_at=NOW)
    return replace(known, **changes).write()


def collect(script, *, records=None, platform=PLATFORM, now=NOW, **changes):
    http = FakeHttp(script, records=records)
    return platform.collect(dana(**changes), http, now), http


# Addresses and enrolment


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://bsky.app/profile/dana-ferreira.test", HANDLE),
        ("https://bsky.app/profile/Dana-Ferreira.test/post/3n2v?x=1", HANDLE),
        ("http://www.bsky.app/profile/dana-ferreira.test#top", HANDLE),
        (f"https://bsky.app/profile/{DID}", DID),
        (f"https://bsky.app/profile/{DID.replace(':', '%3A')}", DID),
        ("@dana-ferreira.test", HANDLE),
        (" @dana.bsky.social ", "dana.bsky.social"),
        ("dana.bsky.social", "dana.bsky.social"),
        ("https://dana.bsky.social/", "dana.bsky.social"),
        ("at://dana-ferreira.test", HANDLE),
        (f"at://{DID}/app.bsky.feed.post/3n2v", DID),
        (DID, DID),
        ("did:web:dana-ferreira.test", "did:web:dana-ferreira.test"),
        ("@dana@social.example", ""),
        ("@dana", ""),
        ("dana-ferreira.test", ""),
        ("https://dana-ferreira.test/", ""),
        ("https://bsky.social/", ""),
        ("https://bsky.app/", ""),
        ("https://bsky.app/profile/dana.local", ""),
        ("https://bsky.app/profile/dana.example", ""),
        ("https://bsky.app.evil.example/profile/dana.test", ""),
        ("https://social.example/@dana", ""),
        ("did:key:zabc", ""),
        ("did:web:127.0.0.1", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
)
def test_an_address_is_recognised_without_asking_anybody(url, name):
    assert name_in(url) == name
    assert PLATFORM.recognises(url) is (name != "")


def test_resolve_gives_the_lasting_key_and_the_account_s_own_server():
    http = FakeHttp(server(), records={f"_atproto.{HANDLE}": [f"did={DID}"]})
    found = PLATFORM.resolve(f"https://bsky.app/profile/{HANDLE}", http)
    assert (found.platform, found.platform_id, found.handle, found.api_base) == ("bluesky", DID, HANDLE, PDS)
    assert (found.url, found.display_name, found.bio) == (f"https://bsky.app/profile/{DID}", "Dana Ferreira", BIO)
    assert "reposts" in found.reads


def test_a_handle_that_the_account_does_not_name_back_is_somebody_else_s_claim():
    script = server() | {DOCUMENT: identity(alsoKnownAs=["at://someone.test", f"at://{HANDLE}"])}
    with pytest.raises(WrongContent, match="does not name"):
        PLATFORM.resolve(f"@{HANDLE}", FakeHttp(script, records={f"_atproto.{HANDLE}": [f"did={DID}"]}))


@pytest.mark.parametrize(("records", "handle"), [([f"did={DID}"], HANDLE), ([f"did={OTHER}"], DID)])
def test_an_account_found_by_its_key_goes_by_a_handle_only_if_that_leads_back(records, handle):
    http = FakeHttp(server(), records={f"_atproto.{HANDLE}": records})
    assert PLATFORM.resolve(DID, http).handle == handle


def test_resolve_asks_nobody_about_an_address_without_a_handle():
    with pytest.raises(WrongContent, match="no handle"):
        PLATFORM.resolve("https://fern-street.example/", FakeHttp({}))


@pytest.mark.parametrize(("state", "error"), STATES)
def test_resolve_names_the_state_of_an_account_that_is_not_shown(state, error):
    with pytest.raises(error):
        PLATFORM.resolve(
            DID, FakeHttp(server() | {status(): inactive(state)}, records={f"_atproto.{HANDLE}": [f"did={DID}"]})
        )


def test_an_account_for_members_only_is_private_at_enrolment_and_later():
    script = server() | {profile(): reply({"uri": "x", "value": {"labels": HIDDEN}})}
    http = FakeHttp(script, records={f"_atproto.{HANDLE}": [f"did={DID}"]})
    with pytest.raises(AccountPrivate):
        PLATFORM.resolve(DID, http)
    with pytest.raises(AccountPrivate):
        collect(script)


def test_an_account_without_a_profile_can_be_read():
    script = server() | {profile(): reply(captured("record-not-found.json"), status=400)}
    fetched, _ = collect(script)
    assert fetched.profile == ProfileSeen(handle=HANDLE)


def test_a_refused_profile_is_a_fault_and_no_empty_one():
    with pytest.raises(WrongContent):
        collect(server() | {profile(): refusal("InvalidRequest")})


def proofs(did=DID, **more):
    enrolled = PLATFORM.resolve(DID, FakeHttp(server(), records={f"_atproto.{HANDLE}": [f"did={DID}"]}))
    own = {profile().replace(DID, did): reply(captured("profile.json"))}
    return PLATFORM.proof_texts(replace(enrolled, platform_id=did), FakeHttp(own | more))


def test_proof_is_looked_for_in_the_bio_and_never_on_a_handle_s_host():
    assert [(place.proof, place.text) for place in proofs()] == [(Proof.BIO, BIO)]


def test_a_host_that_is_the_account_may_hold_the_proof():
    file = {"https://clinic.test/.well-known/section7.txt": answer("section7-token", content_type="text/plain")}
    found = proofs("did:web:clinic.test", **file)
    assert [(place.proof, place.text) for place in found] == [(Proof.BIO, BIO), (Proof.WELL_KNOWN, "section7-token")]


# Reading


def test_what_a_real_server_listed_becomes_posts():
    fetched, http = collect(server() | {listing(): reply(captured("list-records.json"))})
    by_text = {post.text.partition("\n")[0]: post for post in fetched.posts}
    assert [post.text[:8] for post in fetched.posts] == [
        "Quoting ", "@other y", "Replying", "Plan att", "Unicode:", "Two even", "Our grou",
    ]  # fmt: skip
    assert fetched.listed_ids == {post.post_id for post in fetched.posts}
    assert fetched.covers_since == STARTS_AT
    assert fetched.profile == ProfileSeen(bio=BIO, display_name="Dana Ferreira", handle=HANDLE)
    assert by_text["Quoting myself"].links == ()
    assert by_text["Replying to my own thread with more detail."].replies_to_self is True
    answered = by_text["@other yes, there is a lift"]
    assert (answered.kind, answered.replies_to_self) == (PostKind.REPLY, False)
    assert by_text["Unicode: café ☕ 日本語 👩‍💼"].content_warning == "graphic-media"
    assert by_text["Unicode: café ☕ 日本語 👩‍💼"].text.endswith("\n#compliance")
    assert by_text["Two evenings a week in room seven. https://example.com/dates"].links == (
        "https://example.com/dates",
    )
    assert by_text["Plan attached"].media[0].alt == "a plan of the rooms"
    assert [asked.split("?")[0].rpartition(".")[2] for asked in http.urls] == [
        "directory/did:plc:tc4qefa6jfuctrjy3qpnufw6", "getLatestCommit", "getRecord", "listRecords",
    ]  # fmt: skip


def test_nothing_is_read_again_while_the_revision_is_the_same():
    outcome, http = collect({commit(): reply({"rev": REV})}, cursor=cursor(document_at=NOW - timedelta(hours=23)))
    assert isinstance(outcome, NotModified)
    assert len(http.urls) == 1
    assert Cursor.read(outcome.cursor) == Cursor.read(cursor(document_at=NOW - timedelta(hours=23)))


def test_a_new_revision_is_read():
    fetched, _ = collect(server() | {commit(): reply({"rev": "3n2wnewer"})}, cursor=cursor())
    assert Cursor.read(fetched.cursor).rev == "3n2wnewer"


def test_the_posts_are_listed_again_after_a_week_since_a_moderator_s_removal_changes_no_revision():
    fetched, _ = collect(server(), cursor=cursor(whole_at=NOW - timedelta(days=7)))
    assert fetched.listed_ids == frozenset()
    assert Cursor.read(fetched.cursor).whole_at == NOW


def test_a_new_handle_is_told_although_the_revision_is_the_same():
    script = server() | {DOCUMENT: identity(alsoKnownAs=["at://ferreira.test"])}
    told, _ = collect(script, records={"_atproto.ferreira.test": [f"did={DID}"]}, cursor=cursor(document_at=days(1)))
    assert told.profile.handle == "ferreira.test"
    assert Cursor.read(told.cursor).handle == "ferreira.test"


def test_a_new_handle_that_does_not_lead_back_is_not_told_and_asked_again():
    script = {DOCUMENT: identity(alsoKnownAs=["at://famous.test"]), commit(): reply({"rev": "3n2wnewer"})}
    records = {"_atproto.famous.test": [f"did={OTHER}"]}
    told, _ = collect(server() | script, records=records, cursor=cursor(document_at=days(1)))
    assert told.profile.handle == ""
    assert Cursor.read(told.cursor).handle == HANDLE


def test_the_identity_is_looked_up_once_a_day():
    script = server() | {commit(): reply({"rev": REV})}
    _, within = collect(script, cursor=cursor(document_at=NOW - timedelta(hours=23)))
    outcome, after = collect(script, cursor=cursor(document_at=NOW - timedelta(hours=24)))
    assert (DOCUMENT in within.urls, DOCUMENT in after.urls) == (False, True)
    assert Cursor.read(outcome.cursor).document_at == NOW


def test_an_account_is_read_on_while_the_directory_is_away():
    fetched, _ = collect(server(records=entries(2)) | {DOCUMENT: Unreachable("away")})
    assert len(fetched.posts) == 2
    assert Cursor.read(fetched.cursor).document_at is None


def test_an_account_that_was_struck_off_the_directory_is_deleted():
    with pytest.raises(AccountDeleted):
        collect({DOCUMENT: answer("{}", status=410)})


@pytest.mark.parametrize(
    "old", [refusal("RepoDeactivated"), refusal("RepoNotFound"), Unreachable("away"), answer("gone", status=404)]
)
def test_an_account_is_followed_to_its_new_server(old):
    script = server(NEW_PDS, entries(2)) | {commit(): old}
    fetched, http = collect(script, cursor=cursor())
    assert len(fetched.posts) == 2
    assert Cursor.read(fetched.cursor).pds == NEW_PDS
    assert http.urls.count(DOCUMENT) == 1


def test_an_account_is_at_the_server_that_is_remembered():
    fetched, http = collect(server(NEW_PDS, entries(1)), cursor=cursor(pds=NEW_PDS, rev="older"))
    assert len(fetched.posts) == 1
    assert not any(url.startswith(PDS) for url in http.urls)


@pytest.mark.parametrize(("state", "error"), STATES)
def test_the_state_of_an_account_is_named_and_its_posts_are_not_gone(state, error):
    script = server() | {commit(): refusal("RepoDeactivated"), status(): inactive(state)}
    with pytest.raises(error):
        collect(script, cursor=cursor())


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (refusal("RepoNotFound"), AccountDeleted),
        (refusal("InvalidRequest"), WrongContent),
        (ACTIVE, WrongContent),
        (reply({"did": OTHER, "active": True}), Malformed),
        (reply({"did": DID, "active": "yes"}), AccountGone),
        (refusal("AuthRequired", 401), AccessRefused),
        (answer("", status=403), AccessRefused),
        (answer("<html>not here</html>", status=404), WrongContent),
    ],
)
def test_a_server_that_shows_no_commit_is_asked_for_the_state(said, error):
    with pytest.raises(error):
        collect(server() | {commit(): refusal("RepoNotFound"), status(): said}, cursor=cursor())


def test_an_account_is_not_called_deleted_while_nobody_can_say_whether_it_moved():
    with pytest.raises(Unreachable, match="moved"):
        collect({commit(): refusal("RepoNotFound"), DOCUMENT: TimedOut("slow")}, cursor=cursor())


def test_a_server_that_asks_to_wait_is_left_alone():
    with pytest.raises(RateLimited):
        collect(server() | {commit(): RateLimited("told to wait")}, cursor=cursor())


def test_an_answer_from_another_host_is_none():
    moved = reply({"rev": REV}, url="https://elsewhere.example/xrpc/x")
    with pytest.raises(WrongContent):
        collect(
            server() | {commit(): moved, status(): replace(ACTIVE, url="https://elsewhere.example/")}, cursor=cursor()
        )


def test_pages_are_read_to_the_end_although_every_page_has_a_cursor():
    pages = {
        listing(): reply({"records": entries(100), "cursor": "first"}),
        listing("first"): reply({"records": entries(40, first=100), "cursor": "second"}),
    }
    fetched, _ = collect(server() | pages)
    assert (len(fetched.posts), fetched.covers_since) == (140, STARTS_AT)


def test_an_empty_page_is_the_end_too():
    pages = {listing(): reply({"records": entries(100), "cursor": "first"}), listing("first"): reply({"records": []})}
    fetched, _ = collect(server() | pages)
    assert (len(fetched.posts), fetched.covers_since) == (100, STARTS_AT)


def test_what_is_older_than_the_permission_is_not_paged_through():
    pages = {listing(): reply({"records": entries(100, newest=STARTS_AT - timedelta(days=2)), "cursor": "first"})}
    fetched, _ = collect(server() | pages)
    assert fetched.covers_since == STARTS_AT


def test_a_list_that_never_ends_is_cut_and_covers_what_its_keys_prove():
    pages = {listing(): reply({"records": entries(100), "cursor": "p1"})}
    pages |= {
        listing(f"p{number}"): reply({"records": entries(100, first=100 * number), "cursor": f"p{number + 1}"})
        for number in range(1, 9)
    }
    fetched, _ = collect(server() | pages, platform=Bluesky(limits=Limits(pages=3)))
    assert len(fetched.posts) == 300
    assert fetched.covers_since == NOW - timedelta(minutes=299) + timedelta(days=1)
    few, _ = collect(server() | pages, platform=Bluesky(limits=Limits(posts=200)))
    assert len(few.posts) == 200


def test_a_list_that_goes_round_in_circles_proves_nothing():
    same = {"records": entries(100), "cursor": "again"}
    fetched, http = collect(server() | {listing(): reply(same), listing("again"): reply(same)})
    assert len(fetched.posts) == 100
    assert fetched.covers_since is None
    assert fetched.skipped == {"duplicate": 100}
    assert sum("listRecords" in url for url in http.urls) == 2


@pytest.mark.parametrize(
    "value",
    [{}, {"records": None}, {"records": {"a": 1}}, {"records": [entry(tid(NOW), OTHER)]}, {"records": [None, 5, "x"]}],
)
def test_a_damaged_list_is_a_fault_and_no_deletion(value):
    with pytest.raises(Malformed):
        collect(server() | {listing(): reply(value)})


def test_a_refused_list_is_a_fault_and_no_deletion():
    with pytest.raises(WrongContent):
        collect(server() | {listing(): reply(captured("repo-unknown.json"), status=400)})


def test_somebody_else_s_records_in_the_list_are_passed_over():
    records = [*entries(1), entry(tid(days(1)), OTHER, text="Somebody else's words"), None]
    fetched, _ = collect(server(records=records))
    assert len(fetched.posts) == 1
    assert fetched.skipped == {"malformed": 1, "other-author": 1}


# When the account's own server is silent


def second_hand(**changes):
    script = {
        DOCUMENT: identity(),
        commit(): Unreachable("away"),
        VIEWED: reply(captured("appview-profile.json")),
        feed(): reply(captured("author-feed.json")),
    }
    return collect(script | changes.pop("script", {}), **changes)


def test_a_silent_server_s_posts_are_read_at_second_hand_and_absence_proves_nothing():
    fetched, _ = second_hand()
    assert len(fetched.posts) == 7
    assert fetched.covers_since is None
    assert fetched.skipped == {"boost": 1}
    assert fetched.profile == ProfileSeen(bio=BIO, display_name="Dana Ferreira", handle=HANDLE)
    assert Cursor.read(fetched.cursor).rev == ""
    assert [medium for post in fetched.posts for medium in post.media] == [Media("image", "a plan of the rooms")]


def test_second_hand_copies_of_what_may_be_known_are_listed_only():
    fetched, _ = second_hand(cursor=cursor(seen_at=NOW - timedelta(days=2, hours=21), rev="older"))
    assert [post.text for post in fetched.posts] == [
        "Quoting myself",
        "@other yes, there is a lift",
        "Replying to my own thread with more detail.",
    ]
    assert len(fetched.listed_ids) == 7
    assert Cursor.read(fetched.cursor).rev == "older"


@pytest.mark.parametrize(
    "broken",
    [
        {VIEWED: ServerFault("status 502")},
        {VIEWED: refusal("InvalidRequest")},
        {feed(): refusal("InvalidRequest")},
        {feed(): answer("<html>", content_type="text/html")},
        {VIEWED: TimedOut("used up")},
    ],
)
def test_the_first_silence_is_the_error_when_the_second_hand_has_nothing(broken):
    with pytest.raises(Unreachable, match="away"):
        second_hand(script=broken)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ({VIEWED: refusal("AccountTakedown")}, AccountSuspended),
        ({VIEWED: refusal("AccountDeactivated")}, AccountDeactivated),
        ({VIEWED: reply({"did": DID, "labels": [{"src": DID, "val": "!no-unauthenticated"}]})}, AccountPrivate),
    ],
)
def test_the_second_hand_s_states_are_heeded(script, error):
    with pytest.raises(error):
        second_hand(script=script)


def test_a_moved_account_s_silent_old_server_is_no_reason_to_read_at_second_hand():
    fetched, http = collect(server(NEW_PDS, entries(1)) | {commit(): Unreachable("away")}, cursor=cursor())
    assert fetched.covers_since == STARTS_AT
    assert not any(url.startswith(APPVIEW) for url in http.urls)


def test_pages_of_a_feed_are_read_until_they_are_older_than_the_permission():
    def view(at):
        return {
            "post": {"uri": entry(tid(at))["uri"], "author": {"did": DID}, "record": record(createdAt=at.isoformat())}
        }

    pages = {
        feed(): reply({"feed": [view(days(1))], "cursor": "a"}),
        feed("a"): reply({"feed": [view(days(2)), view(STARTS_AT - timedelta(days=1))], "cursor": "b"}),
    }
    fetched, _ = second_hand(script=pages)
    assert len(fetched.listed_ids) == 3


# One post


def confirm(script, ids=("3n2vvuewwas23",), **changes):
    return PLATFORM.confirm(dana(**changes), [PostRef(rkey, "") for rkey in ids], FakeHttp(script))


def test_a_record_that_is_not_found_in_an_active_account_is_absent():
    script = {
        status(): ACTIVE,
        single("3n2vvuewwas23"): reply(captured("record-not-found.json"), status=400),
        single("3n2vvueqgak23"): reply(entry("3n2vvueqgak23")),
        single("3n2vvudvdzs23"): refusal("InvalidRequest"),
        single("3n2vvuclfb223"): answer("not here", status=404),
        single("3n2vvubuks223"): refusal("RecordNotFound", 404),
    }
    ids = ["3n2vvuewwas23", "3n2vvueqgak23", "3n2vvudvdzs23", "3n2vvuclfb223", "3n2vvubuks223"]
    expected = [Presence.ABSENT, Presence.PRESENT, Presence.UNKNOWN, Presence.UNKNOWN, Presence.ABSENT]
    assert confirm(script, ids) == dict(zip(ids, expected, strict=True))


@pytest.mark.parametrize(
    "state", [*(inactive(state) for state, _ in STATES), refusal("RepoNotFound"), Unreachable("away")]
)
def test_nothing_is_concluded_about_an_account_that_is_not_shown(state):
    # The record itself would not be found: a server may pass the question on to somebody who never had it.
    script = {status(): state, DOCUMENT: identity(), single("3n2vvuewwas23"): refusal("RecordNotFound")}
    assert confirm(script) == {"3n2vvuewwas23": Presence.UNKNOWN}


def test_a_moved_account_is_asked_at_its_new_server():
    script = {
        status(): inactive("deactivated"),
        DOCUMENT: identity(NEW_PDS),
        status(NEW_PDS): ACTIVE,
        single("3n2vvuewwas23", pds=NEW_PDS): refusal("RecordNotFound"),
    }
    assert confirm(script) == {"3n2vvuewwas23": Presence.ABSENT}


def test_a_rate_limit_leaves_the_rest_open():
    script = {status(): ACTIVE, single("3n2vvuewwas23"): RateLimited("told to wait")}
    assert set(confirm(script, ["3n2vvuewwas23", "3n2vvueqgak23"]).values()) == {Presence.UNKNOWN}


def answering(uri):
    return Post("3n2w", "", PostKind.REPLY, "A walk helps.", reply_to_id=uri)


def test_an_own_parent_comes_from_the_own_server_and_another_s_from_the_appview():
    own = f"at://{DID}/app.bsky.feed.post/3n2vvuewwas23"
    other = f"at://{OTHER}/app.bsky.feed.post/3n2vvue7ias23"
    view = {"uri": other, "author": {"did": OTHER, "labels": []}, "record": record(text="Is there a lift?")}
    script = {
        single("3n2vvuewwas23", pds=NEW_PDS): reply(entry("3n2vvuewwas23")),
        method("app.bsky.feed.getPosts", APPVIEW, uris=other): reply({"posts": [view]}),
    }
    http = FakeHttp(script)
    mine = PLATFORM.parent(dana(cursor=cursor(pds=NEW_PDS)), answering(own), http)
    theirs = PLATFORM.parent(dana(), answering(other), http)
    assert (mine.text, mine.author) == ("A regular bedtime helps.", ParentAuthor.SELF)
    assert (theirs.text, theirs.author) == ("Is there a lift?", ParentAuthor.OTHER)


@pytest.mark.parametrize(
    "posts",
    [
        [],
        [{"uri": "at://did:plc:x/y/z", "author": {}, "record": record()}],
        [
            {
                "uri": f"at://{OTHER}/app.bsky.feed.post/3n2v",
                "author": {"labels": [{"val": "!no-unauthenticated"}]},
                "record": record(),
            }
        ],
        [{"uri": f"at://{OTHER}/app.bsky.feed.post/3n2v", "author": {}, "record": None}],
        "x",
    ],
)
def test_a_parent_that_is_not_shown_to_everybody_is_not_seen(posts):
    uri = f"at://{OTHER}/app.bsky.feed.post/3n2v"
    http = FakeHttp({method("app.bsky.feed.getPosts", APPVIEW, uris=uri): reply({"posts": posts})})
    assert PLATFORM.parent(dana(), answering(uri), http) is None


def test_a_post_that_answers_nobody_has_no_parent():
    assert PLATFORM.parent(dana(), answering(None), FakeHttp({})) is None
    assert PLATFORM.parent(dana(), answering("https://x.example"), FakeHttp({})) is None


@pytest.mark.parametrize(
    "body", ["", "[]", "5", '"x"', "{", "<html></html>", '{"rev": 5}', '{"rev": ["x"]}', "[" * 100_000]
)
def test_no_answer_is_more_than_an_error(body):
    for broken in (commit(), status(), profile(), listing(), DOCUMENT):
        script = server(records=entries(1)) | {broken: answer(body)}
        try:
            outcome, _ = collect(script)
        except CollectError:
            continue
        assert outcome.listed_ids
