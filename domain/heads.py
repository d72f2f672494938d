"""The head of the log, signed once a day: what others can hold, so that nobody can write the log anew."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from domain.audit import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM = "section7 head 1"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest line of the log at an instant: its number and hash, signed.

    `day` is that of `signed_at` in UTC; `key` names the key that signed; `time_stamp` is an RFC 3161 response in
    base64 over `Head.stamped`, "" where nobody was asked.
    """

    day: date
    seq: int
    hash: str
    signed_at: datetime
    key: str
    signature: str = ""
    time_stamp: str = ""

    @property
    def signed(self) -> bytes:
        """The bytes that the signature is over."""
        return canonical({"form": FORM} | self._facts())

    @property
    def stamped(self) -> bytes:
        """The bytes that a time stamp is over: what was signed, and the signature."""
        return canonical({"form": FORM, "signature": self.signature} | self._facts())

    def to_json(self, *, with_time_stamp: bool = True) -> dict[str, Any]:
        """As it stands in files."""
        facts = self._facts() | {"signature": self.signature}
        return facts | ({"time_stamp": self.time_stamp} if with_time_stamp else {})

    def _facts(self) -> dict[str, Any]:
        return {
            "day": self.day.isoformat(),
            "seq": self.seq,
            "hash": self.hash,
            "signed_at": self.signed_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "key": self.key,
        }

    def __str__(self) -> str:
        """One line for a mail's foot: what somebody must have kept to check the record later."""
        return f"line {self.seq}, {self.hash}, key {self.key}"


def head_of(content: Mapping[str, Any]) -> Head:
    """The head in a parsed line. Raises ValueError, KeyError or TypeError when it is none."""
    return Head(
        day=date.fromisoformat(content["day"]),
        seq=int(content["seq"]),
        hash=str(content["hash"]),
        signed_at=datetime.fromisoformat(content["signed_at"]),
        key=str(content["key"]),
        signature=str(content["signature"]),
        time_stamp=str(content.get("time_stamp", "")),
    )


def line_of(head: Head) -> str:
    """The line of the file beside the archive; without the time stamp, which may come later."""
    return json.dumps(head.to_json(with_time_stamp=False), sort_keys=True)
