"""Whose words a reblog holds."""

from __future__ import annotations

import time

import pytest

from collectors.feeds.reblogs import own_words
from collectors.html import to_text

LINE = '<p><a class="tumblr_blog" href="https://lee.tumblr.com/post/1">lee</a>:</p>'


@pytest.mark.parametrize(
    ("markup", "left"),
    [
        ("<p>Mine</p>", "Mine"),
        (f"{LINE}<blockquote><p>Lee's</p></blockquote>", ""),
        (f"{LINE}<blockquote><p>Lee's</p></blockquote><p>Mine</p>", "Mine"),
        (f"{LINE} <blockquote>{LINE}<blockquote>Older</blockquote>Lee's</blockquote> Mine", "Mine"),
        (f"{LINE}<blockquote>One</blockquote>{LINE}<blockquote>Two</blockquote><p>Mine</p>", "Mine"),
        (f"<p>Mine</p>{LINE}<blockquote>Lee's</blockquote><p>too</p>", "Mine\n\ntoo"),
        ('<a class="x tumblr_blog" href="#">lee</a>:<blockquote>Lee</blockquote>Mine', "Mine"),
        (f"{LINE}<p>Lee's, without a quotation</p>", ""),
        ('<p>Lee\'s</p><p>(via <a class="tumblr_blog" href="#">lee</a>)</p>', ""),
        ("<blockquote>A saying I quote</blockquote><p>Mine</p>", "A saying I quote\n\nMine"),
        ("I like class names such as tumblr_blog", "I like class names such as tumblr_blog"),
    ],
)
def test_only_the_owner_s_words_are_left(markup, left):
    assert to_text(own_words(markup)) == left


@pytest.mark.parametrize(
    "markup",
    [
        LINE * 20_000,
        "<div>" * 9_000 + LINE,
        'class="' * 100_000,
        LINE + "<blockquote>" * 9_000 + "x",
        LINE + "a" * 1_000_000,
    ],
)
def test_posts_made_to_be_slow_are_not(markup):
    began = time.process_time()
    assert "lee" not in to_text(own_words(markup))
    assert time.process_time() - began < 1
