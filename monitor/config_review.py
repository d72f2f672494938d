"""The [review] table: how long authors have to mend what is not serious, to answer and to appeal."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from domain.review_locks import ReviewRules


class ReviewTable(BaseModel):
    """Days, each counted from the mail that tells the author."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    grace_days: int = Field(default=7, ge=0, le=30)
    answer_days: int = Field(default=7, ge=7, le=60)
    appeal_days: int = Field(default=14, ge=7, le=90)

    def rules(self, *, mails: bool) -> ReviewRules:
        """The same for the state machine. `mails`: whether authors are told by mail."""
        return ReviewRules(self.grace_days, self.answer_days, self.appeal_days, mails=mails)
