"""Substack, Medium, Tumblr, Ghost and podcasts: known by address, found by feed, honest about what is not read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collectors.base import PostRef
from collectors.platforms import feed, ghost, mastodon, medium, podcast, substack, tumblr, youtube
from collectors.registry import detect, platforms
from domain.accounts import Proof
from domain.errors import AccessRefused, AccountGone, UsageError, WrongContent
from domain.posts import Presence
from tests.fakes.collected import NOW, account
from tests.fakes.http import FakeHttp, answer

HOSTED = (ghost, medium, podcast, substack, tumblr, youtube)
RSS = "application/rss+xml; charset=utf-8"


def item(number, body="", day=1, title=None):
    said = f"Post {number}" if title is None else title
    return (
        f"<item><guid isPermaLink='false'>id-{number}</guid><link>https://dana.example/{number}</link>"
        f"<title>{said}</title><description><![CDATA[{body}]]></description>"
        f"<pubDate>{day:02} Nov 2026 07:00:00 GMT</pubDate></item>"
    )


def rss(*items, link="https://dana.example/", extra="", spaces=""):
    made = f"<title>Notes</title><link>{link}</link><description>By Dana</description>{extra}{''.join(items)}"
    return answer(f"<rss version='2.0' {spaces}><channel>{made}</channel></rss>", content_type=RSS)


def page(head="", body="<p>Hi"):
    return answer(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>", content_type="text/html")


RECOGNISED = {
    "https://dana.substack.com": substack,
    "https://dana.substack.com/p/on-rest": substack,
    "https://substack.com/@dana": substack,
    "https://medium.com/@dana": medium,
    "https://www.medium.com/@dana/about": medium,
    "https://medium.com/feed/@dana": medium,
    "https://dana-f.medium.com/": medium,
    "https://dana.tumblr.com/": tumblr,
    "https://www.tumblr.com/dana": tumblr,
    "https://tumblr.com/@dana": tumblr,
    "https://www.tumblr.com/blog/view/dana": tumblr,
    "https://dana.ghost.io/": ghost,
    "https://fern-street.example/rss/": ghost,
    "https://fern-street.example/author/dana/rss/": ghost,
    "https://feeds.buzzsprout.com/123.rss": podcast,
    "https://dana.libsyn.com/rss": podcast,
    "https://fern-street.example/podcast.xml": podcast,
    "https://fern-street.example/feed/podcast/": podcast,
    "https://www.youtube.com/@dana": youtube,
    "https://youtube.com/c/Dana/videos": youtube,
    "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv": youtube,
    "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv": youtube,
}
NOBODYS = [
    "https://substack.com/",
    "https://www.substack.com/about",
    "https://support.substack.com/hc",
    "https://notsubstack.com/@dana",
    "https://a.b.substack.com.example/",
    "https://medium.com/some-publication",
    "https://help.medium.com/",
    "https://www.tumblr.com/dashboard",
    "https://www.tumblr.com/",
    "https://assets.tumblr.com/x",
    "https://fern-street.example/",
    "https://fern-street.example/author/dana/",
    "https://www.youtube.com/watch?v=AAAAAAAAAAA",
    "https://www.youtube.com/channel/short",
    "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv#comments",
    "https://www.youtube.com.example/@dana",
    "ftp://dana.substack.com/",
    "https://[dana.substack.com/",
    "",
]


@pytest.mark.parametrize("url", RECOGNISED)
def test_an_address_is_recognised_by_its_own_platform_alone(url):
    assert [module for module in HOSTED if module.PLATFORM.recognises(url)] == [RECOGNISED[url]]
    assert not mastodon.PLATFORM.recognises(url)


@pytest.mark.parametrize("url", NOBODYS)
def test_other_addresses_are_not_claimed(url):
    assert [module for module in HOSTED if module.PLATFORM.recognises(url)] == []


@pytest.mark.parametrize("module", [medium, podcast, substack, tumblr, youtube])
def test_nobody_is_asked_about_an_address_that_is_not_recognised(module):
    http = FakeHttp({})
    with pytest.raises(WrongContent):
        module.PLATFORM.resolve("https://fern-street.example/about", http)
    assert http.requests == []


@pytest.mark.parametrize("module", HOSTED)
def test_each_states_its_terms_and_what_cannot_be_seen(module):
    assert module.PLATFORM.terms.source
    assert "Not " in module.READS


SUB = "https://dana.substack.com/feed"


def test_a_newsletter_is_found_by_its_host():
    http = FakeHttp({SUB: rss(item(1), link="https://dana.substack.com")})
    profile = substack.PLATFORM.resolve("https://dana.substack.com/about", http)
    assert (profile.platform, profile.platform_id, profile.api_base) == ("substack", "dana.substack.com/feed", SUB)
    assert (profile.display_name, profile.bio) == ("Notes", "By Dana")
    assert [asked.robots for asked in http.requests] == [True]


def test_a_person_s_page_leads_to_the_newsletter_that_it_announces_and_to_no_other():
    def named(href):
        link = f"<link rel=alternate type=application/rss+xml href='{href}'>"
        script = {"https://substack.com/@dana": page(link), SUB: rss(item(1))}
        return substack.PLATFORM.resolve("https://substack.com/@dana", FakeHttp(script))

    assert named("https://dana.substack.com/feed").platform_id == "dana.substack.com/feed"
    for href in ("https://lee.example/feed", "https://dana.substack.com/api", "https://substack.com/feed"):
        with pytest.raises(WrongContent, match="newsletter's own address"):
            named(href)
    recommended = page(body="<a href=https://lee.substack.com>I recommend</a>")
    with pytest.raises(WrongContent, match="newsletter's own address"):
        substack.PLATFORM.resolve("https://substack.com/@dana", FakeHttp({"https://substack.com/@dana": recommended}))


@pytest.mark.parametrize(
    ("url", "feed_url", "home"),
    [
        ("https://medium.com/@Dana", "https://medium.com/feed/@Dana", "https://medium.com/@Dana"),
        ("https://medium.com/feed/@Dana", "https://medium.com/feed/@Dana", "https://medium.com/@Dana"),
        ("https://dana.medium.com/x", "https://dana.medium.com/feed", "https://dana.medium.com/"),
    ],
)
def test_an_author_on_medium_has_one_key_however_written(url, feed_url, home):
    profile = medium.PLATFORM.resolve(url, FakeHttp({feed_url: rss(item(1))}))
    assert (profile.platform_id, profile.api_base, profile.url) == ("medium.com/feed/@dana", feed_url, home)


def test_a_blog_on_tumblr_is_found_by_either_address():
    for url in ("https://dana.tumblr.com/about", "https://www.tumblr.com/dana/123/words"):
        profile = tumblr.PLATFORM.resolve(url, FakeHttp({"https://dana.tumblr.com/rss": rss(item(1))}))
        assert (profile.handle, profile.platform_id) == ("dana", "dana.tumblr.com/rss")


def collect(module, given, cursor=None, base="https://dana.tumblr.com/rss"):
    made = account(module.PLATFORM.name, base, cursor=cursor, url=base)
    return module.PLATFORM.collect(made, FakeHttp({base: given}), NOW)


REBLOG = (
    '<p><a class="tumblr_blog" href="https://lee.tumblr.com/1">lee</a>:</p><blockquote><p>Lee\'s words</p></blockquote>'
)


def test_of_reblogs_only_what_the_owner_added_is_read():
    picture = '<img src="https://x.example/p.jpg" alt="a cat">'
    found = collect(
        tumblr, rss(item(1, REBLOG), item(2, f"{REBLOG}<p>I disagree.</p>"), item(3, f"<p>Mine</p>{picture}"))
    )
    assert [post.text for post in found.posts] == ["I disagree.", "Mine"]
    assert found.skipped == {"boost": 1}
    assert [len(post.media) for post in found.posts] == [0, 1]
    assert "Lee" not in repr(found)


def test_a_title_on_tumblr_may_be_an_asker_s_words():
    found = collect(tumblr, rss(item(1, "<p>Rest is work.</p>", title="I feel low, what can I do?")))
    assert found.posts[0].text == "Rest is work."


def test_a_blog_that_shows_only_reblogs_now_is_no_fault():
    first = collect(tumblr, rss(item(1, "Mine")))
    second = collect(tumblr, rss(item(2, REBLOG)), first.cursor)
    assert (second.posts, second.skipped) == ((), {"boost": 1})
    assert collect(tumblr, rss(item(1, "Mine")), second.cursor).posts[0].text == "Mine"


def test_proof_of_a_hosted_blog_is_looked_for_in_its_feed_alone():
    base = "https://dana.tumblr.com/rss"
    profile = tumblr.PLATFORM.resolve("https://dana.tumblr.com", FakeHttp({base: rss(item(1))}))
    http = FakeHttp({base: rss(item(1, f"{REBLOG}<p>tok-1</p>"), item(2, REBLOG))})
    found = tumblr.PLATFORM.proof_texts(profile, http)
    assert [(place.proof, place.text) for place in found] == [
        (Proof.FEED_ITEM, "Notes"),
        (Proof.FEED_ITEM, "By Dana"),
        (Proof.FEED_ITEM, "tok-1"),
    ]
    assert http.urls == [base]


GHOST = "<generator>Ghost 5.130</generator>"
SITE = "https://fern-street.example"
MADE = "<meta name=generator content='Ghost 5.130'>"
SITE_FEED = f"<link rel=alternate type=application/rss+xml href={SITE}/rss/>"


def test_a_ghost_site_is_known_by_what_made_it():
    script = {SITE: page(MADE + SITE_FEED), f"{SITE}/rss/": rss(item(1), extra=GHOST, link=f"{SITE}/")}
    profile = ghost.PLATFORM.resolve(SITE, FakeHttp(script))
    assert (profile.platform, profile.platform_id, profile.url) == ("ghost", "fern-street.example/rss", f"{SITE}/")
    assert "members only" in profile.reads


def test_an_author_on_ghost_has_a_feed_of_their_own_though_the_page_announces_the_site_s():
    feed_url = f"{SITE}/author/dana/rss/"
    script = {f"{SITE}/author/dana/": page(MADE + SITE_FEED), feed_url: rss(item(1), extra=GHOST)}
    assert ghost.PLATFORM.resolve(f"{SITE}/author/dana/", FakeHttp(script)).api_base == feed_url
    assert ghost.PLATFORM.resolve(feed_url, FakeHttp(script)).api_base == feed_url


@pytest.mark.parametrize(
    "script",
    [
        {SITE: page(SITE_FEED)},
        {SITE: page("<meta name=generator content='Ghostwriter 1'>" + SITE_FEED)},
        {SITE: page(MADE + SITE_FEED), f"{SITE}/rss/": rss(item(1))},
        {SITE: page(MADE)},
        {SITE: rss(item(1))},
    ],
)
def test_a_site_that_something_else_made_is_not_ghost_s(script):
    with pytest.raises(WrongContent):
        ghost.PLATFORM.resolve(SITE, FakeHttp(script))


ITUNES = "xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
SHOW = "https://feeds.buzzsprout.com/123.rss"


def test_a_podcast_s_show_notes_are_read_and_its_sound_is_not():
    episode = item(1, "<p>Notes with a <a href=https://a.example/x>link</a></p>").replace(
        "</item>",
        "<itunes:summary>Longer notes</itunes:summary>"
        "<enclosure url='https://cdn.example/1.mp3' type='audio/mpeg' length='1'/></item>",
    )
    given = rss(episode, spaces=ITUNES)
    assert podcast.PLATFORM.resolve(SHOW, FakeHttp({SHOW: given})).platform_id == "feeds.buzzsprout.com/123.rss"
    (post,) = collect(podcast, given, base=SHOW).posts
    assert post.text == "Post 1\n\nLonger notes\n\nNotes with a link"
    assert [(medium.kind, medium.address) for medium in post.media] == [("audio", "")]
    assert post.links == ("https://a.example/x",)


def test_a_feed_without_the_podcasts_namespace_is_no_podcast():
    with pytest.raises(WrongContent, match="not a podcast's"):
        podcast.PLATFORM.resolve(SHOW, FakeHttp({SHOW: rss(item(1))}))


CHANNEL = "UCabcdefghijklmnopqrstuv"
VIDEOS = f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"


def video(number, said="", day=1):
    return (
        f"<entry><id>yt:video:{number}</id><title>Video {number}</title><author><name>Dana</name></author>"
        f"<link rel='alternate' href='https://www.youtube.com/watch?v={number}'/>"
        f"<published>2026-11-{day:02}T10:00:00+00:00</published><updated>2026-11-{day:02}T11:00:00+00:00</updated>"
        f"<media:group><media:title>Video {number}</media:title>"
        f"<media:content url='https://www.youtube.com/v/{number}' type='application/x-shockwave-flash'/>"
        f"<media:description>{said}</media:description>"
        "<media:community><media:statistics views='10'/></media:community></media:group></entry>"
    )


def atom(*entries):
    spaces = "xmlns='http://www.w3.org/2005/Atom' xmlns:media='http://search.yahoo.com/mrss/'"
    body = f"<feed {spaces}><title>Dana</title><author><name>Dana</name></author>{''.join(entries)}</feed>"
    return answer(body, content_type="text/xml; charset=UTF-8")


def test_a_channel_is_known_by_its_id():
    profile = youtube.PLATFORM.resolve(
        f"https://www.youtube.com/channel/{CHANNEL}/about", FakeHttp({VIDEOS: atom(video(1))})
    )
    assert (profile.platform_id, profile.api_base, profile.display_name) == (CHANNEL, VIDEOS, "Dana")
    assert profile.url == f"https://www.youtube.com/channel/{CHANNEL}"


@pytest.mark.parametrize(
    "head",
    [
        f"<link rel=alternate type=application/rss+xml href='{VIDEOS}'>",
        f"<link rel=canonical href='https://www.youtube.com/channel/{CHANNEL}'>",
        f"<meta itemprop=identifier content={CHANNEL}>",
        f"<meta itemprop=channelId content={CHANNEL}>",
    ],
)
def test_a_name_is_looked_up_on_the_channel_s_own_page(head):
    script = {"https://www.youtube.com/@dana": page(head), VIDEOS: atom(video(1))}
    profile = youtube.PLATFORM.resolve("https://www.youtube.com/@dana", FakeHttp(script))
    assert (profile.platform_id, profile.handle) == (CHANNEL, "@dana")


@pytest.mark.parametrize(
    "head",
    [
        "",
        "<link rel=canonical href='https://consent.youtube.com/m'>",
        f"<link rel=canonical href='https://evil.example/channel/{CHANNEL}'>",
        "<meta itemprop=identifier content=UCshort>",
    ],
)
def test_a_page_that_states_no_channel_is_wrong_content(head):
    body = f"<a href='https://www.youtube.com/channel/{CHANNEL}'>a channel I like</a>"
    with pytest.raises(WrongContent, match="which channel"):
        youtube.PLATFORM.resolve(
            "https://www.youtube.com/@dana", FakeHttp({"https://www.youtube.com/@dana": page(head, body)})
        )


def test_a_description_is_read_as_it_was_written():
    said = "Line &lt;one&gt;\nLine two: 3 &lt; 4\n\nhttps://a.example/x"
    (post,) = collect(youtube, atom(video(1, said)), base=VIDEOS).posts
    assert post.text == "Video 1\n\nLine <one>\nLine two: 3 < 4\n\nhttps://a.example/x"
    assert [medium.kind for medium in post.media] == ["video"]
    assert post.published_at == datetime(2026, 11, 1, 10, tzinfo=UTC)


def test_counts_that_change_are_no_edit():
    first = collect(youtube, atom(video(1)), base=VIDEOS)
    changed = answer(atom(video(1)).body.replace(b"views='10'", b"views='11'"), content_type="text/xml")
    second = collect(youtube, changed, first.cursor, base=VIDEOS)
    assert first.posts[0].content_hash == second.posts[0].content_hash


def test_a_feed_that_is_not_there_is_youtube_s_fault_and_no_sign_that_the_channel_is_gone():
    for ask in (
        lambda: collect(youtube, answer(status=404), base=VIDEOS),
        lambda: youtube.PLATFORM.resolve(
            f"https://www.youtube.com/channel/{CHANNEL}", FakeHttp({VIDEOS: answer(status=404)})
        ),
    ):
        with pytest.raises(Exception, match="at times") as caught:
            ask()
        assert not isinstance(caught.value, AccountGone)
        assert caught.value.code == "server-fault"


def test_what_leaves_the_window_of_fifteen_videos_is_not_missing():
    first = collect(youtube, atom(*(video(n, day=n) for n in range(15, 0, -1))), base=VIDEOS)
    second = collect(youtube, atom(*(video(n, day=n) for n in range(18, 3, -1))), first.cursor, base=VIDEOS)
    assert second.covers_since == datetime(2026, 11, 4, 10, tzinfo=UTC)
    gone = [post for post in first.posts if post.post_id not in second.listed_ids]
    assert len(gone) == 3
    assert all(post.published_at < second.covers_since for post in gone)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer("{}", content_type="application/json"), Presence.PRESENT),
        (answer(status=404), Presence.ABSENT),
        (answer(status=401), Presence.UNKNOWN),
        (answer(status=403), Presence.UNKNOWN),
        (answer(status=400), Presence.UNKNOWN),
        (page(), Presence.UNKNOWN),
        (AccessRefused(), Presence.UNKNOWN),
    ],
)
def test_a_video_is_asked_for_by_oembed(given, expected):
    asked = "https://www.youtube.com/oembed?format=json&url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D1"
    refs = [PostRef("1", "https://www.youtube.com/watch?v=1"), PostRef("2", "https://evil.example/watch?v=2")]
    found = youtube.PLATFORM.confirm(account("youtube", VIDEOS), refs, FakeHttp({asked: given}))
    assert found == {"1": expected, "2": Presence.UNKNOWN}


def test_a_recognised_address_that_fails_is_not_read_as_a_page():
    known = {name: platform for name, platform in platforms().items() if name in {"feed", "medium", "webpage"}}
    script = {"https://medium.com/feed/@dana": answer(status=404), "https://medium.com/@dana": page(body="<p>Words")}
    with pytest.raises(UsageError) as caught:
        detect("https://medium.com/@dana", FakeHttp(script), known)
    assert "medium: " in str(caught.value)
    assert "webpage: " in str(caught.value)


def test_a_plain_feed_at_ghost_s_address_is_read_as_a_feed():
    known = {name: platform for name, platform in platforms().items() if name in {"feed", "ghost", "webpage"}}
    found, profile = detect(f"{SITE}/rss/", FakeHttp({f"{SITE}/rss/": rss(item(1))}), known)
    assert (found.name, profile.platform) == (feed.PLATFORM.name, "feed")
