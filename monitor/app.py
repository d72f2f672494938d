"""Wiring: configuration in, working parts out. The only place that knows every room."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

from analyzers.model.blend import load_local
from analyzers.policy import load_policy
from collectors.base import Politeness
from collectors.handed import NO_TERMS
from collectors.http import HttpClient, open_http
from collectors.ocr import Ocr, OcrMissing
from collectors.registry import platforms
from domain.errors import ConfigError, Mistake
from domain.imports import IMPORTED
from domain.plans import Ceiling
from domain.rhythm import SLOWEST, SPREAD
from monitor.cadence import Cadence
from monitor.delivery import Posting
from monitor.digest import Reporting
from monitor.heads import Signing
from monitor.models import error_rates
from monitor.packets import pseudonymiser
from monitor.run import LEASE_MARGIN, Collecting
from monitor.stamping import time_stamp
from monitor.token_file import TokenFile
from monitor.tokens import Owners, ending
from monitor.turns import SharedTurns
from reports.mail import MaildirMailer, SmtpMailer, SmtpSettings
from reports.render import Renderer
from store.engine import Store, open_store
from vault.files import read_keyring
from vault.signing import read_signing_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from analyzers.model.blend import Local
    from collectors.base import Platform
    from collectors.images import PictureReader
    from domain.findings import Policy
    from monitor.config import Config
    from reports.mail import Mailer
    from vault.signing import SigningKey

KEY_BYTES = 32
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class App:
    """The whole program, wired. `owner` names this process in leases."""

    config: Config
    policy: Policy
    store: Store
    http: HttpClient
    platforms: Mapping[str, Platform]
    mailer: Mailer
    key: bytes
    clock: Callable[[], datetime]
    owner: str
    local: Local | None = None
    picture_reader: PictureReader | None = None
    signing_key: SigningKey | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where the variables stand that the file of tokens names."""

    @property
    def tokens(self) -> TokenFile:
        """The owners' tokens."""
        wanting = frozenset(name for name, platform in self.platforms.items() if platform.consent is not None)
        return TokenFile(self.config.tokens_file, self.environment, wanting)

    def owners(self) -> Owners:
        """What opens readers, with the owner's token where a platform wants one."""
        return Owners(self.tokens, self.http, self.store, self.clock)

    def signing(self) -> Signing | None:
        """What signs the log's head; None where no key was given."""
        if self.signing_key is None:
            return None
        stamp = self._stamp if self.config.record.timestamp_url else None
        return Signing(self.store, self.signing_key, self.config.heads_file, stamp)

    def _stamp(self, content: bytes) -> str:
        return time_stamp(self.http, self.config.record.timestamp_url, content)

    def collecting(self) -> Collecting:
        """What a collection pass works with."""
        politeness = self.config.politeness
        return Collecting(
            store=self.store,
            platforms=self.platforms,
            reader=self.http,
            policy=self.policy,
            cadence=Cadence(
                every=self.config.collect_every,
                quarantine_after=politeness.quarantine_after,
                slowest=SLOWEST,
                spread=SPREAD,
            ),
            pseudonym=pseudonymiser(self.key),
            clock=self.clock,
            owner=self.owner,
            lease=timedelta(seconds=politeness.account_deadline_seconds) + LEASE_MARGIN,
            workers=politeness.workers,
            local=self.local,
            key=self.key,
            picture_reader=self.picture_reader,
            owners=self.owners(),
        )

    def reporting(self) -> Reporting:
        """What digests, alerts and the archive work with."""
        mail = self.config.mail
        domain = mail.sender.rpartition("@")[2]
        return Reporting(
            post=Posting(self.store, self.mailer, self.clock, self.owner, domain),
            renderer=Renderer(
                practice=self.policy.practice_name,
                sender=mail.sender,
                archive_url=mail.archive_url.rstrip("/"),
                mail_domain=domain,
                privacy_contact=self.config.practice.contact,
                time_zone=self.config.practice.time_zone,
                error_rates=error_rates(self.config.model),
                clause_titles=tuple((text.id, text.title) for text in self.policy.clauses),
                console_url=self.config.console.base_url,
            ),
            policy=self.policy,
            config=self.config,
            local=self.local,
            ends=lambda now: ending(self.tokens, self.store.accounts.all(), now),
        )

    def ceilings(self) -> dict[str, Ceiling]:
        """What each platform's own terms allow to be kept, and what of accounts that are imported."""
        terms = {name: platform.terms for name, platform in self.platforms.items()} | {IMPORTED: NO_TERMS}
        return {
            name: Ceiling(
                keep_text=one.keep_text,
                erase_deleted=one.erase_deleted,
                refresh_within=one.refresh_within,
                keep_scores=one.keep_scores,
                author_only=one.author_only,
                source=one.source,
            )
            for name, one in terms.items()
        }


