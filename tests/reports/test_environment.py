"""Templates fail loudly and escape."""

from __future__ import annotations

import jinja2
import pytest

from reports.environment import TEMPLATES, for_mail, render


def test_a_missing_value_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        render("alert/subject.txt.j2", practice="Larkspur")


def test_every_template_compiles():
    found = [str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.j2")]
    assert len(found) >= 18
    for name in found:
        assert name.endswith((".txt.j2", ".html.j2"))


def test_rules_are_written_into_the_page_and_media_queries_stay():
    page = "<html><head><style>p{color:red}@media (max-width:9px){p{color:blue!important}}</style></head><body><p>x</p></body></html>"
    made = for_mail(page)
    assert "color: red" in made or "color:red" in made
    assert "@media (max-width:9px)" in made.replace(": ", ":")


def test_no_style_sheet_is_fetched():
    made = for_mail(
        '<html><head><link rel="stylesheet" href="https://elsewhere.example/a.css"></head><body></body></html>'
    )
    assert "elsewhere" not in made.replace('<link rel="stylesheet" href="https://elsewhere.example/a.css">', "")
