"""The [opinion] table: a second opinion by a language model, off by default.

A model that stands outside of the practice's own network is refused here, and again when it is connected to, unless
the administrator has recorded by name and day that an agreement permits it (45 CFR 164.308(b), GDPR Art. 28).
"""

from __future__ import annotations

import ssl
from datetime import date
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.errors import Mistake
from domain.findings import Clause
from opinion.address import host_of, is_local, known_outside

if TYPE_CHECKING:
    from pathlib import Path

_PAIR = 2


def _band(bounds: list[float]) -> list[float]:
    if len(bounds) != _PAIR or not 0 <= bounds[0] < bounds[1] <= 1:
        raise ValueError("two probabilities from 0 to 1, the smaller one first")
    return bounds


Band = Annotated[list[float], AfterValidator(_band)]
Words = Annotated[str, Field(min_length=1, max_length=200)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class BoundsTable(_Table):
    """The uncertain band of each clause. A clause without one is never asked about; clause 2 can have none."""

    clause_1: Band | None = None
    clause_3: Band | None = None
    clause_4: Band | None = None
    clause_5: Band | None = None
    clause_6: Band | None = None

    @property
    def bands(self) -> dict[Clause, tuple[float, float]]:
        """Clause -> least and greatest probability that is asked about."""
        written = {Clause(name.removeprefix("clause_")): band for name, band in self if band is not None}
        return {clause: (band[0], band[1]) for clause, band in written.items()}


class AgreementTable(_Table):
    """That masked posts may go to one host outside, who has confirmed it and when, and under which paper."""

    host: Words
    party: Words
    reference: Words
    confirmed_by: Words
    confirmed_on: date


class OpinionTable(_Table):
    """Everything about second opinions."""

    enabled: bool = False
    url: str = ""
    model: str = Field(default="", max_length=100)
    api_key_env: str | None = None
    api_key_file: str | None = None
    ca_file: str | None = None
    timeout_seconds: int = Field(default=30, ge=1, le=120)
    retries: int = Field(default=2, ge=0, le=5)
    calls_per_run: int = Field(default=50, ge=1, le=10_000)
    calls_per_day: int = Field(default=200, ge=1, le=100_000)
    bounds: BoundsTable = BoundsTable()
    agreement: AgreementTable | None = None

    def mistakes(self, file: Path) -> tuple[Mistake, ...]:
        """What the values say together that they must not; nothing while it is switched off."""
        if not self.enabled:
            return ()
        found = [
            ("opinion.model", not self.model.strip(), "nothing", "the model's name, because opinion.enabled is true"),
            ("opinion.bounds", not self.bounds.bands, "nothing", "the band of at least one clause"),
            *self._of_address(),
            *self._of_ca_file(file),
        ]
        return tuple(Mistake(str(file), key, seen, expected) for key, wrong, seen, expected in found if wrong)

    def mistakes_on(self, today: date, file: Path) -> tuple[Mistake, ...]:
        """What is wrong as of `today`: an agreement that nobody can have confirmed yet. Nothing while switched off."""
        if not self.enabled or self.agreement is None or self.agreement.confirmed_on <= today:
            return ()
        seen = self.agreement.confirmed_on.isoformat()
        return (Mistake(str(file), "opinion.agreement.confirmed_on", seen, f"a day that is not after today, {today}"),)

    def _of_address(self) -> list[tuple[str, bool, str, str]]:
        try:
            host = host_of(self.url)
        except ValueError as error:
            return [("opinion.url", True, "a value that is not repeated here" if self.url else "nothing", str(error))]
        if self.agreement is None:
            outside = known_outside(host)
            return [("opinion.agreement", outside, "nothing", "a table, because opinion.url leads out of the practice")]
        plain = self.url.startswith("http:") and not (is_local(host) or host == "localhost")
        named = self.agreement.host.lower() == host
        return [
            ("opinion.url", plain, "an http address", "https, because posts leave the practice"),
            ("opinion.agreement.host", not named, repr(self.agreement.host), "the very host of opinion.url"),
        ]

    def _of_ca_file(self, file: Path) -> list[tuple[str, bool, str, str]]:
        if self.ca_file is None:
            return []
        try:
            ssl.create_default_context(cafile=str(file.parent / self.ca_file))
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            seen = error.strerror if isinstance(error, OSError) else None
            return [("opinion.ca_file", True, f"{self.ca_file} ({seen or 'unreadable'})", "certificates in PEM form")]
        return []
