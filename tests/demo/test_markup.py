from demo import markup


def test_mastodon_hides_parts_of_a_link_and_loses_none() -> None:
    link = "https://journal-of-learning.example/a/very/long/path"
    shown = markup.mastodon_html(f"see {link}.", "http://host")

    assert f'href="{link}"' in shown
    assert '<span class="invisible">https://</span><span class="ellipsis">' in shown
    assert shown.endswith("</a>.</p>")


def test_mentions_and_hashtags_become_links_and_the_rest_is_escaped() -> None:
    shown = markup.mastodon_html("@ana_b@owl.example it's <b> & #WSPD", "http://host")

    assert '<a href="https://owl.example/@ana_b" class="u-url mention">@<span>ana_b</span></a>' in shown
    assert "it&#39;s &lt;b&gt; &amp; " in shown
    assert 'href="http://host/tags/WSPD"' in shown
    assert markup.mentions("@ana_b@owl.example hi @ana_b@owl.example") == ["ana_b@owl.example"]
    assert markup.hashtags("#WSPD #wspd") == ["wspd"]


def test_paragraphs_breaks_and_lists() -> None:
    assert markup.mastodon_html("a\nb\n\nc", "") == "<p>a<br>b</p><p>c</p>"
    assert markup.snac_html("a\nb", "") == "a<br>b<br>"
    assert markup.article_html("a\n\n- b\n- c") == "<p>a</p>\n<ul><li>b</li><li>c</li></ul>\n"


def test_wordpress_curls_its_quotation_marks() -> None:
    assert markup.texturised(markup.escape('he said "no", didn\'t he')) == "he said &#8220;no&#8221;, didn&#8217;t he"
