import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.keep import CLIENT_DETAIL, CUT, MASK, keep, masked, without_handles
from analyzers.score import score
from domain.findings import Clause, Severity, Span
from domain.posts import ParentAuthor
from tests.fakes.packets import packet, reply

WORDS = st.sampled_from(
    [
        "my",
        "client",
        "told",
        "me",
        "on",
        "Tuesday",
        "that",
        "Brantley",
        "from",
        "Elm",
        "Street",
        "call",
        "555-0142",
        "jo@home.example",
        "@sam",
        "@sam@social.example",
        "@kim.bsky.social",
        "@tess",
        "my",
        "4pm",
        "use",
        "code",
        "TESS15",
        "at",
        "checkout",
        "everyone",
        "needs",
        "a",
        "Slumberfern",
        "mattress",
        "our",
        "union",
        "vote",
        "is",
        "Friday",
        ".",
        ".",
        "!",
        "MRN",
        "889912",
        "turned",
        "91",
        "https://x.example/p?u=dana",
        "the",
        "only",
        "baker",
        "in",
        "town",
        "we",
        "cut",
        "hours",
        "０４２",
        "＠sam",
    ]
)
POSTS = st.lists(WORDS, min_size=1, max_size=40).map(" ".join)


def pseudonym(handle):
    return "@p-1a2b3c4d"


def kept(post):
    return keep(post, score(post), pseudonym, "tess@social.example")


def field(result, name):
    return result.alts[int(name.split(".")[1])] if name.startswith("media") else getattr(result, name)


@settings(max_examples=200, deadline=None)
@given(POSTS, POSTS)
def test_moved_findings_quote_the_kept_text(text, alt):
    result = kept(packet(text, media=(alt,)))
    assert len(result.excerpts) == len(result.findings)
    for finding in result.findings:
        for span in finding.spans:
            assert field(result, span.field)[span.start : span.end] == span.quote != ""


@settings(max_examples=200, deadline=None)
@given(POSTS, POSTS)
def test_no_identifier_reaches_an_excerpt(text, alt):
    result = kept(packet(text, media=(alt,)))
    for excerpt in result.excerpts:
        assert not re.search(r"\d|https?:|@|＠|Brantley|Elm|Tuesday|Friday|jo@|MRN|Slumberfern", excerpt)


@settings(max_examples=200, deadline=None)
@given(POSTS)
def test_no_handle_of_another_is_kept(text):
    result = kept(packet(text))
    assert not re.search(r"[@＠](sam|kim)", result.text)


def test_the_authors_own_handle_stays_with_and_without_its_server():
    result = kept(
        packet("I am @tess and @tess@social.example, thanks @sam@social.example and @sam, mail jo@home.example")
    )
    assert result.text == "I am @tess and @tess@social.example, thanks @p-1a2b3c4d and @p-1a2b3c4d, mail @p-1a2b3c4d"


def test_profile_links_and_mail_addresses_of_others_go_as_well():
    result = kept(
        packet("see https://social.example/@dana_w/11223 or write dana.w@mail.example, not https://a.example/x")
    )
    assert "dana" not in result.text
    assert "https://a.example/x" in result.text
    assert without_handles("Wife of @dana@social.example", lambda _: "@p", "@tess") == "Wife of @p"


def test_a_protected_post_without_a_finding_is_cut_whole():
    assert kept(packet("They cut our pay again. We deserve better. Vote yes.")).text == CUT


def test_only_the_findings_own_words_stay_of_a_mixed_post():
    result = kept(packet("They cut our hours again. My 4pm told me he relapsed, the only baker on Elm Street."))
    assert "cut our hours" not in result.text
    assert result.text.startswith(CUT)
    assert "my 4pm" in result.text.lower()


def test_a_protected_sentence_is_cut_around_the_findings_words():
    post = packet("They cut our hours and the kid I see on Thursdays told me she finally slept")
    result = kept(post)
    assert "cut our hours" not in result.text
    assert result.findings[0].clause is Clause.CONFIDENTIALITY


def test_a_grave_client_detail_shows_no_word():
    post = reply("Hi Dana, as we discussed at your March intake your plan lapsed.", "Bad.", ParentAuthor.CLIENT_UNKNOWN)
    result = kept(post)
    assert result.findings[0].severity >= Severity.S3
    assert set(result.excerpts) == {CLIENT_DETAIL}


def test_a_lesser_client_detail_shows_connecting_words_alone():
    result = kept(packet("Client told me she rehearses our sessions in the shower. I think about that a lot."))
    assert result.findings[0].severity is Severity.S2
    assert "shower" not in result.excerpts[0]
    assert "rehearses" not in result.excerpts[0]
    assert MASK in result.excerpts[0]


def test_the_excerpt_of_another_clause_masks_names_numbers_and_days():
    result = kept(packet("everyone needs a Slumberfern mattress by Friday. so use code BEA20 at checkout"))
    assert result.excerpts == (f"everyone needs a {MASK} mattress by {MASK} so use code {MASK} at checkout",)


@pytest.mark.parametrize("length", [1, 40, 4000])
def test_an_excerpt_is_short(length):
    filler = "nothing much to say here and so on " * length
    result = kept(
        packet(f"{filler}everyone needs this lamp, use code for free stuff, link in my bio, use my code{filler}")
    )
    assert all(len(excerpt) <= 260 for excerpt in result.excerpts)


def test_a_whole_field_is_masked_but_for_evidence_that_is_no_secret():
    words = "Kyle says\n use code TESS15 at 3 pm, Dana agrees"
    code, dana = words.index("TESS15"), words.index("Dana")
    evidence = [Span("text", code, code + 6, "TESS15"), Span("text", dana, dana + 4, "Dana")]
    secret = [Span("text", dana, dana + 4, "Dana")]
    assert masked(words, secret, evidence) == f"{MASK} says use code TESS15 at {MASK} pm, {MASK} agrees"
