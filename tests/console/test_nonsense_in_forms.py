"""Every form of the console, filled in with what nobody means: an answer always, and a fault of ours never."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from console import rendering
from console.admission import CSRF_FIELD
from console.pages import Page
from console.registry import pages
from domain.access import GRANTS, Role
from store.engine import open_store
from tests.fakes.desk import BASE, Office, office_on, token_of
from tests.fakes.keys import KEYRING

TEMPLATES = Path(rendering.__file__).parent / "templates"
NAMED = re.compile(r"""\bname="([\w-]+)"|\b(?:field|area|choice|boxes)\(\s*"([\w-]+)\"""")
NAMES = sorted(
    {one or other for file in TEMPLATES.rglob("*.j2") for one, other in NAMED.findall(file.read_text(encoding="utf-8"))}
)
"""Every field that any form has."""
FORMS = [page for page in pages() if page.method == "POST"]
VALUES = {
    "huge": "9" * 40,
    "long": "word " * 700,
    "breaks": "a\r\nSet-Cookie: x=1\r\n\r\n<h1>",
    "last-day": "9999-12-31",
    "digits": "١٢٣²",
}


@pytest.fixture(scope="module")
def open_office(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    file = tmp_path_factory.mktemp("nonsense") / "section7.db"
    shutil.copy(migrated_file, file)
    store = open_store(f"sqlite:///{file}", KEYRING)
    yield office_on(store)
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("page", FORMS, ids=lambda page: page.path)
def test_no_form_breaks_whatever_is_typed(open_office: Office, page: Page) -> None:
    role = next((role for role in Role if page.needs in GRANTS[role]), None)
    for kind, value in VALUES.items():
        # Each in a browser and with a person of its own: the form before may have signed out, or taken access away.
        open_office.clock.forward(hours=1)
        browser = open_office.browser()
        if role:
            open_office.sign_in_as(browser, open_office.person(f"{kind} {FORMS.index(page)}", role, staff_id=1))
        token = token_of(browser.get("/me/password" if role else "/sign-in").text)
        fields = {**dict.fromkeys(NAMES, value), CSRF_FIELD: token}
        for path in sorted({re.sub(r"{[^}]+}", part, page.path) for part in ("1", "none")}):
            answer = browser.post(path, data=fields, headers={"origin": BASE})

            assert answer.status_code < 500, (kind, path)
            assert answer.status_code != 413, (kind, path)
            assert "<script" not in answer.text, (kind, path)
            assert "set-cookie: x=1" not in str(answer.headers).lower(), (kind, path)
            assert not answer.headers.get("location", "/").startswith(("http", "//")), (kind, path)
