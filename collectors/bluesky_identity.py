"""Who a Bluesky handle is and where the account's posts lie: handle to DID, DID to document, document to server.

Every address in a document was written by whoever owns the account, and may point anywhere: it is taken only as
https with a plain host name, and read through `Http`, which refuses what is not public.

Sources: https://atproto.com/specs/handle, https://atproto.com/specs/did, https://web.plc.directory/spec/v0.1/did-plc
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors import fields
from domain.errors import AccountDeleted, AccountGone, CollectError, Malformed, Unreachable, WrongContent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collectors.base import Http
    from collectors.fields import Json

PLC = "https://plc.directory"
FORBIDDEN = ("alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion")
"""Top-level domains that no handle and no did:web may have."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?", re.ASCII)
_DID_PLC = re.compile(r"did:plc:[a-z2-7]{24}", re.ASCII)
_WEB = "did:web:"
_MOST_NAMES = 100
_MOST_CHARACTERS = 2048
_GONE = 410


@dataclass(frozen=True, slots=True)
class Identity:
    """What a DID document says. `handle` is a claim until it was resolved back; "" when the document names none."""

    did: str
    handle: str
    pds: str
    """Scheme and host of the server that holds the account's repository."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Looks identities up. `plc` is the directory of did:plc.

    `trusted` holds origins ("http://localhost:2583") that an administrator has opened for tests: only there may a
    server be named without https or with a port.
    """

    plc: str = PLC
    trusted: frozenset[str] = frozenset()

    def did_of(self, handle: str, http: Http) -> str:
        """The DID that a handle's owner has set, by DNS or else by a file on the host of that name.

        It proves nothing until the DID's document names the handle back. Raises WrongContent for records that
        contradict each other and for a file that holds no DID, AccountGone when there is neither.
        """
        found = named_in_dns(self._records(handle, http))
        if found:
            return found
        address = f"https://{handle}/.well-known/atproto-did"
        body = http.get(address, accept="text/plain").body
        did = body[:_MOST_CHARACTERS].decode("utf-8", "replace").strip()
        if not is_did(did):
            raise WrongContent("the handle names no account")
        return did

    def document(self, did: str, http: Http) -> Identity:
        """What the DID's document says now.

        Raises AccountDeleted when the directory has struck the DID off, AccountGone when it does not know it or the
        document names no server for posts, Malformed for a document about somebody else.
        """
        response = http.get(document_address(did, self.plc), accept="application/json", expect=(_GONE,))
        if response.status == _GONE:
            raise AccountDeleted("its identity was struck off")
        return read_document(fields.decode_object(response), did, self.trusted)

    def handle_of(self, identity: Identity, http: Http) -> str:
        """The handle in the document if it leads back to the DID, "" when it does not or cannot be asked."""
        if not identity.handle:
            return ""
        try:
            return identity.handle if self.did_of(identity.handle, http) == identity.did else ""
        except CollectError:  # a handle that cannot be resolved is no fault of the account
            return ""

    def _records(self, handle: str, http: Http) -> Sequence[str]:
        try:
            return http.txt(f"_atproto.{handle}")
        except Unreachable:  # the file on the host may still tell
            return ()


def is_handle(name: str) -> bool:
    """Whether a lower-case name may be a handle: a host name of two labels or more, under no forbidden domain."""
    return _HOST.fullmatch(name) is not None and name.rpartition(".")[2] not in FORBIDDEN


def is_did(value: str) -> bool:
    """Whether a value is a did:plc or a did:web of a whole host, the two kinds there are."""
    return _DID_PLC.fullmatch(value) is not None or (value.startswith(_WEB) and is_handle(value.removeprefix(_WEB)))


def web_host(did: str) -> str:
    """The host that a did:web is, "" for every other DID. Whoever controls it controls the account."""
    return did.removeprefix(_WEB) if did.startswith(_WEB) else ""


def named_in_dns(records: Sequence[str]) -> str:
    """The one DID in TXT records, "" when there is none. Raises WrongContent when there are several."""
    values = {record.removeprefix("did=").strip() for record in records if record.startswith("did=")}
    dids = {value for value in values if is_did(value)}
    if len(dids) > 1:
        raise WrongContent("the handle's DNS records contradict each other")
    return next(iter(dids), "")


def document_address(did: str, plc: str) -> str:
    """Where the DID's document is. Raises WrongContent for a DID of another kind."""
    if not is_did(did):
        raise WrongContent("no identity of a kind that can be read")
    host = web_host(did)
    return f"https://{host}/.well-known/did.json" if host else f"{plc}/{did}"


def read_document(document: Json, did: str, trusted: frozenset[str]) -> Identity:
    """A DID document as an Identity; errors as in `Directory.document`."""
    if fields.text(document, "id") != did:
        raise Malformed("an identity document of another account")
    names = fields.strings(document, "alsoKnownAs")[:_MOST_NAMES]
    claimed = (name.removeprefix("at://").lower() for name in names if name.startswith("at://"))
    handle = next((name for name in claimed if is_handle(name)), "")
    for service in fields.children(document, "service"):
        if fields.text(service, "id") in ("#atproto_pds", f"{did}#atproto_pds"):
            return Identity(did, handle, server_in(fields.text(service, "serviceEndpoint"), trusted))
    raise AccountGone("its identity names no server that holds posts")


def server_in(endpoint: str, trusted: frozenset[str]) -> str:
    """The origin of a server as a document names it. Raises WrongContent unless it is https with a plain host."""
    origin = endpoint.strip().removesuffix("/").lower()
    if origin in trusted:
        return origin
    if not origin.startswith("https://") or _HOST.fullmatch(origin.removeprefix("https://")) is None:
        raise WrongContent("the identity names a server without a plain https address")
    return origin
