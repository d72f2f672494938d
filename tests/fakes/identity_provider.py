"""An OpenID Connect provider on 127.0.0.1 with keys of its own, as strict as a real one; every lie has to be asked for.

It lets in whoever it is told to, checks the client's secret, the address to go back to and the code's verifier, and
gives a code away once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwk, jws

CLIENT_ID, SECRET = "section7+console:1", "s3cret: & more/than+that"
METHODS = ("client_secret_basic", "client_secret_post")


@dataclass
class Person:
    """An account at the provider; `claims` go into the ID token as they are."""

    subject: str
    claims: dict[str, Any] = field(default_factory=dict)


class FakeProvider:
    """Use as a context manager. `asked` holds (path, form) of every request; `twist` changes a token's claims."""

    def __init__(self, clock: Callable[[], datetime], back: str) -> None:
        self.clock, self.back = clock, back
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.keys = {"one": jwk.RSAKey.generate_key(2048)}
        self.algorithm, self.signs_with = "RS256", "one"
        self.methods: tuple[str, ...] = METHODS
        self.twist: Callable[[dict[str, Any]], object] = lambda claims: None
        self.made: Callable[[dict[str, Any]], str] = self.token
        self.document: dict[str, Any] = {}
        self.answers: dict[str, tuple[int, bytes]] = {}
        """By path, what is said instead."""
        self._codes: dict[str, tuple[Person, dict[str, str]]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append((self.path, {}))
                self.say(*provider.get(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                provider.asked.append((self.path, form))
                self.say(*provider.post(self.path, form, self.headers))

            def say(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *said: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def issuer(self) -> str:
        return f"http://{self.place}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """From now on nobody answers."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def let_in(self, address: str, person: Person) -> str:
        """What the browser does at `address`: the person signs in, and is sent back to where this answers."""
        parts = urlsplit(address)
        asked = {name: value for name, (value,) in parse_qs(parts.query, strict_parsing=True).items()}
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/authorize"
        assert asked["client_id"] == CLIENT_ID
        assert asked["redirect_uri"] == self.back
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = (person, asked)
        return f"{self.back}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def get(self, path: str) -> tuple[int, bytes]:
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps({**self._document(), **self.document}).encode()
        if path == "/keys":
            keys = [{**key.as_dict(private=False), "kid": name, "use": "sig"} for name, key in self.keys.items()]
            return 200, json.dumps({"keys": keys}).encode()
        return 404, b"{}"

    def post(self, path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, bytes]:
        if path in self.answers:
            return self.answers[path]
        if path != "/token":
            return 404, b"{}"
        if not self._is_client(form, headers.get("Authorization", "")):
            return 401, b'{"error": "invalid_client"}'
        person, asked = self._codes.pop(form.get("code", ""), (None, {}))
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        right = {"grant_type": "authorization_code", "redirect_uri": self.back}
        if person is None or proof.decode() != asked["code_challenge"] or {**form, **right} != dict(form):
            return 400, b'{"error": "invalid_grant"}'
        token = self.made(self.claims(person, asked["nonce"]))
        return 200, json.dumps({"access_token": "unused", "token_type": "Bearer", "id_token": token}).encode()

    def claims(self, person: Person, nonce: str) -> dict[str, Any]:
        now = int(self.clock().timestamp())
        length = int(timedelta(minutes=5).total_seconds())
        claims = {"iss": self.issuer, "sub": person.subject, "aud": CLIENT_ID, "nonce": nonce}
        claims |= {"iat": now, "exp": now + length, **person.claims}
        self.twist(claims)
        return claims

    def token(self, claims: dict[str, Any]) -> str:
        header = {"alg": self.algorithm, "kid": self.signs_with}
        key = self.keys[self.signs_with]
        return jws.serialize_compact(header, json.dumps(claims), key, algorithms=[self.algorithm])

    def _document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": list(self.methods),
            "authorization_response_iss_parameter_supported": True,
        }

    def _is_client(self, form: Mapping[str, str], authorization: str) -> bool:
        if "client_secret_basic" in self.methods and authorization.startswith("Basic "):
            name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
            return (unquote_plus(name), unquote_plus(secret)) == (CLIENT_ID, SECRET)
        shown = (form.get("client_id"), form.get("client_secret"))
        return "client_secret_post" in self.methods and shown == (CLIENT_ID, SECRET)
