"""The conformance run itself: that it counts what is there and fails on what is lost or kept."""

from __future__ import annotations

import json

import pytest

from tests.conformance.microformats_suite import main

ENTRY = "<div class='h-entry'><p class='p-name'>Two words</p></div>"


@pytest.fixture
def run(tmp_path):
    def go(html, *items, reasoned=None):
        folder = tmp_path / "tests" / "microformats-v2" / "h-entry"
        folder.mkdir(parents=True)
        (folder / "one.html").write_text(html)
        (folder / "one.json").write_text(json.dumps({"items": items}))
        (folder / "no-pair.html").write_text(html)
        return main([str(tmp_path)], reasoned or {})

    return go


def item(kind, **properties):
    return {"type": [kind], "properties": {name: [value] for name, value in properties.items()}}


def test_what_is_found_is_counted(run, capsys):
    assert run(ENTRY, item("h-entry", name="Two words")) == 0
    said = capsys.readouterr().out
    assert "pages: 1; posts: 1; expected texts compared: 1" in said
    assert "misses: 0" in said


def test_words_that_are_lost_are_a_miss(run, capsys):
    assert run(ENTRY, item("h-entry", name="Two words", content={"html": "<b>And more</b>"})) == 1
    assert "lost 'And more'" in capsys.readouterr().out


def test_another_s_words_that_are_kept_are_a_miss(run, capsys):
    assert run(ENTRY, item("h-entry", comment=item("h-cite", content="Two words"))) == 1
    assert "kept another's 'Two words'" in capsys.readouterr().out


def test_a_page_that_is_refused_loses_its_words(run, capsys):
    assert run("<nav>Two words</nav>", item("h-entry", name="Two words")) == 1
    assert "wrong-content: lost" in capsys.readouterr().out


def test_an_exception_that_is_no_longer_needed_is_a_miss(run, capsys):
    reasoned = {"microformats-v2/h-entry/one.html": "a reason"}
    assert run(ENTRY, item("h-entry", name="Two words"), reasoned=reasoned) == 1
    assert "no longer needed" in capsys.readouterr().out


def test_a_folder_without_the_suite_is_not_taken_for_a_success(tmp_path):
    assert main([str(tmp_path)]) == 2
