from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import fields
from domain.errors import AccessRefused, CollectError, Malformed, WrongContent
from tests.fakes.http import answer

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.characters(codec=None)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
URL = "https://social.example/api/v1/accounts/1"


@pytest.mark.parametrize("value", ["x", 5, True, None, [], {}, 1.5])
def test_a_field_of_another_type_reads_as_if_it_were_missing(value):
    obj = {"key": value}
    assert fields.text(obj, "key") == (value if isinstance(value, str) else "")
    assert fields.child(obj, "key") == {}
    assert fields.children(obj, "key") == ()
    assert fields.strings(obj, "key") == ()
    assert fields.number(obj, "key") == (5 if value == 5 else None)
    assert fields.flag(obj, "key") is (value is True)
    assert fields.address(obj, "key") == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("01ABC", "01ABC"),
        (" 5 ", "5"),
        (5, "5"),
        (-1, "-1"),
        (True, ""),
        (None, ""),
        (5.0, ""),
        (10**40, ""),
        (["5"], ""),
    ],
)
def test_an_id_is_text_whether_it_came_as_text_or_as_a_whole_number(value, expected):
    assert fields.identifier({"id": value}, "id") == expected


def test_characters_that_no_database_takes_are_removed():
    assert fields.text({"key": "a\x00b\ud800c"}, "key") == "abc"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("https://a.example/x", True),
        ("http://a.example", True),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("//a.example", False),
        ("https://[::1", False),
        ("tag:a.example,2026:1", False),
    ],
)
def test_only_a_whole_web_address_is_an_address(value, kept):
    assert bool(fields.address({"url": value}, "url")) is kept


def test_members_of_another_type_are_passed_over():
    obj = {"list": [{"a": 1}, 5, "x", None, {"b": 2}]}
    assert fields.children(obj, "list") == ({"a": 1}, {"b": 2})
    assert fields.strings(obj, "list") == ("x",)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", WrongContent),
        (b"5", WrongContent),
        (b"<html><title>Sign in</title><input type='password'></html>", AccessRefused),
        (b"<html>Checking your browser</html>", WrongContent),
        (b'{"a":', Malformed),
        (b'{"a": "\xff"}', Malformed),
        (b"[" * 100_000, Malformed),
        (b"[" + b"9" * 5000 + b"]", Malformed),
    ],
    ids=["empty", "scalar", "login", "challenge", "cut off", "not utf-8", "deep", "huge number"],
)
def test_what_is_not_json_is_named_for_what_it_is(body, error):
    with pytest.raises(error):
        fields.decode(answer(body, url=URL))


def test_json_is_taken_whatever_its_stated_type_and_mark():
    assert fields.decode(answer(b'\xef\xbb\xbf {"a": 1}', url=URL, content_type="text/html")) == {"a": 1}


def test_a_page_at_a_login_address_is_a_login_page_whatever_it_shows():
    with pytest.raises(AccessRefused):
        fields.decode(answer(b"<html>Welcome</html>", url="https://social.example/login?to=x"))


def test_an_object_and_a_list_are_not_taken_for_each_other():
    with pytest.raises(Malformed):
        fields.decode_object(answer(b"[]", url=URL))
    with pytest.raises(Malformed):
        fields.decode_list(answer(b"{}", url=URL))


@given(JSON)
def test_no_value_breaks_an_accessor_and_every_text_can_be_stored(value):
    obj = {"key": value}
    for read in (fields.text, fields.identifier, fields.address):
        read(obj, "key").encode("utf-8")
    for member in fields.strings(obj, "key"):
        member.encode("utf-8")
    assert fields.number(obj, "key") is None or fields.number(obj, "key") == value


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_body_raises_anything_but_a_collect_error(body):
    try:
        read = fields.decode(answer(body, url=URL))
    except CollectError:
        return
    assert isinstance(read, dict | list)
