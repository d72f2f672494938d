import pytest

from collectors import facebook_posts, instagram_media, threads_posts
from collectors.base import Response
from collectors.graph_api import Edge, ends_at, error_of, shortened
from domain.errors import AccessRefused, AccountGone, RateLimited, WrongContent
from tests.collectors.meta import facebook, instagram, threads
from tests.fakes.collected import STARTS_AT

ODD = (None, 7, "words", [], {}, [None, 3, "x"], {"data": "x"}, {"data": [None, 4, {}]}, True, "\ud800\x00")
NAMES = (
    "caption",
    "text",
    "message",
    "children",
    "comments",
    "attachments",
    "from",
    "privacy",
    "timestamp",
    "username",
)


def entries(sound):
    """The sound entry with each of its parts, and of those it lacks, replaced by something odd, one at a time."""
    for name in dict.fromkeys((*sound, *NAMES)):
        for number, odd in enumerate(ODD):
            yield sound | {name: odd, **({} if name == "id" else {"id": f"{name}-{number}"})}


@pytest.mark.parametrize("made", [instagram, facebook, threads])
def test_odd_values_cost_no_more_than_the_entry_they_stand_in(made):
    server = made()
    sound = next(iter(server.edges.values()))[0]
    edge = Edge((sound | {"id": "sound"}, *entries(sound)))
    read = {
        instagram: lambda: instagram_media.to_fetched(edge, server.me, STARTS_AT, comments=True),
        facebook: lambda: facebook_posts.to_fetched(edge, server.me, STARTS_AT, comments=True),
        threads: lambda: threads_posts.to_fetched(edge, Edge(), server.me, STARTS_AT),
    }[made]
    server.loopback.__exit__(None, None, None)
    fetched = read()
    assert "sound" in {post.post_id for post in fetched.posts}
    assert all("\x00" not in post.full_text for post in fetched.posts)
    "".join(post.full_text for post in fetched.posts).encode()


@pytest.mark.parametrize(
    ("status", "body", "raised"),
    [
        (400, b"{}", WrongContent),
        (400, b'{"error": {"code": true}}', WrongContent),
        (400, b'{"error": []}', WrongContent),
        (400, b"<html>", WrongContent),
        (400, b"{", WrongContent),
        (401, b"", AccessRefused),
        (403, b"{}", AccessRefused),
        (404, b"{}", AccountGone),
        (404, b'{"error": {"code": 4}}', RateLimited),
        (400, b'{"error": {"code": 803}}', AccountGone),
        (400, b'{"error": {"code": 100, "error_subcode": 1}}', WrongContent),
    ],
)
def test_an_error_without_sound_numbers_goes_by_its_status(status, body, raised):
    assert type(error_of(Response(status, "https://graph.example/", {}, body))) is raised


def test_a_zero_stands_for_a_token_without_an_end():
    assert ends_at({"expires_at": 0, "data_access_expires_at": 0}) is None
    assert ends_at({"expires_at": 0, "data_access_expires_at": 1_800_000_000}) == ends_at({"expires_at": 1_800_000_000})


def test_what_a_server_calls_itself_is_cut_short():
    assert shortened("v28.0\x1b[31m" + "x" * 100) == "v28.0[31m" + "x" * 31
