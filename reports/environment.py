"""The one Jinja environment: HTML is escaped, a misspelt name is an error, nothing remote is loaded."""

from __future__ import annotations

from pathlib import Path

import css_inline
import jinja2

from reports import words

TEMPLATES = Path(__file__).parent / "templates"


def _escapes(name: str | None) -> bool:
    return name is None or not name.endswith(".txt.j2")


def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=_escapes,  # noqa: S701 - a function of the name; only .txt.j2 is left as it is
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["words"] = words
    made.globals["number"] = words.number
    return made


_ENVIRONMENT = _environment()
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def render(template: str, **values: object) -> str:
    """The rendered template. jinja2.UndefinedError when it names something that was not given."""
    return _ENVIRONMENT.get_template(template).render(**values)


def for_mail(html: str) -> str:
    """The page with its rules written into `style` attributes; media queries stay in the head."""
    return f"{_INLINER.inline(html)}\n"
