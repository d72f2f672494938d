import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NoAnswer
from domain.opinions import Stand
from opinion.answer import SCHEMA, read_answer
from opinion.transport import Reply
from tests.fakes.model_server import completion


def read(body: bytes, content_type: str = "application/json") -> Stand:
    return read_answer(Reply(content_type, body))


@pytest.mark.parametrize(
    ("word", "stand"), [("violation", Stand.AGREES), ("fine", Stand.DISAGREES), ("unsure", Stand.NONE)]
)
def test_one_word_is_an_answer(word, stand):
    assert read(completion(json.dumps({"verdict": word}))) is stand


def test_the_schema_and_the_reader_take_the_same_words():
    for word in SCHEMA["properties"]["verdict"]["enum"]:
        assert read(completion(json.dumps({"verdict": word}))) in Stand


@pytest.mark.parametrize(
    "content",
    [
        "",
        "violation",
        "I think this is a violation.",
        '```json\n{"verdict": "violation"}\n```',
        '{"verdict": "VIOLATION"}',
        '{"verdict": "yes"}',
        '{"verdict": true}',
        '{"verdict": null}',
        '{"verdict": ["violation"]}',
        '{"verdict": "violation", "reason": "because"}',
        '{"answer": "violation"}',
        '["violation"]',
        '{"verdict": "violation"',
        '{"verdict": "violation"} {"verdict": "fine"}',
        "{}",
        "null",
    ],
)
def test_anything_off_the_schema_is_no_opinion_and_is_not_repeated(content):
    with pytest.raises(NoAnswer) as caught:
        read(completion(content))
    assert caught.value.code == "off-schema"
    assert caught.value.__cause__ is None
    assert "because" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Welcome</html>",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": ["violation"]}}]}',
        b'{"error": {"message": "no such model"}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_completion_is_no_opinion(body):
    with pytest.raises(NoAnswer, match="off-schema"):
        read(body)


def test_two_choices_are_not_chosen_between():
    body = json.loads(completion('{"verdict": "fine"}'))
    body["choices"] *= 2
    with pytest.raises(NoAnswer, match="off-schema"):
        read(json.dumps(body).encode())


@pytest.mark.parametrize("reason", ["length", "content_filter", "tool_calls"])
def test_an_answer_that_was_cut_short_is_no_opinion(reason):
    with pytest.raises(NoAnswer, match="cut-short"):
        read(completion('{"verdict": "violation"}', reason))


@pytest.mark.parametrize("content_type", ["", "text/html", "text/event-stream", "application/x-ndjson"])
def test_another_content_type_is_no_opinion(content_type):
    with pytest.raises(NoAnswer, match="wrong-content"):
        read(completion('{"verdict": "fine"}'), content_type)


@given(st.binary(max_size=200))
def test_no_bytes_whatever_make_anything_but_a_stand_or_no_answer(body):
    with pytest.raises(NoAnswer):
        read(body)


@given(st.text(max_size=200))
def test_no_words_whatever_make_anything_but_a_stand_or_no_answer(content):
    with pytest.raises(NoAnswer):
        read(completion(content))
