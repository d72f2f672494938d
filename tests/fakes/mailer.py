"""A mailer that keeps what it is given, and fails on command."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.errors import DeliveryError
    from domain.reporting import Message


@dataclass
class FakeMailer:
    """`answers` are used up one a call: None accepts, an error is raised. When none is left every mail is accepted.

    `tried` holds every message handed over, `sent` the accepted ones, both in order.
    """

    answers: list[DeliveryError | None] = field(default_factory=list)
    tried: list[Message] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        self.tried.append(message)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.sent.append(message)

    def check(self) -> str:
        return "nowhere: mails stay in the test"

    def accepted_ids(self) -> set[str]:
        """What the recipients' servers know: a repeat under the same Message-ID is one mail."""
        return {message.message_id for message in self.sent}
