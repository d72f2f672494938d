"""Words that are drawn or tagged: emoji in the place of a word, and sentences written as hashtags.

An emoji that decorates and a tag that names a topic stay as they are.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.lexicon import WORDS, parted
from analyzers.mapped import Edit, Normalised, edited
from analyzers.vocabulary import SETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CONTENT = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_DRAWN = _CONTENT["words"] | {clock: f"{hour} o'clock" for clock, hour in _CONTENT["hours"].items()}
_CONTRACTED = _CONTENT["contractions"]
_DUE = (
    r"(?:my|our|your|ur|his|her|their|this|that|the|a|an|one|another|every|some|any|of|for|with|off|take|taking|took|"
    r"stop|stopped|quit|gave|give|told|saw|see|seeing|i)"
)
"""After these a word is due."""
_PICTURE = re.compile(
    rf"(?<![\w#@'])({_DUE} )([{''.join(_DRAWN)}])[\U0001f3fb-\U0001f3ff]?(?=[ \w.,!?]|$)", re.IGNORECASE | re.MULTILINE
)
_KEYCAP = re.compile(r"(?<=\d)\u20e3(?= ?[ap]m\b)", re.IGNORECASE)
_TAG = re.compile(r"(?<![\w#&/])#([A-Za-z][A-Za-z0-9_']{7,138})(?![\w'])")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z']+|\d+")
_SENTENCE = frozenset(
    ("i", "my", "our", "me", "we", "he", "she", "his", "her", "they", "their", "them", "you", "your", "ur")
)
"""Words of a sentence that is about somebody, and not of a topic."""
_FEWEST_WORDS = 4
_HABIT = 2
_ANY_TAG = re.compile(r"(?<![\w#&/])#(?=[A-Za-z0-9])")
_CONNECTING_TAG = re.compile(rf"(?<![\w#&/])#(?:{'|'.join(sorted(SETS['connectives']))})(?![\w'])", re.IGNORECASE)
_FEWEST_CONNECTING = 2
_TAGGED_WORD = re.compile(r"(?<![\w#@'])(?:my|our|his|her|this|a|another|one) (#)(?=[a-z]{3,20} [a-z])")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_HOURS = {word: str(hour) for hour, word in enumerate(_NUMBERS, start=1)}


def spoken(text: Normalised) -> Normalised:
    """The same text with pictures and tags read out where they are words of a sentence."""
    if "#" in text.text:
        text = edited(text, _sentences(text.text))
        text = edited(text, _without_hashes(text.text))
    if text.text.isascii():
        return text
    text = edited(text, (Edit(*found.span(), "", ()) for found in _KEYCAP.finditer(text.text)))
    return edited(text, _read_out(text.text))


def _read_out(text: str) -> Iterator[Edit]:
    for found in _PICTURE.finditer(text):
        yield Edit.whole(found.start(2), found.end(), _DRAWN[found.group(2)])


def _without_hashes(text: str) -> Iterator[Edit]:
    """Tags that are the words of a sentence, one by one or among others, without their signs."""
    if len(_CONNECTING_TAG.findall(text)) >= _FEWEST_CONNECTING:
        signs = [found.start() for found in _ANY_TAG.finditer(text)]
    else:
        signs = [found.start(1) for found in _TAGGED_WORD.finditer(text)]
    for place in signs:
        yield Edit(place, place + 1, "", ())


def _sentences(text: str) -> Iterator[Edit]:
    """Sentences written as one tag, parted into words."""
    tags = [(tag, _words_of(tag.group(1))) for tag in _TAG.finditer(text)]
    telling = [_tells(words) for _, words in tags]
    habit = sum(telling) >= _HABIT
    for (tag, words), tells in zip(tags, telling, strict=True):
        if tells or (habit and len(words) > 1):
            yield _parted_tag(tag, words)


def _tells(words: Sequence[str]) -> bool:
    """Whether the words of a tag are a sentence rather than a topic."""
    spoken_words = {word.lower() for word in words}
    about_somebody, connecting = spoken_words & _SENTENCE, spoken_words & SETS["connectives"]
    return len(words) >= _FEWEST_WORDS and (bool(about_somebody) or len(connecting) >= _FEWEST_CONNECTING)


def _words_of(tag: str) -> tuple[str, ...]:
    """Words by their capitals, else by the lexicon; () where a part is no word."""
    humps = tuple(_HUMP.findall(tag.replace("_", " ")))
    if len(humps) > 1:
        return humps
    words = (parted(tag) or ()) if tag.isalpha() else ()
    return words if all(word.lower() in WORDS for word in words) else ()


def _parted_tag(tag: re.Match[str], words: tuple[str, ...]) -> Edit:
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    position = tag.start(1)
    for word, following in zip(words, (*words[1:], ""), strict=True):
        start = tag.string.index(word, position)
        position = start + len(word)
        read = (
            _HOURS.get(word.lower()) if following.lower() in {"pm", "am", "oclock"} else _CONTRACTED.get(word.lower())
        )
        shown = read or (word.lower() if letters and word.istitle() else word)
        if letters:
            letters.append(" ")
            places.append((places[-1][1] - 1, start + 1))
        letters.extend(shown)
        places.extend([(start, position)] * len(shown) if read else [(at, at + 1) for at in range(start, position)])
    return Edit(tag.start(), tag.end(), "".join(letters), tuple(places))
