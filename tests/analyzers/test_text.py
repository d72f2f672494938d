import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.patterns import span_of
from analyzers.text import Passage, names_pattern, normalise, sentences, words


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("“Don’t” — it’s", "\"Don't\" - it's"),
        ("cl\u200bient", "client"),
        ("so\u00adber", "sober"),
        ("ｆｕｌｌ", "full"),
        ("сlient аnd pаtient", "client and patient"),
        ("cafe\u0301", "café"),
        ("❤\ufe0f ok", "❤ ok"),
        ("Привет мир", "Привет мир"),
    ],
)
def test_one_spelling(raw, plain):
    assert normalise(raw).text == plain


@given(st.text(), st.data())
def test_every_place_leads_back_to_the_original(raw, data):
    passage = Passage.of("text", raw)
    if not passage.text:
        return
    start = data.draw(st.integers(0, len(passage.text) - 1))
    end = data.draw(st.integers(start + 1, len(passage.text)))
    span = span_of(passage, start, end)
    assert raw[span.start : span.end] == span.quote
    assert span.quote


@given(st.text())
def test_lower_case_keeps_every_place(raw):
    passage = Passage.of("text", raw)
    assert len(passage.lower) == len(passage.text)


@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from(".!?\n ")))
def test_sentences_cover_the_text(raw):
    cuts = sentences(raw)
    assert "".join(raw[start:end] for start, end in cuts) == raw


def test_a_sentence_ends_at_stops_and_lines_and_not_after_a_title():
    text = "Dr. Abara saw him. Good!\nNext line"
    assert [text[start:end] for start, end in sentences(text)] == ["Dr. Abara saw him. ", "Good!\n", "Next line"]


def test_the_practice_is_one_sign_of_the_same_length():
    passage = Passage.of("text", "At LARKSPUR BEND we rest", names_pattern(["Larkspur Bend"]))
    assert passage.lower == "at " + "§" * 13 + " we rest"
    assert passage.places["§"] == frozenset({0})


def test_words_keep_their_apostrophe():
    assert words("Don't PANIC, it's 9am") == ["don't", "panic", "it's", "9am"]
