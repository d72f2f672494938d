"""The [console.oidc] table: sign-in by the practice's own OpenID Connect provider, which takes the extra `oidc`."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.errors import Mistake
from opinion.address import host_of, may_be_sent

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_PORTS = {"https": 443, "http": 80}


def _issuer(text: str) -> str:
    host_of(text)
    return text


def _plain(text: str) -> str:
    if not may_be_sent(text):
        raise ValueError("visible ASCII characters without blanks")
    return text


class OidcTable(BaseModel):
    """Who vouches for people beside their passwords. The issuer is compared letter by letter."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_plain)]
    client_secret_env: str | None = None
    client_secret_file: str | None = None
    name: str = Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")
    second_factor: Literal["token", "provider"] = "token"
    ca_file: str | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port of the issuer."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc.lower()}"

    def mistakes(self, file: Path, allowed_private: Collection[str]) -> tuple[Mistake, ...]:
        """What the values say together that they must not: plain http is for a host that is opened by name."""
        parts = urlsplit(self.issuer)
        place = f"{parts.hostname}:{parts.port or _PORTS[parts.scheme]}"
        found = []
        if parts.scheme == "http" and place not in allowed_private:
            found.append(("issuer", "an http address", "https, or the host and port in politeness.allowed_private"))
        if self.client_secret_env is None and self.client_secret_file is None:
            found.append(("client_secret", "nothing", "client_secret_env or client_secret_file"))
        found += self._of_ca_file(file)
        return tuple(Mistake(str(file), f"console.oidc.{key}", seen, expected) for key, seen, expected in found)

    def trust(self, file: Path) -> ssl.SSLContext | None:
        """What vouches for the provider's host beside the configuration's `file`; None for the public authorities.

        Raises OSError or ValueError for a file that cannot be read or holds no certificate.
        """
        return ssl.create_default_context(cafile=str(file.resolve().parent / self.ca_file)) if self.ca_file else None

    def _of_ca_file(self, file: Path) -> list[tuple[str, str, str]]:
        try:
            self.trust(file)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            seen = error.strerror if isinstance(error, OSError) else None
            return [("ca_file", f"{self.ca_file} ({seen or 'unreadable'})", "certificates in PEM form")]
        return []
