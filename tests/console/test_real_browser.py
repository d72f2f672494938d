"""What only a real browser can show: that it sends our own forms so that they are taken, and that no policy is hit."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import uvicorn

from console.app import make_app
from domain.access import Role
from tests.fakes.chromium import Chromium
from tests.fakes.desk import Office
from vault.codes import code_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "maple kettle orbit 9"


@pytest.fixture
def served(office: Office) -> Iterator[str]:
    """The console on a port of this machine."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    application = make_app(replace(office.desk, base_url=address))
    server = uvicorn.Server(uvicorn.Config(application, log_config=None, lifespan="off", ws="none", http="h11"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield address
    server.should_exit = True
    thread.join()
    listening.close()


def test_a_browser_signs_in_and_out_and_meets_no_policy_on_the_way(
    office: Office, chromium: Chromium, served: str
) -> None:
    user = office.people[Role.MANAGER]
    office.store.credentials.set_password(user.id, PASSWORD, "command", office.clock())
    said: list[str] = []
    page = chromium.new_context().new_page()
    page.on("console", lambda message: said.append(message.text))

    page.goto(f"{served}/sign-in?next=/me")
    page.fill("#email", user.email)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    assert page.inner_text("h1") == "Set up one-time codes"
    assert page.locator("svg").is_visible()
    secret = page.inner_text("span.code").replace(" ", "")
    page.fill("#code", code_at(secret, office.clock()))
    page.click("main button[type=submit]")
    assert page.inner_text("h1") == "Keep these recovery codes"
    page.click("a.button")
    assert page.url == f"{served}/me"
    page.click("text=Sign out")
    assert page.url == f"{served}/sign-in"
    page.goto(f"{served}/me")
    assert page.url.startswith(f"{served}/sign-in?next=")

    # The browser asks for an icon by itself; that there is none is no fault of a page.
    assert [text for text in said if "favicon" not in text and "404" not in text] == []
