"""An invented practice, installed as an administrator would: files, `init`, enrolment by token, passes, digests."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import create_engine, select

from domain.accounts import AccountKind, Licence
from domain.periods import period_of
from domain.posts import Fetched
from monitor import work
from monitor.app import App, open_app
from monitor.config import load_config
from monitor.enrol import offer, verify_by_token
from monitor.examples import POLICY, example
from monitor.installation import set_up
from monitor.periods import due_at
from store.columns import give_keyring
from store.tables import metadata
from vault.files import read_keyring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from collectors.base import Http, Platform
    from domain.accounts import Account, Enrolment
    from domain.posts import KnownPost, NotModified
    from monitor.run import Visit
    from tests.fakes.clock import FakeClock
    from tests.real.mail import MailServer

ZONE = "America/New_York"
CONFIG = """
[practice]
time_zone = "{zone}"
contact = "{officer}"
jurisdiction = "Oregon, USA"
[database]
url = "{database}"
[mail]
sender = "section7@larkspurbend.example"
recipients = {recipients}
archive_url = "https://archive.larkspurbend.example"
{transport}
[politeness]
delay_seconds = 0.0
account_deadline_seconds = 60
quarantine_after = 3
allowed_private = {open}
"""
SMTP = """transport = "smtp"
[mail.smtp]
host = "localhost"
port = {port}
security = "starttls"
username = "{user}"
password_env = "SECTION7_MAIL_PASSWORD"
ca_file = "{ca}"
timeout_seconds = 10
"""


COUNTED = ("feed", "mastodon", "wordpress")
"""Platforms whose tests count posts: the profile, a post of its own, is left out there and tried with Bluesky."""


class WithoutProfile:
    """A platform whose readings do not see the profile."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def __getattr__(self, name: str) -> Any:
        return getattr(self._platform, name)

    def collect(self, account: Account, http: Http, now: datetime) -> Fetched | NotModified:
        outcome = self._platform.collect(account, http, now)
        return replace(outcome, profile=None) if isinstance(outcome, Fetched) else outcome


@dataclass
class Practice:
    """One installation in a folder of its own. Its addresses are its own too, so that no test reads another's mail."""

    folder: Path
    database: str
    clock: FakeClock
    servers: tuple[str, ...]
    mail: MailServer | None = None
    key: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def manager(self) -> str:
        return f"manager-{self.key}@larkspurbend.example"

    @property
    def officer(self) -> str:
        return f"privacy-{self.key}@larkspurbend.example"

    def install(self, *more_recipients: str) -> None:
        """What `section7 init` does after the administrator has filled in the files."""
        policy = example(POLICY).replace("privacy@larkspurbend.example", self.officer)
        (self.folder / "policy.toml").write_text(policy, encoding="utf-8")
        server = self.mail
        smtp = server and SMTP.format(port=server.smtp_port, user=server.smtp_user, ca=server.ca_file)
        text = CONFIG.format(
            zone=ZONE,
            officer=self.officer,
            database=self.database,
            recipients=_toml([self.manager, *more_recipients]),
            transport=smtp or 'transport = "maildir"',
            open=_toml([urlsplit(server).netloc for server in self.servers]),
        )
        (self.folder / "config.toml").write_text(text, encoding="utf-8")
        checks = set_up(self.folder / "config.toml", self._secrets(), self.clock())
        assert all(check.well for check in checks), checks

    @contextmanager
    def open(self) -> Iterator[App]:
        """The program as it is wired in production; only the clock is ours."""
        with open_app(load_config(self.folder / "config.toml", self._secrets()), self.clock) as app:
            quiet = {name: WithoutProfile(app.platforms[name]) for name in COUNTED}
            yield replace(app, platforms={**app.platforms, **quiet})

    def enrol(self, app: App, url: str, publish: Callable[[str], None], name: str = "Odalys Brennan") -> Enrolment:
        """Both steps: the offer, then the token on the profile (`publish` puts it there), read back."""
        staff = app.store.staff.add(
            name, "counselor", Licence.COUNSELOR, self.address_of(name), None, None, self.clock()
        )
        reader = app.http.for_account()
        made = offer(
            app.store,
            app.config,
            app.policy,
            reader,
            url=url,
            staff=staff,
            kind=AccountKind.PROFESSIONAL,
            actor="an administrator",
            now=self.clock(),
        )
        publish(made.enrolment.token)
        platform = app.platforms[made.enrolment.platform]
        return verify_by_token(app.store, platform, made.enrolment, reader, self.clock())

    def address_of(self, name: str) -> str:
        return f"{name.split(maxsplit=1)[0].lower()}-{self.key}@larkspurbend.example"

    def tomorrow(self) -> None:
        self.clock.forward(hours=27)  # accounts of one interval are spread by a tenth of it

    def to_digest_time(self, app: App) -> str:
        """Go to when this week's digest is due; returns the week."""
        period = period_of(self.clock(), ZONE)
        schedule = app.config.schedule
        self.clock.now = due_at(period, schedule.digest_weekday, schedule.digest_time)
        return period.week

    def rows(self, table: str) -> list[Mapping[str, Any]]:
        """Every row of a table, as it lies in the database."""
        engine = create_engine(self.database.replace("postgresql://", "postgresql+psycopg://"))
        give_keyring(engine.dialect, read_keyring(self.folder / "section7.keyring"))
        try:
            with engine.connect() as connection:
                found = metadata.tables[table]
                return [dict(row) for row in connection.execute(select(found)).mappings()]
        finally:
            engine.dispose()

    def stored(self) -> str:
        """Everything the database holds: SQLite's bytes with its journal, or every value of every PostgreSQL row."""
        if self.database.startswith("sqlite"):
            file = self.database.removeprefix("sqlite:///")
            folder, _, name = file.rpartition("/")
            files = (self.folder.__class__(folder)).glob(f"{name}*")
            return "".join(found.read_bytes().decode("utf-8", "replace") for found in files)
        return "".join(str(row) for table in metadata.tables for row in self.rows(table))

    def _secrets(self) -> dict[str, str]:
        return {"SECTION7_MAIL_PASSWORD": self.mail.smtp_password} if self.mail else {}


def visits(app: App) -> dict[int, Visit]:
    """One collection pass; how each account that was due fared."""
    return {visit.account_id: visit for visit in work.collect(app).readings.visits}


def known(app: App, account: Enrolment) -> Mapping[str, KnownPost]:
    return app.store.posts.known(account.id)


def _toml(values: list[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"
