"""The [concerns] table: who takes a concern that the privacy officer may not see, and what strangers may send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.routing import Routing

if TYPE_CHECKING:
    from domain.findings import Policy


def mail_address(text: str) -> str:
    """The text itself. Raises ValueError unless it is one plain mail address."""
    local, at, host = text.rpartition("@")
    if not (local and at and "." in host) or any(mark in text for mark in " \r\n,;<>"):
        raise ValueError("a mail address such as name@practice.example")
    return text


def _maybe_address(text: str) -> str:
    return mail_address(text) if text else text


_MaybeAddress = Annotated[str, AfterValidator(_maybe_address)]


class ConcernsTable(BaseModel):
    """Everything about concerns. The usual handler is the privacy officer of the policy."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    alternate_name: str = ""
    alternate_email: _MaybeAddress = ""
    counsel_name: str = ""
    counsel_email: _MaybeAddress = ""
    most_per_hour: int = Field(default=10, ge=1, le=1000)

    def routing(self, policy: Policy) -> Routing:
        """Who handles what."""
        return Routing(policy.privacy_officer.email, self.alternate_email, self.counsel_email)
