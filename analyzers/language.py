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

from analyzers.text import normalise, sentences, words
from analyzers.vocabulary import SETS

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMON_WORDS = {name.removeprefix("common_"): words for name, words in SETS.items() if name.startswith("common_")}
_FAR = re.compile(
    r"[\u0370-\u03ff\u0400-\u052f\u0590-\u05ff\u0600-\u06ff\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_LATIN = re.compile(r"[A-Za-z]")
_NOT_WORDS = re.compile(r"https?://\S+|[#@]\S+")
_FEWEST_WORDS = 6
_FEWEST_FAR = 8
_ENGLISH_SHARE = 0.12
_FOREIGN_SHARE = 0.2
_PLAINLY = 0.3


def assess_language(text: str, declared: str | None) -> str:
    """ISO 639-1 code of the text's language; "en" whenever the evidence is weak. `declared` only breaks ties."""
    prose = _NOT_WORDS.sub(" ", normalise(text).text)
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
    if _has_english_sentence(prose):
        return "en"
    identified = _identified(prose)
    agrees = identified == best or (declared or "").split("-")[0].lower() == best
    return best if agrees else "en"


def _has_english_sentence(prose: str) -> bool:
    """Whether one sentence is plainly English: a post in two languages is assessed."""
    for start, end in sentences(prose):
        tokens = words(prose[start:end])
        if len(tokens) >= _FEWEST_WORDS:
            shares = {language: _share(tokens, common) for language, common in _COMMON_WORDS.items()}
            if shares["en"] >= _PLAINLY and shares["en"] == max(shares.values()):
                return True
    return False


def _share(tokens: Sequence[str], common: frozenset[str]) -> float:
    return sum(map(common.__contains__, tokens)) / len(tokens)


def _identified(text: str) -> str:
    return str(_identifier().classify(text)[0])


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE)
