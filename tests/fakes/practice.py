"""An invented practice on a real store: what the tests of the conductor work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from analyzers.policy import parse_policy
from domain.accounts import Account, AccountKind, Enrolment, Licence, Profile, Proof, Staff
from domain.posts import Post, PostKind
from monitor.app import App
from monitor.cadence import Cadence
from monitor.config import Config, load_config
from monitor.config_review import ReviewTable
from monitor.delivery import Posting
from monitor.digest import Reporting
from monitor.examples import CONFIG, POLICY, example
from monitor.packets import pseudonymiser
from monitor.run import Collecting, PassReport, collect_due
from reports.render import Renderer
from store.engine import Store
from tests.fakes.clock import FakeClock
from tests.fakes.mailer import FakeMailer
from tests.fakes.platform import FakePlatform, FakeReader

GRAVE = "My client Dana Whitlock, 34, from Elm Street, was admitted to Mercy Hospital on March 3 with bipolar disorder."
HARMLESS = "The maples on my walk to the office have turned red."


@dataclass
class Practice:
    """One practice with fakes for everything outside; `store` is real."""

    store: Store
    config: Config
    clock: FakeClock = field(default_factory=FakeClock)
    platform: FakePlatform = field(default_factory=FakePlatform)
    mailer: FakeMailer = field(default_factory=FakeMailer)
    policy = parse_policy(example(POLICY), POLICY)

    def collecting(self, owner: str = "test", workers: int = 1) -> Collecting:
        return Collecting(
            store=self.store,
            platforms={"fake": self.platform},
            reader=FakeReader(),
            policy=self.policy,
            cadence=Cadence(every=timedelta(hours=24), quarantine_after=3),
            pseudonym=pseudonymiser(b"k" * 32),
            clock=self.clock,
            owner=owner,
            lease=timedelta(minutes=10),
            workers=workers,
            key=b"k" * 32,
        )

    def reporting(self) -> Reporting:
        return Reporting(
            post=Posting(self.store, self.mailer, self.clock, "test", "larkspurbend.example"),
            renderer=Renderer(
                practice=self.policy.practice_name,
                sender="section7@larkspurbend.example",
                archive_url="https://archive.larkspurbend.example",
                mail_domain="larkspurbend.example",
                privacy_contact="privacy@larkspurbend.example",
            ),
            policy=self.policy,
            config=self.config,
        )

    def app(self) -> App:
        """The whole program around the same fakes."""
        return App(
            config=self.config,
            policy=self.policy,
            store=self.store,
            http=FakeReader(),  # type: ignore[arg-type]
            platforms={"fake": self.platform},
            mailer=self.mailer,
            key=b"k" * 32,
            clock=self.clock,
            owner="test",
        )

    def collect(self, **how: object) -> PassReport:
        return collect_due(self.collecting(**how), stopping=lambda: False, on_visit=lambda visit: None)

    def hire(self, name: str = "Tess Arroway") -> Staff:
        email = f"{name.split(maxsplit=1)[0].lower()}@larkspurbend.example"
        return self.store.staff.add(name, "counselor", Licence.COUNSELOR, email, None, None, self.clock())

    def enroll(self, handle: str = "tess", staff: Staff | None = None) -> Enrolment:
        return self.store.accounts.enroll(
            (staff or self.hire()).id,
            AccountKind.PROFESSIONAL,
            Profile("fake", handle, handle, f"https://fake.example/{handle}", "https://fake.example"),
            token="section7-token",
            notice_hash="n" * 64,
            notice_text="The notice.",
            actor="tester",
            now=self.clock(),
        )

    def authorise(self, handle: str = "tess", staff: Staff | None = None) -> Account:
        enrolled = self.enroll(handle, staff)
        self.store.accounts.authorise(
            enrolled.id,
            proof=Proof.BIO,
            proof_reference="the bio",
            actor="tester",
            starts_at=self.clock(),
            ends_at=None,
            now=self.clock(),
        )
        return self.store.accounts.account(enrolled.id, self.clock())

    def publish(self, post_id: str, text: str, at: datetime | None = None, **more: object) -> None:
        address = f"https://fake.example/tess/{post_id}"
        self.platform.posts.append(
            Post(post_id, address, PostKind.POST, text, published_at=at or self.clock(), **more)  # type: ignore[arg-type]
        )

    def edit(self, post_id: str, text: str) -> None:
        self.delete(post_id)
        self.publish(post_id, text)

    def delete(self, post_id: str) -> None:
        self.platform.posts[:] = [post for post in self.platform.posts if post.post_id != post_id]


def practice_on(store: Store, folder: Path, grace_days: int = 0) -> Practice:
    """The practice of the example files, with its own folder; without a grace, so that each week shows its findings."""
    file = folder / "config.toml"
    file.write_text(example(CONFIG), encoding="utf-8")
    config = load_config(file, {})
    return Practice(store, config.model_copy(update={"review": ReviewTable(grace_days=grace_days)}))
