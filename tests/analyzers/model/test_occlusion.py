"""Evidence by leaving out: the words without which a judge that looks for one thing no longer hears it."""

import pytest

from analyzers.model.occlusion import evidence
from domain.findings import Span
from tests.fakes.packets import packet


def hearing(*needles):
    """A judge that is sure while any of these words stands in the post or its pictures."""

    def judge(packets):
        return [
            0.9 if any(needle in " ".join((one.text, *one.media)) for needle in needles) else 0.1 for one in packets
        ]

    return judge


def quoted(post, judge):
    spans = evidence(post, judge, 0.5)
    fields = {"text": post.text, **{f"media.{number}.alt": alt for number, alt in enumerate(post.media)}}
    assert all(fields[span.field][span.start : span.end] == span.quote for span in spans)
    return [span.quote for span in spans]


def test_the_sentence_that_carries_it_is_quoted():
    assert quoted(packet("Rain again. My 4pm cried. Soup for dinner."), hearing("4pm")) == ["My 4pm cried."]


def test_two_neighbours_are_quoted_where_one_is_not_enough():
    post = packet("Rain again. My 4pm cried. She runs the mill. Soup for dinner.")

    assert quoted(post, hearing("4pm", "mill")) == ["My 4pm cried.", "She runs the mill."]


def test_a_long_sentence_is_narrowed_to_its_phrase():
    post = packet(
        "The bus was late again today, the widow from the lighthouse cried in my office, and then it rained all day."
    )

    assert quoted(post, hearing("lighthouse")) == ["the widow from the lighthouse cried in my office,"]


def test_a_picture_is_searched_too():
    post = packet("cosy reset", media=("A desk. Planner: 10:00 K. Alvarez",))

    spans = evidence(post, hearing("Alvarez"), 0.5)

    assert {span.field for span in spans} == {"media.0.alt"}
    assert "Alvarez" in " ".join(quoted(post, hearing("Alvarez")))


def test_offsets_hold_behind_letters_that_are_folded():
    assert quoted(packet("Ｆｕｌｌ 🙂 day. My 4pm cried."), hearing("4pm")) == ["My 4pm cried."]


@pytest.mark.parametrize("text", ["Thank you for trusting us", "🌱 ok"])
def test_one_sentence_is_quoted_whole(text):
    assert len(quoted(packet(text), hearing(text))) == 1


def test_without_a_word_there_is_no_evidence():
    assert evidence(packet("🙂 🙂"), hearing("x"), 0.5) == ()


def test_where_nothing_helps_the_best_sentence_is_quoted():
    assert len(quoted(packet("One. Two. Three. Four."), lambda packets: [0.9] * len(packets))) == 1


def test_in_a_long_post_the_sentence_is_found_and_no_more_than_a_stretch_is_read_again():
    rain = "Rain again, and soup for dinner. "
    text = rain * 300 + "My 4pm cried. " + rain * 30_000
    read = []

    def judge(packets):
        read.extend(len(one.text) for one in packets)
        return hearing("4pm")(packets)

    assert len(text) > 900_000
    post = packet(text[:30_000])
    assert any("My 4pm cried." in quote for quote in quoted(post, judge))
    ordinary = sum(read)
    read.clear()
    evidence(packet(text), judge, 0.5)
    assert sum(read) <= 2 * ordinary


def test_in_a_long_post_what_the_rules_quote_is_kept():
    text = "Rain again. " * 1_000 + "My 4pm cried. " + "Soup for dinner. " * 100
    known = Span("text", 0, 11, "Rain again.")

    spans = evidence(packet(text), hearing("4pm"), 0.5, [known])

    assert spans[0] == known
    assert any("My 4pm cried." in span.quote for span in spans[1:])


def test_where_no_stretch_of_a_long_post_is_loud_by_itself_a_whole_one_is_quoted():
    (span,) = evidence(packet("Rain again. " * 1_000), lambda packets: [0.2] * len(packets), 0.5)

    assert len(span.quote) < 1_600
