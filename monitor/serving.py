"""The console's wiring: what the program has -> the desk that pages work at, and the server in front of them."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import socket
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog
import uvicorn
from uvicorn.supervisors import Multiprocess

from console.desk import Desk, PracticeWords, Settings
from domain.errors import UsageError
from monitor import work
from monitor.alerts import tell_handlers
from monitor.checking import Checker
from monitor.config_console import host_and_port
from monitor.models import error_rates
from monitor.retention import PROFILES
from monitor.shown_settings import shown_settings
from monitor.systemd import notify
from monitor.teaching import teach

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from console.desk import Lesson
    from console.identity import IdentityProvider
    from monitor.app import App
    from monitor.config import Config

log = structlog.get_logger(__name__)

_GRACE_SECONDS = 20
"""How long answers in hand may take once the server was told to stop."""
_MOST_AT_ONCE = 500
"""Requests in one process; more are answered 503 before anything was read."""
_LONGEST_SILENCE_S = 60
"""A process that answers its keeper no sooner is begun anew; it also has to be up within that time."""


def desk_of(app: App, identity: IdentityProvider | None = None) -> Desk:
    """The desk of this installation."""
    config = app.config
    return Desk(
        store=app.store,
        clock=app.clock,
        practice=practice_words(app),
        key=console_key(app.key),
        base_url=config.console.address,
        mail=app.mailer.send,
        sender=config.mail.sender,
        settings=settings_of(config),
        shown_settings=shown_settings(config),
        teach=partial(_teach, app),
        routing=config.concerns.routing(app.policy),
        tell_handlers=partial(_tell_handlers, app),
        profile=config.retention.profile,
        retention=app.store.retention.explain(PROFILES[config.retention.profile], app.ceilings()),
        on_withdrawal=partial(work.archive, app, urgent=True),
        identity=identity,
        verify=Checker(app.store, config.signing_key_file, config.heads_file),
    )


def _tell_handlers(app: App) -> None:
    tell_handlers(app.reporting())


def _teach(app: App, lesson: Lesson, actor: str) -> None:
    teach(app.config.policy, app.store, lesson, actor, app.clock())


def practice_words(app: App) -> PracticeWords:
    """The practice as pages name it."""
    return PracticeWords(
        name=app.policy.practice_name,
        time_zone=app.config.practice.time_zone,
        privacy_contact=app.config.practice.contact,
        clauses=app.policy.clauses,
        error_rates=error_rates(app.config.model),
    )


def settings_of(config: Config) -> Settings:
    """What the administrator chose for the console."""
    chosen = config.console
    return Settings(
        session_length=chosen.session_length,
        idle=chosen.idle,
        second_factor=chosen.require_second_factor,
        concerns_per_hour=config.concerns.most_per_hour,
        grace=timedelta(days=config.review.grace_days),
        answer=timedelta(days=config.review.answer_days),
        appeal=timedelta(days=config.review.appeal_days),
        author_mails=config.mail.notify_authors,
        collect_every=config.collect_every,
    )


def console_key(key: bytes) -> bytes:
    """The console's own key, derived from the installation's, which pseudonyms are made with (HMAC-SHA-256)."""
    return hmac.new(key, b"section7/console", hashlib.sha256).digest()


def serve(application: Starlette, config: Config) -> None:
    """Answer until SIGTERM or SIGINT; answers in hand are finished first. Tells systemd when it listens.

    Raises UsageError when the address is taken or not this machine's.
    """
    silence_server()
    listening = _listen(config.console.listen)
    with listening:
        _Server(_settings(application, config), config.console.address).run(sockets=[listening])


def silence_server() -> None:
    """Keep the server's own tracebacks out of the log: they would repeat what somebody typed.

    The console logs its own incidents.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)


def _settings(application: Starlette | Callable[[], Starlette], config: Config, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        factory=workers > 1,
        workers=workers,
        timeout_worker_healthcheck=_LONGEST_SILENCE_S,
        http="h11",
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=list(config.console.trusted_proxies),
        limit_concurrency=_MOST_AT_ONCE,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def serve_by(workers: int, application: Callable[[], Starlette], config: Config) -> None:
    """As `serve`, by so many processes: each makes its own `application`, and one that ends is begun anew.

    A connection goes to whichever is free. Raises UsageError as `serve` does.
    """
    silence_server()
    listening = _listen(config.console.listen)
    with listening:
        _Workers(_settings(application, config, workers), [listening], config.console.address).run()


class _Workers(Multiprocess):
    """Says when the first of the processes listens, and when they stop."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], address: str) -> None:
        super().__init__(config, sockets)
        self._address = address
        self._told = False

    def keep_subprocess_alive(self) -> None:
        super().keep_subprocess_alive()
        if not self._told and not self.should_exit.is_set() and self.processes[0].is_ready():
            self._told = True
            log.info("serving", address=self._address, workers=len(self.processes))
            notify("READY=1", os.environ)

    def terminate_all(self) -> None:
        notify("STOPPING=1", os.environ)
        super().terminate_all()


class _Server(uvicorn.Server):
    """Says when it listens, and when it stops."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        log.info("serving", address=self._address)
        notify("READY=1", os.environ)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        notify("STOPPING=1", os.environ)
        await super().shutdown(sockets)


def _listen(listen: str) -> socket.socket:
    address, port = host_and_port(listen)
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET  # noqa: PLR2004 - the version's name
    try:
        return socket.create_server((str(address), port), family=family, backlog=128)
    except OSError as error:
        raise UsageError(f"The console cannot listen at {listen}: {error.strerror}.") from error
