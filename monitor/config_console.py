"""The [console] table: where `section7 serve` listens, how people reach it, and how long they stay signed in.

An address that other machines can reach is refused unless people come by https: passwords and findings would travel
readable. The console itself speaks plain HTTP; a reverse proxy in front of it holds the certificate.
"""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.errors import Mistake
from monitor.config_oidc import OidcTable

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST_PORT = 65535
_EXPECTED = '"https://" and a host name in small letters, with nothing after it'


def _listen(text: str) -> str:
    host_and_port(text)
    return text


def _base_url(text: str) -> str:
    if text == "":
        return text
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError as error:
        raise ValueError(_EXPECTED) from error
    plain = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    extra = parts.path or parts.query or parts.fragment or parts.username or parts.password
    if not parts.hostname or extra or not (parts.scheme == "https" or plain) or text != text.lower():
        raise ValueError(_EXPECTED)
    return text


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError as error:
        raise ValueError("an address or a network such as 10.0.0.0/8") from error
    return text


def host_and_port(text: str) -> tuple[IPv4Address | IPv6Address, int]:
    """Both halves of "127.0.0.1:8707" or "[::1]:8707". Raises ValueError that says what is expected."""
    host, _, port = text.rpartition(":")
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError as error:
        raise ValueError("an address and a port such as 127.0.0.1:8707") from error
    if not (port.isascii() and port.isdigit() and len(port) <= len(str(_LARGEST_PORT)) and int(port) <= _LARGEST_PORT):
        raise ValueError("an address and a port such as 127.0.0.1:8707")
    return address, int(port)


class ConsoleTable(BaseModel):
    """Everything about the console."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8707"
    base_url: Annotated[str, AfterValidator(_base_url)] = ""
    trusted_proxies: list[Annotated[str, AfterValidator(_network)]] = Field(default_factory=lambda: ["127.0.0.1"])
    session_hours: int = Field(default=12, ge=1, le=24)
    idle_minutes: int = Field(default=30, ge=5, le=240)
    require_second_factor: bool = True
    oidc: OidcTable | None = None

    @property
    def address(self) -> str:
        """How people reach it: `base_url`, or the very address it listens at."""
        return self.base_url or f"http://{self.listen}"

    @property
    def session_length(self) -> timedelta:
        """A session ends then at the latest."""
        return timedelta(hours=self.session_hours)

    @property
    def idle(self) -> timedelta:
        """A session that is not used ends after this."""
        return timedelta(minutes=self.idle_minutes)

    def mistakes(self, file: Path) -> tuple[Mistake, ...]:
        """What the values say together that they must not."""
        address, _ = host_and_port(self.listen)
        if address.is_loopback or self.base_url.startswith("https://"):
            return ()
        expected = "https:// and the host name of the proxy, because console.listen is open to other machines"
        return (Mistake(str(file), "console.base_url", repr(self.base_url), expected),)
