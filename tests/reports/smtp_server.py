"""A mail server on this machine, by aiosmtpd, that behaves and misbehaves as told."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME, PASSWORD = "monitor", "a-Password-of-tests"
REFUSALS = {"tempfail": "451 4.3.0 try again later", "nobody": "550 5.1.1 no such user", "closing": "421 4.3.2 going"}


def certificate(folder: Path, names: str = "DNS:localhost,IP:127.0.0.1") -> tuple[Path, Path]:
    """A self-signed certificate for these names, by the openssl program: (certificate, key)."""
    program = shutil.which("openssl")
    if program is None:
        if os.environ.get("SECTION7_REQUIRE_SERVICES") == "1":
            raise LookupError("the openssl program is not installed")
        pytest.skip("the openssl program is not installed")
    made, key = folder / "cert.pem", folder / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", f"subjectAltName={names}"]
    subprocess.run(
        [
            program,
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-keyout",
            key,
            "-out",
            made,
            *subject,
        ],
        check=True,
        capture_output=True,
    )
    return made, key


class Inbox:
    """What arrived, and the refusals by the recipient's local part; `at_data` answers the message itself."""

    def __init__(self, at_data: str = "") -> None:
        self.at_data = at_data
        self.arrived: list[bytes] = []
        self.recipients: list[str] = []

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802 - aiosmtpd finds it by name
        refusal = REFUSALS.get(address.partition("@")[0])
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.at_data:
            return self.at_data
        self.arrived.append(envelope.content)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


def _authenticate(server, session, envelope, mechanism, data):
    right = data.login == NAME.encode() and data.password == PASSWORD.encode()
    # With handled=True aiosmtpd would leave the refusal to us and the client waiting.
    return AuthResult(success=right, handled=False)


@contextlib.contextmanager
def serving(inbox: Inbox, pair: tuple[Path, Path] | None = None, *, implicit: bool = False) -> Iterator[int]:
    """A running server; yields its port. Without `pair` it offers no encryption."""
    context = None
    if pair is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*pair)
    options = {"authenticator": _authenticate, "auth_required": True} if pair else {}
    if implicit:
        options |= {"ssl_context": context, "auth_require_tls": False}
    elif context is not None:
        options |= {"tls_context": context, "require_starttls": True}
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def speaking(*lines: bytes, hang_up: bool = False) -> Iterator[int]:
    """A server that says these lines, one for each thing it hears, then stays silent or hangs up; yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                for said in lines:
                    connection.sendall(said)
                    connection.recv(4096)
                if not hang_up:
                    done.wait(30)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        done.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
