"""Where the servers of .ci/real are, and a practice that may read them. Without them every test here is skipped."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tests.postgres_cluster import REQUIRED
from tests.real.bluesky import Network
from tests.real.mail import MailServer
from tests.real.mastodon import Mastodon
from tests.real.practice import Practice
from tests.real.wordpress import WordPress


def address(variable: str) -> str:
    """Where a server is, or a word that it is not there: a skip, but a failure where services are required."""
    found = os.environ.get(variable)
    if not found:
        reason = f"{variable} is not set: .ci/real starts the servers"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def wordpress() -> WordPress:
    return WordPress.at(address("SECTION7_WORDPRESS_URL"), address("SECTION7_WORDPRESS_ADMIN"))


@pytest.fixture(scope="session")
def mastodon() -> Mastodon:
    return Mastodon(address("SECTION7_MASTODON_URL"))


@pytest.fixture(scope="session")
def bluesky() -> Network:
    names = ("PLC", "PDS", "APPVIEW", "ADMIN")
    return Network.at(*(address(f"SECTION7_ATPROTO_{name}") for name in names))


@pytest.fixture(scope="session")
def mail_server() -> MailServer:
    smtp_user, _, smtp_password = address("SECTION7_SMTP_LOGIN").partition(":")
    imap_user, _, imap_password = address("SECTION7_IMAP_LOGIN").partition(":")
    return MailServer(
        smtp_port=int(address("SECTION7_SMTP_PORT")),
        smtp_user=smtp_user,
        smtp_password=smtp_password,
        imap_port=int(address("SECTION7_IMAP_PORT")),
        imap_user=imap_user,
        imap_password=imap_password,
        ca_file=address("SECTION7_MAIL_CA"),
        deferred=Path(address("SECTION7_SMTP_DEFERRED")),
    )


@pytest.fixture
def clock() -> FakeClock:
    """Begins at the present whole second: the servers date what is posted by the real time, to the second."""
    return FakeClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def practice(wordpress: WordPress, mastodon: Mastodon, empty_url: str, clock: FakeClock, tmp_path: Path) -> Practice:
    """Installed on each sort of database; mail goes to a folder."""
    made = Practice(tmp_path, empty_url, clock, (wordpress.base, mastodon.base))
    made.install()
    return made


@pytest.fixture
def sqlite_practice(wordpress: WordPress, mastodon: Mastodon, clock: FakeClock, tmp_path: Path) -> Practice:
    """On SQLite alone, for what takes long and is not about the store."""
    made = Practice(tmp_path, f"sqlite:///{tmp_path / 'section7.db'}", clock, (wordpress.base, mastodon.base))
    made.install()
    return made


@pytest.fixture
def mailing_practice(
    wordpress: WordPress, mastodon: Mastodon, mail_server: MailServer, clock: FakeClock, tmp_path: Path
) -> Practice:
    """On SQLite, with mail over the real server; not installed yet."""
    database = f"sqlite:///{tmp_path / 'section7.db'}"
    return Practice(tmp_path, database, clock, (wordpress.base, mastodon.base), mail_server)
