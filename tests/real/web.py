"""A plain JSON client for driving the servers. It shares nothing with the program's own way of reading them."""

from __future__ import annotations

import base64
import json
import secrets
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Client:
    """Speaks to one server as one user."""

    base: str
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 30.0

    def ask(self, method: str, path: str, **content: Any) -> Any:
        """Send `content` as JSON; returns the decoded answer. Raises HTTPError for 4xx and 5xx."""
        return self._send(method, path, json.dumps(content).encode(), "application/json")

    def header(self, path: str, name: str) -> str:
        with urllib.request.urlopen(f"{self.base}{path}", timeout=self.seconds) as answer:
            return answer.headers.get(name, "")

    def form(self, method: str, path: str, fields: dict[str, str]) -> Any:
        return self._send(method, path, urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def upload(self, path: str, name: str, content: bytes, kind: str, **fields: str) -> Any:
        """One file and some fields as multipart/form-data (RFC 7578)."""
        mark = secrets.token_hex(12)
        parts = [
            f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}'.encode() for key, value in fields.items()
        ]
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
        parts.append(head.encode() + content)
        body = b"".join(b"--%s\r\n%s\r\n" % (mark.encode(), part) for part in parts) + f"--{mark}--\r\n".encode()
        return self._send("POST", path, body, f"multipart/form-data; boundary={mark}")

    def _send(self, method: str, path: str, body: bytes, kind: str) -> Any:
        headers = {**self.headers, "Content-Type": kind}
        request = urllib.request.Request(f"{self.base}{path}", data=body, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=self.seconds) as answer:
            return json.loads(answer.read() or b"null")


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
