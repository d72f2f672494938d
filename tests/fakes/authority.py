"""A time-stamping authority on 127.0.0.1: `openssl ts` behind a plain HTTP server, with certificates of its own."""

from __future__ import annotations

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

_SETTINGS = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Test Root
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ts]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Authority:
    """Answers every POST with a time stamp; `answer` replaces what it says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[tuple[str, bytes]] = []
        self.answer: tuple[int, bytes] | None = None
        (folder / "openssl.cnf").write_text(_SETTINGS.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self._make_certificates()
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                authority.asked.append((self.headers["Content-Type"], query))
                status, body = authority.answer or (200, authority.stamp(query))
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *said: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/tsa"

    @property
    def root(self) -> str:
        return (self.folder / "ca.pem").read_text()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def stamp(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        self._openssl(
            "ts", "-reply", "-config", "openssl.cnf", "-section", "ts", "-queryfile", "query", "-out", "reply"
        )
        return (self.folder / "reply").read_bytes()

    def _make_certificates(self) -> None:
        new = ("-newkey", "rsa:2048", "-nodes", "-config", "openssl.cnf", "-days", "3650")
        self._openssl("req", "-x509", *new, "-extensions", "ca", "-keyout", "ca.key", "-out", "ca.pem")
        self._openssl("req", *new[:-2], "-subj", "/CN=Test Authority", "-keyout", "tsa.key", "-out", "tsa.csr")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "3650")
        extensions = ("-extfile", "openssl.cnf", "-extensions", "tsa")
        self._openssl("x509", "-req", "-in", "tsa.csr", *signed, *extensions, "-out", "tsa.pem")

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True, timeout=60)
