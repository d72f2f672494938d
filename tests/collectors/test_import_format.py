from dataclasses import replace

import pytest

from collectors import imports
from collectors.import_format import Export, gathered, must_be_of, parse_json, tally
from collectors.import_registry import formats, read_export
from collectors.registry import platforms
from domain.errors import ImportRefused
from domain.imports import IMPORTED, imported_from, is_imported, is_service, terms_of
from domain.posts import Post, PostKind
from tests.fakes.exports import HANDING, linkedin, mastodon, note, zipped

EMPTY = Export(posts=(), listed_ids=frozenset())


def test_every_format_is_found_by_looking():
    assert sorted(formats()) == ["instagram", "jsonfeed", "linkedin", "mastodon", "profile", "text", "x"]


def test_no_platform_that_is_read_passes_for_an_imported_one():
    assert imported_from("linkedin") == "imported:linkedin"
    assert not [name for name in platforms() if is_imported(name) or name == IMPORTED]
    assert terms_of("imported:linkedin") == IMPORTED != terms_of("linkedin")


@pytest.mark.parametrize(
    ("name", "usable"),
    [("linkedin", True), ("psychology-today", True), ("", False), ("X", False), ("a b", False), ("a" * 41, False)],
)
def test_a_service_has_a_plain_name(name, usable):
    assert is_service(name) is usable


@pytest.mark.parametrize("body", ["", "FORMAT = 7", "FORMAT = type('F', (), {'name': 'f', 'read': None})()"])
def test_a_module_without_a_whole_format_is_named(tmp_path, monkeypatch, body):
    (tmp_path / "broken.py").write_text(body)
    monkeypatch.setattr(imports, "__path__", [str(tmp_path)])

    with pytest.raises(TypeError, match="broken"):
        formats(imports)


def test_an_export_of_another_service_is_refused():
    with pytest.raises(ImportRefused, match="of mastodon, and the account is on linkedin"):
        read_export(zipped(mastodon(note(1, "Words"))), "linkedin", HANDING)


@pytest.mark.parametrize(
    ("name", "handle", "person", "same"),
    [
        ("@tess", "Tess", "Somebody", True),
        ("@tess", "tess.a", "Tess Arroway", False),
        ("tess@fern.example", "@tess@fern.example", "", True),
        ("tess@larch.example", "tess@fern.example", "", False),
        ("Tess M. Arroway, LPC", "tess-arroway-1", "Tess Arroway", True),
        ("Tess Arroway", "Tess Arroway", "Tess Miller", True),
        ("Ash Beckett", "tess-arroway-1", "Tess Arroway", False),
        ("Tess", "tess-arroway-1", "Tess Arroway", False),
    ],
)
def test_the_name_that_an_export_bears_must_be_the_owners(name, handle, person, same):
    handing = replace(HANDING, handle=handle, person=person)
    export = replace(EMPTY, names=frozenset({name}))

    if same:
        must_be_of(export, handing)
    else:
        with pytest.raises(ImportRefused, match="another account"):
            must_be_of(export, handing)


def test_the_services_own_id_outlives_a_change_of_name():
    renamed = replace(EMPTY, names=frozenset({"@tess_new"}), owner_id="77")

    must_be_of(renamed, HANDING, "77")
    with pytest.raises(ImportRefused, match="imported before"):
        must_be_of(replace(renamed, names=frozenset({"@tess"})), HANDING, "78")


def test_an_export_that_bears_no_name_is_taken():
    must_be_of(EMPTY, HANDING)
    members = linkedin()
    del members["Profile.csv"]
    must_be_of(read_export(zipped(members), "linkedin", HANDING)[1], HANDING)


def test_each_post_comes_once():
    posts = [Post(number, "", PostKind.POST, "x") for number in ("1", "2", "1")]

    assert [post.post_id for post in gathered(posts)[0]] == ["1", "2"]
    assert gathered(posts)[1] == 1


def test_reasons_are_counted_and_zeroes_left_out():
    assert tally(["boost", "", "boost"], duplicate=0, not_public=1) == {"boost": 2, "not-public": 1}


@pytest.mark.parametrize("body", [b"\xff\xfe{}", b"[" * 200_000, b'{"a": ' + b"1" * 10_000 + b"}", b"", b"\x00"])
def test_json_that_cannot_be_read_is_refused_without_its_words(body):
    with pytest.raises(ImportRefused, match=r"outbox\.json") as refused:
        parse_json(body, "outbox.json")
    assert refused.value.__cause__ is None


def test_a_line_of_ten_megabytes_is_read():
    assert parse_json(b'"' + b"a" * 10_000_000 + b'"', "x") == "a" * 10_000_000