@contextmanager
def open_app(config: Config, clock: Callable[[], datetime]) -> Iterator[App]:
    """The wired program on a database of the right version; everything is closed at the end.

    Raises ConfigError (a file of ours, model, agreement), StoreError (database unreachable, too old or too new).
    """
    config.require_signed(clock())
    policy = load_policy(config.policy)
    key = read_key(config.key_file)
    store = open_store(config.database_url.get_secret_value(), read_keyring(config.keyring_file))
    try:
        store.check_schema()
        known = platforms()
        # Before anything is shown or written: who may see what is found is a matter of the platforms' terms.
        store.terms.set({name: platform.terms.author_only for name, platform in known.items()})
        turns = SharedTurns(store.hosts, key)
        with open_http(politeness_of(config), clock=clock, turns=turns) as http:
            app = App(
                config=config,
                policy=policy,
                store=store,
                http=http,
                platforms=known,
                mailer=mailer_of(config),
                key=key,
                clock=clock,
                owner=f"{socket.gethostname()}:{os.getpid()}",
                local=local_of(config),
                picture_reader=picture_reader_of(config),
                signing_key=read_signing_key(config.signing_key_file),
                environment=os.environ,
            )
            app.tokens.read()
            yield app
    finally:
        store.close()


def local_of(config: Config) -> Local | None:
    """The local model that the configuration names; None where it is off. Raises ConfigError when it is not there."""
    if config.model is None:
        return None
    try:
        local = load_local(config.model)
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        # A record of another shape than training writes shows as any of these.
        seen = str(error) if isinstance(error, (ValueError, OSError)) else f"{config.model}: a record is damaged"
        raise ConfigError([Mistake(str(config.file), "scoring.model", seen, "a model of this version")]) from error
    if local is None:
        raise ConfigError([Mistake(str(config.file), "scoring.model", str(config.model), "a folder with a model")])
    return local


def picture_reader_of(config: Config, ocr: Ocr | None = None) -> Ocr | None:
    """What reads words in pictures; None where it is off. Raises ConfigError when the extra is not there."""
    if not config.read_images:
        return None
    ocr = ocr or Ocr()
    try:
        ocr.check()
    except OcrMissing as error:
        expected = 'the extra "ocr" installed (docs/administrators.md), or false'
        raise ConfigError(
            [Mistake(str(config.file), "scoring.read_images", f"true, but: {error}", expected)]
        ) from error
    return ocr


def read_key(file: Path) -> bytes:
    """The installation's key. Raises ConfigError when the file is not there or was damaged."""
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except OSError as error:
        seen = error.strerror or "an error"
        raise ConfigError([Mistake(str(file), "(file)", seen, "the key that `section7 init` makes")]) from error
    except ValueError as error:
        raise ConfigError([Mistake(str(file), "(file)", "something else", "64 hexadecimal digits")]) from error
    if len(key) != KEY_BYTES:
        raise ConfigError([Mistake(str(file), "(file)", f"{len(key)} bytes", f"{KEY_BYTES} bytes")])
    return key


def politeness_of(config: Config) -> Politeness:
    """How the HTTP layer is to behave."""
    section = config.politeness
    return Politeness(
        user_agent=f"{section.user_agent}/{version('section7')}",
        contact=config.practice.contact,
        delay=section.delay_seconds,
        jitter=section.delay_seconds / 4,
        account_deadline=float(section.account_deadline_seconds),
        max_wire_bytes=section.max_body_megabytes * MEGABYTE,
        max_body_bytes=section.max_body_megabytes * MEGABYTE,
        allowed_private=frozenset(section.allowed_private),
    )


def mailer_of(config: Config) -> Mailer:
    """The configured way out for mail."""
    smtp = config.mail.smtp
    if config.mail.transport == "maildir" or smtp is None:
        return MaildirMailer(config.maildir)
    return SmtpMailer(
        SmtpSettings(
            host=smtp.host,
            port=smtp.port,
            security="none-loopback" if smtp.security == "none" else smtp.security,
            username=smtp.username,
            password=config.mail_password.get_secret_value(),
            timeout=float(smtp.timeout_seconds),
            ca_file=config.file.resolve().parent / smtp.ca_file if smtp.ca_file else None,
        )
    )
