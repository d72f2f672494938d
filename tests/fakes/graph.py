"""One of Meta's interfaces on 127.0.0.1, as its documentation tells: it checks token, version, fields, limit and cursor.

It stands in for a service that none of this was run against; what it enforces is the documentation and no more.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.fakes.loopback import Loopback, reply

if TYPE_CHECKING:
    import socket
    from types import TracebackType
    from typing import Self

    from tests.fakes.loopback import Seen

GONE = {
    "code": 100,
    "error_subcode": 33,
    "message": "Object does not exist: SECRET-WORDS",
    "type": "GraphMethodException",
}
ENDED = {"code": 190, "error_subcode": 463, "message": "Session has expired: SECRET-WORDS", "type": "OAuthException"}
LACKING = {"code": 10, "message": "Application does not have permission: SECRET-WORDS", "type": "OAuthException"}
LIMIT = {"code": 4, "message": "Application request limit reached", "type": "OAuthException"}
_MOST = 100


def names_of(asked: str) -> list[str]:
    """The names on the uppermost level of a list of fields, with their own lists and modifiers cut off."""
    names, depth, name = [], 0, ""
    for mark in asked:
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(mark, 0)
        if mark == "," and not depth:
            names.append(name)
            name = ""
        else:
            name += mark
    return [re.split(r"[.{(]", one)[0] for one in (*names, name) if one]


@dataclass
class GraphServer:
    """`me` is the owner's node, `edges` what each listing holds, newest first. `nodes` are further objects by id."""

    me: dict[str, object]
    edges: dict[str, list[dict[str, object]]]
    token: str
    version: str = "v26.0"
    scopes: tuple[str, ...] = ()
    nodes: dict[str, dict[str, object]] = field(default_factory=dict)
    fields: dict[str, frozenset[str]] = field(default_factory=dict)
    """The fields that each kind of path knows ("me", an edge, "node"); asking for another is an error."""
    lookups: dict[str, dict[str, object]] = field(default_factory=dict)
    """Answers of /profile_lookup by user name."""
    wants: dict[str, str] = field(default_factory=dict)
    """The permission that a field or a path takes."""
    inspected: dict[str, object] = field(default_factory=dict)
    says_next: bool = True
    page: int = 2
    """Entries a page whatever was asked for, as servers may hold it."""
    headers: dict[str, str] = field(default_factory=dict)
    fault: dict[str, object] | None = None
    status: int = 400
    fresh_token: str = ""
    """What a renewal gives."""
    asked: list[str] = field(default_factory=list)
    """Path and query of every request, without host and version."""
    loopback: Loopback = field(default_factory=Loopback)

    @property
    def base(self) -> str:
        return f"http://{self.loopback.place}"

    def on(self, platform):
        """The platform with this server in place of the real one."""
        consent = replace(platform.consent, hosts=frozenset({"127.0.0.1"}))
        return replace(platform, base=self.base, consent=consent)

    def __enter__(self) -> Self:
        self.loopback.routes = self  # type: ignore[assignment] - only `get` is asked of it
        self.loopback.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.loopback.__exit__(kind, error, trace)

    def get(self, path: str, otherwise: bytes) -> object:
        return self._answer

    def _answer(self, peer: socket.socket, loopback: Loopback, seen: Seen) -> bool:
        status, body = self._decide(seen)
        named = {"200": "200 OK"}.get(str(status), f"{status} Refused")
        headers = {"Content_Type": "application/json", "facebook_api_version": self.version} | self.headers
        peer.sendall(reply(json.dumps(body).encode(), named, **headers))
        return True

    def _decide(self, seen: Seen) -> tuple[int, object]:
        parts = urlsplit(seen.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix(f"/{self.version}/").lstrip("/")
        self.asked.append(f"{path}?{parts.query}")
        if self.fault is not None:
            return self.status, {"error": self.fault}
        if seen.headers.get("authorization") != f"Bearer {self.token}":
            return 401, {"error": ENDED}
        if path == "refresh_access_token":
            return self._renew(query)
        if not parts.path.startswith(f"/{self.version}/"):
            return 400, {"error": {"code": 2635, "message": "an unsupported version"}}
        return self._graph(path, query)

    def _graph(self, path: str, query: dict[str, str]) -> tuple[int, object]:
        if "access_token" in query:
            raise AssertionError("the token stands in an address")
        if path == "debug_token":
            told = {"data": {"is_valid": True, "scopes": list(self.scopes)} | self.inspected}
            return (200, told) if query["input_token"] == self.token else (400, {"error": GONE})
        if path == "profile_lookup":
            return self._wanting(path) or self._lookup(query)
        asked = names_of(query.get("fields", "id"))
        kind = path if path in self.fields or path in self.edges else "node"
        return self._unfit(kind, asked) or self._found(path, asked, query)

    def _unfit(self, kind: str, asked: list[str]) -> tuple[int, object] | None:
        refused = [answer for name in (kind, *asked) if (answer := self._wanting(name))]
        unknown = sorted(set(asked) - self.fields.get(kind, frozenset(asked)))
        if unknown and not refused:
            return 400, {"error": {"code": 100, "message": f"nonexisting field {unknown}"}}
        return refused[0] if refused else None

    def _found(self, path: str, asked: list[str], query: dict[str, str]) -> tuple[int, object]:
        if path == "me":
            return 200, {name: self.me[name] for name in asked if name in self.me} | {"id": self.me["id"]}
        return self._page(path, asked, query) if path in self.edges else self._node(path, asked)

    def _wanting(self, name: str) -> tuple[int, object] | None:
        wanted = self.wants.get(name)
        return (403, {"error": LACKING}) if wanted and wanted not in self.scopes else None

    def _lookup(self, query: dict[str, str]) -> tuple[int, object]:
        found = self.lookups.get(query["username"])
        return (200, found) if found else (400, {"error": {"code": 100, "message": "no such public profile"}})

    def _page(self, path: str, asked: list[str], query: dict[str, str]) -> tuple[int, object]:
        limit = int(query["limit"])
        if not 1 <= limit <= _MOST:
            return 400, {"error": {"code": 100, "message": "limit"}}
        items, start = self.edges[path], int(query.get("after", "c0")[1:])
        end = start + min(limit, self.page)
        shown = [{name: item[name] for name in ("id", *asked) if name in item} for item in items[start:end]]
        paging: dict[str, object] = {"cursors": {"before": f"c{start}", "after": f"c{end}"}}
        if end < len(items) and self.says_next:
            # As the real one: ready-made, and with the token in it.
            paging["next"] = f"{self.base}/{self.version}/{path}?access_token={self.token}&after=c{end}"
        return 200, {"data": shown, **({"paging": paging} if shown else {})}

    def _node(self, path: str, asked: list[str]) -> tuple[int, object]:
        objects = {str(item["id"]): item for items in self.edges.values() for item in items if "id" in item}
        found = (objects | self.nodes).get(path)
        if found is None:
            return 400, {"error": GONE}
        return 200, {name: found[name] for name in ("id", *asked) if name in found}

    def _renew(self, query: dict[str, str]) -> tuple[int, object]:
        if query.get("access_token") != self.token or not query.get("grant_type", "").endswith("_refresh_token"):
            return 400, {"error": ENDED}
        if not self.fresh_token:
            return 400, {"error": {"code": 100, "message": "not yet"}}
        self.token = self.fresh_token
        return 200, {"access_token": self.fresh_token, "token_type": "bearer", "expires_in": 5_183_944}
