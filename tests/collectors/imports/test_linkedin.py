import pytest

from collectors.import_registry import read_export
from domain.errors import ImportRefused
from domain.posts import PostKind
from tests.fakes.exports import HANDING, SHARES, linkedin, share, zipped

ARTICLE = """<html><head><title>T</title><style>p {{}}</style></head><body>
<h1><a href="https://www.linkedin.com/pulse/{slug}">{title}</a></h1>
<p class="created">Created on 2026-11-01 09:00</p>{published}<div><p>Words of the article.</p></div></body></html>"""
PUBLISHED = '<p class="published">Published on 2026-11-18 10:00</p>'


def read(shares="", comments="", **more):
    return read_export(zipped(linkedin(shares, comments, **more)), "linkedin", HANDING)[1]


def test_a_public_share_is_read_in_all_its_lines():
    export = read(share(7, 'First line"\n"Second, with "quotes"', shared="https://larch.example/a"))
    (post,) = export.posts

    assert post.text == 'First line\nSecond, with "quotes"'
    assert (post.post_id, post.kind, post.links) == ("share:7", PostKind.POST, ("https://larch.example/a",))
    assert post.published_at.isoformat() == "2026-11-18T10:00:00+00:00"
    assert (export.unclear, export.whole) == (frozenset(), False)


@pytest.mark.parametrize("audience", ["MEMBER_NETWORK", "CONNECTIONS", "connections-only", "LOGGED_IN", "GROUP"])
def test_what_not_everybody_can_see_is_skipped_and_counted(audience):
    export = read(share(1, "Words", audience) + share(2, "Others"))

    assert [post.text for post in export.posts] == ["Others"]
    assert export.skipped == {"not-public": 1}


def test_a_share_without_an_audience_is_unclear():
    assert read(share(1, "Words", "")).unclear == {"share:1"}


def test_a_share_without_words_passes_on_somebody_elses():
    export = read(share(1, "", shared="https://larch.example/a"))

    assert (export.posts, export.skipped) == ((), {"boost": 1})


def test_comments_are_unclear_and_those_in_groups_are_not_public():
    where = "https://www.linkedin.com/feed/update/urn%3Ali%3A"
    rows = f'2026-11-18 10:00:00,{where}activity%3A9,"He said \\"no\\" twice"\r\n2026-11-18 11:00:00,{where}groupPost%3A1-2,Hush\r\n'
    export = read(comments=rows)
    (post,) = export.posts

    assert (post.kind, post.text, post.reply_to_id) == (PostKind.COMMENT, 'He said "no" twice', "activity:9")
    assert export.unclear == {post.post_id}
    assert export.skipped == {"not-public": 1}


def test_articles_are_read_once_they_are_published():
    pages = {
        "one": ARTICLE.format(slug="one", title="Boundaries", published=PUBLISHED),
        "draft": ARTICLE.format(slug="two", title="A draft", published=""),
    }
    export = read(**pages)
    (post,) = export.posts

    assert (post.kind, post.url) == (PostKind.ARTICLE, "https://www.linkedin.com/pulse/one")
    assert "Boundaries" in post.text
    assert "Words of the article." in post.text
    assert "Created" not in post.text
    assert "Published" not in post.text
    assert export.skipped == {"not-public": 1}


def test_of_the_profile_only_name_headline_and_summary_are_taken():
    export = read(share(1, "Words"))

    assert (export.profile.bio, export.profile.display_name) == ("Counselor\n\nHello", "Tess Arroway")
    assert export.names == {"Tess Arroway"}


def test_an_edit_is_seen_by_its_words_under_the_same_id():
    before, after = read(share(1, "One")).posts[0], read(share(1, "Two")).posts[0]

    assert before.post_id == after.post_id
    assert before.content_hash != after.content_hash


@pytest.mark.parametrize(
    "body", [SHARES.encode("utf-16"), b"\xff\xfe\x00", (SHARES + '2026-11-18 10:00:00,x,"' + "a" * 10_000_000).encode()]
)
def test_a_table_in_another_coding_or_with_an_endless_field_is_refused(body):
    with pytest.raises(ImportRefused, match=r"Shares\.csv"):
        read_export(zipped(linkedin() | {"Shares.csv": body}), "linkedin", HANDING)


@pytest.mark.parametrize(
    "body", ["", "\r\n", "Other,Columns\r\n1,2\r\n", SHARES + ",,,\r\n", SHARES + "1,2,3,4,5,6,7,8,9\r\n"]
)
def test_a_table_without_what_it_should_hold_has_no_posts(body):
    assert read_export(zipped(linkedin() | {"Shares.csv": body}), "linkedin", HANDING)[1].posts == ()
