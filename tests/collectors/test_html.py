import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.html import (
    LONGEST_MARKUP,
    MOST_LINKS,
    FeedLink,
    alternate_feeds,
    api_root,
    decode,
    is_login_page,
    links,
    page_title,
    pictures,
    rel_me,
    to_text,
)
from domain.posts import Media

BASE = "https://blog.example/2026/post"
MASTODON = (
    '<p>Our group starts in May: <a href="https://clinic.example/groups?month=5" rel="nofollow noopener">'
    '<span class="invisible">https://</span><span class="ellipsis">clinic.example/gro</span>'
    '<span class="invisible">ups?month=5</span></a></p><p><span class="h-card"><a href="https://social.example/@sam" '
    'class="u-url mention">@<span>sam</span></a></span> <a href="https://social.example/tags/cbt" '
    'class="mention hashtag" rel="tag">#<span>cbt</span></a><br />Bye</p>'
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("   \n ", ""),
        ("plain words", "plain words"),
        ("https://a.example/x", "https://a.example/x"),
        ("notes.html", "notes.html"),
        ("I <3 you &amp; tea", "I <3 you & tea"),
        ("a &amp;lt;b&amp;gt;", "a &lt;b&gt;"),
        ("<p>one</p><p>two<br>three<br><br>four</p>", "one\n\ntwo\nthree\n\nfour"),
        ("<div>a</div><div>b</div>c", "a\nb\nc"),
        ("wo<b>r</b>d and <i>so</i>on", "word and soon"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("<table><tr><td>1<td>2<tr><td>3</table>", "1 2\n3"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("a\n\t b\u00a0c", "a b c"),
        ("real<script>x<</script><style>p{}</style><template>t</template><!-- c --> end", "real end"),
        ('<?xml version="1.0"?><div>ä</div>', "ä"),
        ('<meta charset="iso-8859-1">é€', "é€"),
        ("\ufeff<p>b</p>", "b"),
        ("a\x00b\x02c\x1bd\ud800e&#2;f", "abcdef"),
        ("<svg><style>q</style><text>drawn</text></svg>", "drawn"),
        ('so happy <img class="wp-smiley" alt="🙂"><img alt="a garden">', "so happy 🙂"),
        ("<b><p>mis</b>nested</p></div></div>", "misnested"),
        ("<p unclosed", ""),
    ],
)
def test_text_is_what_a_reader_sees(html, text):
    assert to_text(html) == text


def test_invisible_spans_keep_a_url_whole():
    assert to_text(MASTODON) == "Our group starts in May: https://clinic.example/groups?month=5\n\n@sam #cbt\nBye"


@given(
    st.text(
        alphabet=st.characters(
            blacklist_categories=("Cc", "Cs", "Zs", "Zl", "Zp"), blacklist_characters="<&\ufffe\uffff\ufeff"
        )
    )
)
def test_text_without_markup_comes_back_as_it_was(text):
    assert to_text(text) == text


@given(st.text(alphabet="<>/&;#x0pbdivar=\"' \n\x00\ud800é", max_size=200))
def test_no_input_raises_and_no_text_holds_a_character_that_cannot_be_stored(html):
    text = to_text(html)
    text.encode()
    assert not any(sign in text for sign in "\x00\x02\x03")
    assert text == text.strip()
    assert "\n\n\n" not in text
    links(html, BASE)
    is_login_page(html)


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<br>", "<div>", "</div>", "<b>", "</b>", "<td>", "x", " "]), max_size=40)
)
def test_every_word_survives_any_nesting(parts):
    assert to_text("".join(parts)).count("x") == parts.count("x")


@pytest.mark.parametrize("depth", [6_000, 100_000])
def test_deep_nesting_is_read_in_about_a_second(depth):
    started = time.process_time()
    assert to_text("<div>" * depth + "deep" + "</div>" * depth) == "deep"
    assert time.process_time() - started < 4


