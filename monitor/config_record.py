"""The [record] table: what signs the log, and who else may put a time stamp on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.errors import Mistake
from vault.timestamps import installed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _url(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password):
        raise ValueError('the "http://" or "https://" address of a time-stamping authority, or "" for none')
    return text


class RecordTable(BaseModel):
    """Where the signing key is, and the address of a time-stamping authority (RFC 3161), "" for none."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    signing_key_file: str = Field(default="section7.signing", min_length=1)
    timestamp_url: Annotated[str, AfterValidator(_url)] = ""

    def mistakes(self, file: Path, extra: Callable[[], bool] = installed) -> tuple[Mistake, ...]:
        """What the values ask for and this installation has not: time stamps take the extra `timestamp`."""
        if not self.timestamp_url or extra():
            return ()
        expected = 'the extra "timestamp" installed (docs/administrators.md), or ""'
        return (Mistake(str(file), "record.timestamp_url", "an address, but the extra is missing", expected),)
