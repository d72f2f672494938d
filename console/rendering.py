"""Templates -> HTML: the console's own, and the reports' parts beside them. Everything is escaped."""

from __future__ import annotations

from pathlib import Path

import jinja2

from reports import words
from reports.environment import TEMPLATES as REPORT_TEMPLATES

_TEMPLATES = Path(__file__).parent / "templates"
STYLES = {
    "archive.css": REPORT_TEMPLATES / "archive" / "archive.css",
    "console.css": _TEMPLATES / "console.css",
}
"""The style sheets by the name that pages link them under."""


def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([_TEMPLATES, REPORT_TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["words"] = words
    made.globals["number"] = words.number
    return made


_ENVIRONMENT = _environment()


def render(template: str, **values: object) -> str:
    """The rendered page. jinja2.UndefinedError when it names something that was not given."""
    return _ENVIRONMENT.get_template(template).render(**values)
