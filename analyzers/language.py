"""Whether a post is English, and if not, what it is: only English is assessed.

Common English words decide first. Only a text without enough of them is shown to py3langid (Lui and Baldwin 2012),
whose model is loaded at first need, and its word is taken only for a long enough text with common words of that
language. In doubt a post is English, because a post in another language is not assessed at all.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from analyzers.text import words

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMON = {
    "en": "the and to of a in is i you it that my for on with was at this but not have be are so just we they he she his "
    "her what when your if me do all or from who an our as about can by no don't it's i'm one up out how will there's "
    "more been had has their them who're because than then some only now here were said get got us after into too",
    "es": "de la que el en y los se del las un por con una su para es al lo como más pero sus le ya o este sí porque "
    "esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos uno les ni contra "
    "otros ese eso mi tu yo qué está estoy son fue ser tiene puede hoy aquí",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont la avec son "
    "ils aux mais comme ou si leur y dont nous vous je tu elle cette ces mon ma mes c'est j'ai très être fait tout",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er "
    "hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur ich "
    "wir ihr mein nicht wenn kann heute",
    "pt": "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu "
    "sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre você vocês meu minha hoje",
    "it": "di e il la che è per un in non una sono mi ho si le lo ha con ma come da del della anche io i gli ci questo "
    "al più nel alla dei delle se cosa tutto oggi mio mia",
    "nl": "de het een en van ik te dat die in je is niet op aan met voor er maar om hij zijn wat ook als bij nog naar "
    "dan wel was heb mijn we ze hebben of deze geen vandaag",
}
_COMMON_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_FAR = re.compile(
    r"[\u0370-\u03ff\u0400-\u052f\u0590-\u05ff\u0600-\u06ff\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_LATIN = re.compile(r"[A-Za-z]")
_NOT_WORDS = re.compile(r"https?://\S+|[#@]\S+")
_FEWEST_WORDS = 6
_FEWEST_FAR = 8
_ENGLISH_SHARE = 0.12
_FOREIGN_SHARE = 0.2


def assess_language(text: str, declared: str | None) -> str:
    """ISO 639-1 code of the text's language; "en" whenever the evidence is weak. `declared` only breaks ties."""
    prose = _NOT_WORDS.sub(" ", text)
    far = len(_FAR.findall(prose))
    if far >= _FEWEST_FAR and far > len(_LATIN.findall(prose)):
        return _identified(prose)
    tokens = words(prose)
    if len(tokens) < _FEWEST_WORDS:
        return "en"
    shares = {language: _share(tokens, common) for language, common in _COMMON_WORDS.items()}
    best = max(shares, key=lambda language: (shares[language], language == "en"))
    if shares["en"] >= _ENGLISH_SHARE and shares[best] < 2 * shares["en"]:
        return "en"
    if best == "en" or shares[best] < _FOREIGN_SHARE:
        return "en"
    identified = _identified(prose)
    agrees = identified == best or (declared or "").split("-")[0].lower() == best
    return best if agrees else "en"


def _share(tokens: Sequence[str], common: frozenset[str]) -> float:
    return sum(token in common for token in tokens) / len(tokens)


def _identified(text: str) -> str:
    return str(_identifier().classify(text)[0])


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE)
