"""Tricks by which a writer hides words from a program and not from people. Each takes a text and gives it disguised."""

from __future__ import annotations

import re
import unicodedata
from itertools import cycle

_WORD = re.compile(r"(?<![\w@#/.])[A-Za-z]{4,}(?![\w@/])")
"""Words worth hiding; handles, tags and links are left alone."""
_RUN = re.compile(r"\S+")


def _each(text, change):
    return _WORD.sub(lambda word: change(word.group()), text)


def zero_width(text):
    return _each(text, "\u200b".join)


def odd_invisibles(text):
    signs = cycle("\u034f\u2060\u00ad\u3164\u200d\ufe0f\x08")
    return _each(text, lambda word: "".join(letter + next(signs) for letter in word[:-1]) + word[-1])


def cyrillic(text):
    return _each(text, lambda word: word.translate(str.maketrans("aceiopsxy", "асеіорѕху")))


def mixed_scripts(text):
    return _each(text, lambda word: word.translate(str.maketrans("aceinorstuvACEHIMT", "αϲеіոоꭈѕтυνᎪᏟЕНΙМΤ")))


def cherokee_capitals(text):
    return _each(text, lambda word: word.upper().translate(str.maketrans("ABCDEGHIJKLMPRSTVWZ", "ᎪᏴᏟᎠᎬᏀᎻІᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ")))


def full_width(text):
    return _each(text, lambda word: "".join(chr(ord(letter) + 0xFEE0) for letter in word))


def mathematical(text):
    return _each(
        text,
        lambda word: "".join(chr(0x1D5D4 + ord(c) - 65) if c.isupper() else chr(0x1D5EE + ord(c) - 97) for c in word),
    )


def on_discs(text):
    return _each(text, lambda word: "".join(chr(0x1F150 + ord(letter) - 65) for letter in word.upper()))


def small_capitals(text):
    return _each(
        text.lower(), lambda word: word.translate(str.maketrans("abcdeghijklmnoprtuvwyz", "ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ"))
    )


def struck_through(text):
    return _each(text, lambda word: "".join(letter + "\u0336" for letter in word))


def piled_marks(text):
    return _each(text, lambda word: "".join(letter + "\u0315\u0348\u035b\u0321\u0489" for letter in word))


def accents(text):
    return _each(text, lambda word: word.translate(str.maketrans("aeiouncsy", "áèïôúñçšý")))


def leet(text):
    return _each(text, lambda word: word[0] + word[1:].translate(str.maketrans("aeiost", "431057")))


def leet_signs(text):
    return _each(text, lambda word: word[0] + word[1:].translate(str.maketrans("aeils", "@€!|$")))


def leet_everywhere(text):
    change = str.maketrans("aeios", "43105")
    return re.sub(
        r"(?<![\w@#/.])[A-Za-z]{2,}(?![\w@/])", lambda word: word.group()[0] + word.group()[1:].translate(change), text
    )


def capital_i(text):
    return _each(text, lambda word: word[0] + word[1:].replace("l", "I"))


def starred_vowels(text):
    return _each(text, lambda word: re.sub(r"(?<=.)[aeiou](?=.)", "*", word, count=1))


def dotted(text):
    return _each(text, ".".join)


def hyphen_within(text):
    return _each(text, lambda word: f"{word[:2]}-{word[2:]}")


def spaced(text):
    return _each(text, " ".join)


def spaced_throughout(text):
    return re.sub(r"[A-Za-z0-9']+", lambda word: " ".join(word.group()), text.replace(" ", "   "))


def overridden(text):
    return "\n".join(f"\u202e{line[::-1]}\u202c" for line in text.split("\n"))


def upside_down(text):
    turn = str.maketrans("acefghiijkmrtvwynupdbq?!.,", "ɐɔǝɟƃɥᴉᴉɾʞɯɹʇʌʍʎundpqb¿¡˙'")
    plain = unicodedata.normalize("NFKD", text.lower()).replace("\u2019", "'")
    return "\n".join(line.translate(turn)[::-1] for line in plain.split("\n"))


def tagged(text):
    """Every sentence one tag."""
    return re.sub(
        r"[A-Za-z0-9' ]{12,138}",
        lambda part: (
            " #" + "".join(word[:1].upper() + word[1:] for word in part.group().replace("'", "").split()) + " "
        ),
        text,
    )


def tag_by_tag(text):
    return re.sub(r"(?<![\w@#/.'])[A-Za-z][A-Za-z0-9]*(?=\s)", lambda word: f"#{word.group()}", text)


TRICKS = (
    zero_width,
    odd_invisibles,
    cyrillic,
    mixed_scripts,
    cherokee_capitals,
    full_width,
    mathematical,
    on_discs,
    small_capitals,
    struck_through,
    piled_marks,
    accents,
    leet,
    leet_signs,
    leet_everywhere,
    capital_i,
    starred_vowels,
    dotted,
    hyphen_within,
    spaced,
    spaced_throughout,
    overridden,
    upside_down,
    tagged,
    tag_by_tag,
)
