"""The ActivityPub outbox against what a server answered, and against answers that no server should give."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.activitypub_objects import key_of, parse_item, parse_parent
from collectors.base import Limits, PostRef
from collectors.feeds.identity import item_key
from collectors.platforms.activitypub import MOST_LOOKUPS, PLATFORM, ActivityPub, acct_in
from collectors.registry import PROBING_ORDER
from domain.accounts import Proof
from domain.errors import (
    AccessRefused,
    AccountDeleted,
    AccountGone,
    AccountMoved,
    AccountSuspended,
    AddressRefused,
    CollectError,
    Malformed,
    RateLimited,
    ServerFault,
    TooLarge,
    WrongContent,
)
from domain.posts import ParentAuthor, Post, PostKind, Presence, ProfileSeen
from tests.fakes.collected import DATA, NOW, account, as_json
from tests.fakes.http import FakeHttp, answer

SNAC = DATA / "activitypub" / "snac"
SITE = "https://fern.example"
ACTOR = f"{SITE}/users/dana"
OUTBOX = f"{ACTOR}/outbox"
OTHER = "https://elsewhere.example/users/mallory"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
FOLLOWERS = f"{ACTOR}/followers"
PERSON = {"type": "Person", "id": ACTOR, "outbox": OUTBOX, "preferredUsername": "dana", "name": "Dana"}


def reply(value, **more):
    return answer(json.dumps(value), content_type="application/activity+json", **more)


def note(number, **changes):
    made = {
        "type": "Note",
        "id": f"{ACTOR}/statuses/{number}",
        "attributedTo": ACTOR,
        "to": [PUBLIC],
        "cc": [FOLLOWERS],
        "content": f"<p>Note {number}</p>",
        "published": f"2026-11-{number:02d}T10:00:00Z",
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


def create(made, **changes):
    audience = {name: made[name] for name in ("to", "cc") if name in made}
    return {"type": "Create", "actor": ACTOR, "object": made} | audience | changes


def collection(*items, **more):
    return {"type": "OrderedCollection", "totalItems": len(items), "orderedItems": list(items)} | more


def dana(**changes):
    return account("activitypub", ACTOR, ACTOR, handle="dana@fern.example", **changes)


def http_for(outbox, actor=PERSON, **more):
    return FakeHttp({ACTOR: reply(actor), OUTBOX: reply(outbox), **more})


def collect(*items, actor=PERSON, **changes):
    return PLATFORM.collect(dana(**changes), http_for(collection(*items), actor), NOW)


def one(made):
    (post,) = collect(create(made)).posts
    return post


def captured(name):
    return answer((SNAC / f"{name}.json").read_text(), content_type="application/activity+json")


def snac():
    site = "https://snac.example"
    named = f"{site}/.well-known/webfinger?resource=acct:adviser@snac.example"
    script = {f"{site}/adviser": captured("actor"), f"{site}/adviser/outbox": captured("outbox")}
    return FakeHttp({**script, named: captured("webfinger")})


def test_what_a_server_answered_becomes_the_stated_posts():
    actor = "https://snac.example/adviser"
    fetched = PLATFORM.collect(account("activitypub", actor, actor, handle="adviser@snac.example"), snac(), NOW)
    assert as_json(fetched) == json.loads((SNAC / "expected.json").read_text())
    assert fetched.profile == ProfileSeen(
        "Registered representative. Opinions are my own.\nCRD#: 1234567", "Test Adviser", "", "adviser@snac.example"
    )


@pytest.mark.parametrize("url", ["adviser@snac.example", "https://snac.example/adviser", "@adviser@snac.example"])
def test_an_actor_is_found_by_name_and_by_address(url):
    profile = PLATFORM.resolve(url, snac())
    assert (profile.platform_id, profile.api_base) == ("https://snac.example/adviser",) * 2
    assert (profile.handle, profile.display_name) == ("adviser@snac.example", "Test Adviser")
    assert profile.bio.startswith("Registered")


def test_a_web_page_leads_to_its_actor_by_webfinger():
    page = answer("<html><title>Dana</title></html>", content_type="text/html")
    link = {"rel": "self", "type": "application/activity+json", "href": ACTOR}
    named = f"{SITE}/.well-known/webfinger?resource=acct:dana@fern.example"
    http = FakeHttp({f"{SITE}/@dana": page, named: reply({"links": [link]}), ACTOR: reply(PERSON)})
    assert PLATFORM.resolve(f"{SITE}/@dana", http).platform_id == ACTOR


@pytest.mark.parametrize(
    "actor",
    [
        {"id": ACTOR, "type": "Note"},
        {"id": "", "type": "Person"},
        PERSON | {"outbox": None},
        PERSON | {"outbox": "https://elsewhere.example/outbox"},
        PERSON | {"id": f"{SITE}/{'a' * 2000}"},
        [],
    ],
    ids=["a note", "no id", "no outbox", "an outbox elsewhere", "an endless id", "a list"],
)
def test_what_is_no_actor_is_not_enrolled(actor):
    nobody = reply({"links": []})
    http = FakeHttp({ACTOR: reply(actor), f"{SITE}/.well-known/webfinger?resource=acct:dana@fern.example": nobody})
    with pytest.raises(CollectError):
        PLATFORM.resolve(ACTOR, http)


def test_an_actor_that_claims_another_ones_id_is_asked_for_there():
    theirs = {"type": "Person", "id": OTHER, "outbox": f"{OTHER}/outbox"}
    claiming = FakeHttp({f"{SITE}/fake": reply(PERSON | {"id": OTHER}), OTHER: reply(theirs)})
    assert PLATFORM.resolve(f"{SITE}/fake", claiming).platform_id == OTHER


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (reply(PERSON | {"movedTo": OTHER}), AccountMoved),
        (reply(PERSON | {"suspended": True}), AccountSuspended),
        (reply({"type": "Tombstone", "id": ACTOR}), AccountDeleted),
        (answer("", status=410), AccountDeleted),
        (answer("", status=404), AccountGone),
        (answer("", status=401), AccessRefused),
        (answer("", status=403), AccessRefused),
        (reply(PERSON | {"id": OTHER}), Malformed),
        (reply(PERSON, url=OTHER), AccountGone),
        (answer("<html>", content_type="text/html"), WrongContent),
    ],
    ids=["moved", "suspended", "tombstone", "gone", "absent", "signed", "refused", "another", "moved host", "a page"],
)
def test_every_state_of_an_actor_has_its_own_name(given, error):
    with pytest.raises(CollectError) as raised:
        PLATFORM.collect(dana(), FakeHttp({ACTOR: given}), NOW)
    assert type(raised.value) is error
    assert "mallory" not in str(raised.value)


def test_an_outbox_that_wants_a_signature_is_refused_and_not_empty():
    http = FakeHttp({ACTOR: reply(PERSON), OUTBOX: answer("", status=401)})
    with pytest.raises(AccessRefused):
        PLATFORM.collect(dana(), http, NOW)


def test_only_public_posts_by_the_actor_itself_are_taken():
    fetched = collect(
        create(note(20)),
        create(note(19, to=[FOLLOWERS], cc=[PUBLIC])),
        create(note(18, to=[FOLLOWERS], cc=[])),
        create(note(17, to=[f"{SITE}/users/lee"], cc=None)),
        create(note(16, attributedTo=OTHER)),
        create(note(15), actor=OTHER),
        create(note(14, id="https://elsewhere.example/notes/1")),
        create(note(11, attributedTo={"type": "Person", "name": "Lee"})),
        note(10, attributedTo=[7]),
        create(note(13), to=[FOLLOWERS], cc=[]),
        {"type": "Announce", "actor": ACTOR, "object": f"{SITE}/users/lee/statuses/3"},
        {"type": "Announce", "actor": ACTOR, "object": note(20)},
        {"type": "Like", "actor": ACTOR, "object": f"{SITE}/users/lee/statuses/4"},
        {"type": "Create", "actor": ACTOR, "object": {"type": "Tombstone", "id": f"{ACTOR}/statuses/12"}},
    )
    assert [post.text for post in fetched.posts] == ["Note 20", "Note 19"]
    assert fetched.listed_ids == {f"{ACTOR}/statuses/20", f"{ACTOR}/statuses/19"}
    assert fetched.skipped == {"boost": 2, "not-a-post": 2, "not-public": 3, "other-author": 5}


@pytest.mark.parametrize("public", [PUBLIC, "as:Public", "Public"])
def test_everybody_has_three_names_and_may_stand_alone(public):
    assert collect(create(note(20, to=public, cc=None))).posts
    assert not collect(create(note(20, to=f"{public}s", cc=None))).posts


def test_words_warning_pictures_links_and_dates_are_read():
    post = one(
        note(
            20,
            summary="Grief",
            content='<p>See <a href="https://a.example/x">this</a> <a class="mention" href="https://b.example/@lee">@lee</a></p>',
            tag=[{"type": "Mention", "href": "https://b.example/@lee"}],
            attachment=[
                {"type": "Document", "mediaType": "image/png", "url": f"{SITE}/1.png", "name": "a heron"},
                {"type": "PropertyValue", "name": "x"},
            ],
            updated="2026-11-21T08:00:00Z",
            inReplyTo=f"{SITE}/users/lee/statuses/9",
            url=[{"type": "Link", "mediaType": "text/html", "href": f"{SITE}/@dana/20"}],
            contentMap={"en": "<p>See</p>"},
        )
    )
    assert (post.kind, post.content_warning, post.language) == (PostKind.REPLY, "Grief", "en")
    assert (post.links, post.url) == (("https://a.example/x",), f"{SITE}/@dana/20")
    assert [(medium.kind, medium.alt) for medium in post.media] == [("image", "a heron")]
    assert (post.published_at.day, post.edited_at.day) == (20, 21)
    assert post.reply_to_id == f"{SITE}/users/lee/statuses/9"


def test_a_question_has_its_options_and_an_article_its_title_once():
    asked = one(note(20, type="Question", oneOf=[{"type": "Note", "name": "tea"}, {"type": "Note", "name": "rest"}]))
    written = one(note(20, type="Article", name="On rest", content="<p>Rest is work too.</p>", summary="Rest is work…"))
    told = one(note(20, type="Article", name="On rest", summary="Grief, loss"))
    assert asked.text == "Note 20\ntea\nrest"
    assert (written.kind, written.text, written.content_warning) == (
        PostKind.ARTICLE,
        "On rest\nRest is work too.",
        "",
    )
    assert told.content_warning == "Grief, loss"


@pytest.mark.parametrize(
    ("object_id", "kept"),
    [
        (f"{ACTOR}/statuses/115", True),
        (f"{SITE}/objects/0b0f2c6e-5b1d-4bfb-9a65-1f6f4a3e3c11", True),
        (f"{SITE}/?p=12", True),
        (f"{SITE}/2026/11/my-client-dana-and-the-flood/", False),
        (f"{SITE}/2026/11/grief/", False),
        (f"{SITE}/?title=grief", False),
    ],
)
def test_no_word_of_a_title_is_remembered(object_id, kept):
    assert key_of(object_id, ACTOR) == (object_id if kept else item_key(object_id))


def test_pages_are_followed_on_the_same_server_until_the_end():
    first = {"type": "OrderedCollectionPage", "orderedItems": [create(note(20))], "next": f"{OUTBOX}?page=2"}
    second = {"type": "OrderedCollectionPage", "orderedItems": [create(note(19)), create(note(20))]}
    index = {"type": "OrderedCollection", "totalItems": 2, "first": f"{OUTBOX}?page=1"}
    http = http_for(index, **{f"{OUTBOX}?page=1": reply(first), f"{OUTBOX}?page=2": reply(second)})
    fetched = PLATFORM.collect(dana(), http, NOW)
    assert [post.text for post in fetched.posts] == ["Note 20", "Note 19"]
    assert fetched.skipped == {"duplicate": 1}
    assert fetched.listed_ids == {f"{ACTOR}/statuses/20", f"{ACTOR}/statuses/19"}


@pytest.mark.parametrize("following", [f"{OUTBOX}?page=1", "https://elsewhere.example/2", 7, "not an address"])
def test_a_next_page_that_leads_round_or_away_ends_the_reading_and_proves_no_absence(following):
    page = {"type": "OrderedCollectionPage", "orderedItems": [create(note(20)), create(note(19))], "next": following}
    index = {"type": "OrderedCollection", "first": f"{OUTBOX}?page=1"}
    fetched = PLATFORM.collect(dana(), http_for(index, **{f"{OUTBOX}?page=1": reply(page)}), NOW)
    assert len(fetched.posts) == 2
    if isinstance(following, str) and following.startswith("https"):
        assert fetched.covers_since.isoformat() == "2026-11-19T10:00:01+00:00"


def test_an_outbox_without_pages_may_hold_the_newest_few_only():
    assert collect(create(note(20)), create(note(18))).covers_since.isoformat() == "2026-11-18T10:00:01+00:00"


def test_an_item_given_by_its_address_is_asked_for_on_the_same_server_only():
    bare = f"{ACTOR}/statuses/20"
    http = http_for(
        collection(bare, OTHER, create(note(18)) | {"object": f"{ACTOR}/statuses/18"}),
        **{bare: reply(note(20)), f"{ACTOR}/statuses/18": answer("", status=404)},
    )
    fetched = PLATFORM.collect(dana(), http, NOW)
    assert [post.text for post in fetched.posts] == ["Note 20"]
    assert fetched.skipped == {"not-read": 2}
    assert fetched.covers_since is None
    assert not any("elsewhere" in url for url in http.urls)


def test_no_more_addresses_are_asked_for_than_the_budget_allows():
    bare = [f"{ACTOR}/statuses/{number}" for number in range(1, MOST_LOOKUPS + 5)]
    http = http_for(collection(*bare), **{each: answer("", status=403) for each in bare})
    fetched = PLATFORM.collect(dana(), http, NOW)
    assert (len(http.urls), fetched.skipped) == (MOST_LOOKUPS + 2, {"not-read": len(bare)})


def test_the_bound_on_items_is_kept():
    with pytest.raises(TooLarge):
        ActivityPub(limits=Limits(posts=2)).collect(
            dana(), http_for(collection(*map(create, map(note, (9, 8, 7))))), NOW
        )


LISTED = '{"listed": 3, "counted": 3, "newest": "2026-11-20T10:00:00+00:00"}'


def test_an_empty_outbox_is_believed_only_when_it_counts_nothing():
    assert PLATFORM.collect(dana(cursor=LISTED), http_for(collection()), NOW).posts == ()
    with pytest.raises(Malformed):
        PLATFORM.collect(dana(cursor=LISTED), http_for(collection(totalItems=3)), NOW)


@pytest.mark.parametrize(
    "outbox", [{"type": "Note"}, {"type": "OrderedCollection", "first": OTHER}, collection(create({}), create({}))]
)
def test_what_is_no_outbox_is_damaged(outbox):
    with pytest.raises(Malformed):
        PLATFORM.collect(dana(), http_for(outbox), NOW)


ID = f"{ACTOR}/statuses/20"


@pytest.mark.parametrize(
    ("given", "presence"),
    [
        (reply(note(20)), Presence.PRESENT),
        (reply(note(20, to=[FOLLOWERS], cc=[])), Presence.ABSENT),
        (reply({"type": "Tombstone", "id": ID}), Presence.ABSENT),
        (answer("", status=404), Presence.ABSENT),
        (reply({"type": "Tombstone", "id": ID}, status=410), Presence.ABSENT),
        (reply({"type": "Tombstone", "id": OTHER}), Presence.UNKNOWN),
        (reply(note(19)), Presence.UNKNOWN),
        (reply(note(20, attributedTo=OTHER)), Presence.UNKNOWN),
        (reply(note(20, to=None, cc=None)), Presence.UNKNOWN),
        (reply(note(20), url=OTHER), Presence.UNKNOWN),
        (answer("", status=401), Presence.UNKNOWN),
        (answer("<html>", content_type="text/html"), Presence.UNKNOWN),
        (ServerFault(), Presence.UNKNOWN),
        (RateLimited(), Presence.UNKNOWN),
        (AddressRefused(), Presence.UNKNOWN),
    ],
)
def test_a_post_is_asked_for_by_its_id(given, presence):
    http = FakeHttp({ACTOR: reply(PERSON), ID: given})
    assert PLATFORM.confirm(dana(), [PostRef(ID, "")], http) == {ID: presence}


@pytest.mark.parametrize("actor", [answer("", status=410), reply(PERSON | {"movedTo": OTHER}), ServerFault()])
def test_an_actor_that_does_not_answer_proves_nothing_about_its_posts(actor):
    http = FakeHttp({ACTOR: actor, ID: answer("", status=404)})
    assert PLATFORM.confirm(dana(), [PostRef(ID, "")], http) == {ID: Presence.UNKNOWN}


def test_a_post_remembered_by_a_hash_is_asked_for_at_its_page_or_not_at_all():
    address = f"{SITE}/2026/11/grief/"
    key = item_key(address)
    http = FakeHttp({ACTOR: reply(PERSON), address: reply(note(20, id=address))})
    assert PLATFORM.confirm(dana(), [PostRef(key, address)], http) == {key: Presence.PRESENT}
    assert PLATFORM.confirm(dana(), [PostRef(key, "")], http) == {key: Presence.UNKNOWN}
    assert PLATFORM.confirm(dana(), [PostRef(key, OTHER)], http) == {key: Presence.UNKNOWN}


def answering(parent_id):
    return Post("1", "", PostKind.REPLY, "words", reply_to_id=parent_id)


def test_a_parent_is_read_on_the_own_server_where_everybody_may():
    lees = f"{SITE}/users/lee/statuses/9"
    public = reply(note(20, id=lees, attributedTo=f"{SITE}/users/lee", content="<p>How?</p>"))
    parent = PLATFORM.parent(dana(), answering(lees), FakeHttp({lees: public}))
    assert (parent.text, parent.author) == ("How?", ParentAuthor.OTHER)
    assert parse_parent(note(20), ACTOR).author is ParentAuthor.SELF
    assert PLATFORM.parent(dana(), answering(lees), FakeHttp({lees: answer("", status=404)})) is None
    assert PLATFORM.parent(dana(), answering(lees), FakeHttp({lees: reply(note(20, to=[], cc=[]))})) is None
    assert PLATFORM.parent(dana(), answering(OTHER), FakeHttp({})) is None
    assert PLATFORM.parent(dana(), answering(None), FakeHttp({})) is None


def test_a_token_may_stand_in_the_summary_and_its_fields():
    table = [{"type": "PropertyValue", "name": "Proof", "value": "<b>section7-abc</b>"}]
    http = FakeHttp({ACTOR: reply(PERSON | {"summary": "<p>LPC</p>", "attachment": table})})
    profile = replace(PLATFORM.resolve(ACTOR, http))
    (found,) = PLATFORM.proof_texts(profile, http)
    assert (found.proof, found.text) == (Proof.BIO, "LPC\nProof: section7-abc")


def test_it_is_asked_after_the_richer_sources_and_recognises_no_address():
    assert PROBING_ORDER.index("activitypub") > PROBING_ORDER.index("mastodon")
    assert not PLATFORM.recognises(ACTOR)
    assert acct_in("https://fern.example/a/long/path/of/words") == ("", "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([ACTOR, PUBLIC, ID, "Note"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "id", "object", "actor", "to", "cc", "content", "attachment", "url", "tag", "summary"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_item_breaks_the_reading(value):
    listed = parse_item(value, ACTOR)
    assert bool(listed.post) is not bool(listed.skipped)
    assert listed.post is None or listed.post_id