@pytest.mark.parametrize("hostile", ["<b>", "<p><a>", "<table>", "<b><i>", "<ul><li>", "<!--", "&", "<", "<a x=1 "])
def test_a_megabyte_of_hostile_markup_ends_soon(hostile):
    started = time.process_time()
    to_text(hostile * (LONGEST_MARKUP // len(hostile)))
    assert time.process_time() - started < 5


def test_links_leave_out_people_hashtags_and_what_is_not_the_web():
    html = MASTODON + (
        '<a href="/about">a</a><a href="https://clinic.example/groups?month=5">again</a>'
        '<a href="mailto:a@b.example">m</a>'
        '<a href="javascript:alert(1)">j</a><a href="//cdn.example/x">c</a><a href="http://[">bad</a><a>none</a>'
        '<a href="/tag/x" rel="tag">t</a><a href="">self</a>'
    )
    expected = ("https://clinic.example/groups?month=5", "https://blog.example/about", "https://cdn.example/x")
    assert links(html, BASE) == expected


def test_a_base_element_moves_relative_links():
    assert links('<base href="/deep/"><a href="x">x</a>', BASE) == ("https://blog.example/deep/x",)
    assert links('<base href="data:,"><a href="x">x</a>', BASE) == ("https://blog.example/2026/x",)


def test_links_are_bounded():
    assert len(links("".join(f'<a href="/{n}">x</a>' for n in range(MOST_LINKS + 5)), BASE)) == MOST_LINKS


def test_alt_texts_without_empty_ones_and_emoji():
    html = '<img alt=" A  garden "><img alt=""><img src=x><img class="emoji" alt="🙂"><img alt="Two&amp;two">'
    assert [picture.alt for picture in pictures(html, BASE) if picture.alt] == ["A garden", "Two&two"]


def test_pictures_come_with_their_addresses_but_for_marks_of_a_few_pixels_and_what_is_no_web_address():
    html = (
        '<img alt="A planner" src="/up/planner.jpg"><img src="desk.png" width="640px"><img src="dot.gif" width=1>'
        '<img src="data:image/gif;base64,R0lGOD"><img alt="A dot" src="dot.gif" height="20"><img class="emoji" src="e.png">'
    )

    assert pictures(html, BASE) == (
        Media("image", "A planner", "https://blog.example/up/planner.jpg"),
        Media("inline", "", "https://blog.example/2026/desk.png"),
        Media("image", "A dot", ""),
    )


def test_feeds_that_a_page_announces():
    html = (
        '<head><link rel="alternate" type="application/rss+xml" title="All &amp; more" href="/feed/">'
        '<link rel="ALTERNATE" type="Application/Atom+XML; charset=utf-8" href="atom.xml">'
        '<link rel="alternate" type="application/rss+xml" href="/feed/"><link rel="alternate" hreflang="de" href="/de">'
        '<link rel="alternate" type="application/json" href="/wp-json/x"><link rel=stylesheet href=a.css></head>'
    )
    assert alternate_feeds(html, BASE) == (
        FeedLink("application/rss+xml", "https://blog.example/feed/", "All & more"),
        FeedLink("application/atom+xml", "https://blog.example/2026/atom.xml", ""),
    )


def test_rel_me_and_the_wordpress_api():
    html = (
        '<a rel="me nofollow" href="https://social.example/@ada">m</a><link rel="me" href="mailto:ada@clinic.example">'
        '<link rel="https://api.w.org/" href="https://blog.example/wp-json/">'
    )
    assert rel_me(html, BASE) == ("https://social.example/@ada",)
    assert api_root(html, BASE) == "https://blog.example/wp-json/"
    assert api_root("<p>no</p>", BASE) is None


def test_the_title_is_one_line():
    assert page_title("<title> Ada\n Moss &amp; Co </title><svg><title>other</title></svg>") == "Ada Moss & Co"
    assert page_title("<p>none</p>") == ""


@pytest.mark.parametrize(
    ("html", "login"),
    [
        ("<title>Log in - Pix</title><form><input type=PASSWORD name=password></form>" + "word " * 3000, True),
        ("<h1>Welcome</h1><input type=password>", True),
        ("<p>" + "word " * 3000 + "</p><aside><input type=password name=pwd></aside>", False),
        ("<title>Log in</title><p>How to sign in to a study</p>", False),
        ("<p>Protected</p><input type=password name=post_password>", False),
        ("", False),
    ],
)
def test_login_pages_are_told_from_pages_with_a_login_box(html, login):
    assert is_login_page(html) is login


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("é€".encode(), "", "é€"),
        ("é€".encode(), "text/html; charset=iso-8859-1", "é€"),
        ("é".encode("latin-1"), 'text/html; charset="ISO-8859-1"', "é"),
        (b"<meta charset='windows-1251'>\xcf", "text/html", "<meta charset='windows-1251'>П"),
        (b"\xef\xbb\xbfa", "", "a"),
        ("é".encode("utf-16"), "", "é"),
        (b"\x93quoted\x94", "", "“quoted”"),
        (b"\x93", "text/html; charset=punycode", "“"),
        (b"\x93", "text/html; charset=iso-8859-99", "“"),
        (b"", "", ""),
    ],
)
def test_bytes_become_the_characters_that_were_meant(body, content_type, text):
    assert decode(body, content_type) == text


@given(st.binary(), st.text())
def test_decoding_never_raises(body, content_type):
    assert isinstance(decode(body, f"text/html; charset={content_type}"), str)
