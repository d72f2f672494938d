from pathlib import Path

import pytest

from analyzers.language import assess_language
from tests.fakes.disguises import cyrillic, mixed_scripts, spaced

LINES = [
    line.split("\t")
    for line in (Path(__file__).parent / "data" / "languages.tsv").read_text(encoding="utf-8").splitlines()
]
ENGLISH = [(kind, text) for language, kind, text in LINES if language == "en"]
FOREIGN = [(language, text) for language, _, text in LINES if language != "en"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lol ok 😭😭",
        "no bc fr tho smh #therapistlife #ptsd",
        "Café olé! Día de fiesta",
        "my 4pm cancelled for the 3rd time w the same 'migraine'",
        "me explaining to my abuela why i registered independent, she said nada",
        "Kindergarten Weltschmerz Schadenfreude angst",
        "bonne chance à tous",
        "https://example.org/la-casa-de-la-abuela @jo #hola",
        "she be working late, ion even know how she do it, fr",
    ],
)
def test_weak_evidence_is_english(text):
    assert assess_language(text, None) == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hoy hablamos de la ansiedad y de cómo se puede cuidar en casa con los niños.", "es"),
        ("Aujourd'hui nous parlons de la peur et de ce que les parents peuvent faire avec leurs enfants.", "fr"),
        ("Guten Morgen, die Praxis ist heute geschlossen und wir sind am Montag wieder für euch da.", "de"),
        ("Hoje falamos sobre a ansiedade e como os pais podem ajudar os filhos em casa com calma.", "pt"),
        ("Oggi parliamo di come la paura non sia una colpa e di cosa si può fare con i bambini.", "it"),
        ("今日はとても天気がいいので、公園を散歩してからお茶を飲みました。", "ja"),
        ("Сегодня мы говорим о тревоге и о том, как помочь детям дома.", "ru"),
    ],
)
def test_a_plain_post_in_another_language_is_recognised(text, language):
    assert assess_language(text, None) == language


def test_the_declared_language_alone_decides_nothing():
    assert (
        assess_language("We are proud of the new books in the waiting room and of the people who read them.", "es")
        == "en"
    )


@pytest.mark.parametrize(("kind", "text"), ENGLISH)
def test_english_in_all_its_kinds_is_assessed(kind, text):
    assert assess_language(text, None) == "en"


def test_a_short_post_in_another_language_is_told_nearly_always():
    told = [assess_language(text, None) == language for language, text in FOREIGN]
    assert len(told) > 80
    assert sum(told) >= 0.95 * len(told)


@pytest.mark.parametrize("trick", [cyrillic, mixed_scripts, spaced])
def test_english_in_disguise_is_english(trick):
    text = "My four o'clock client told me about her brother again, and then she cried through the session."
    assert assess_language(trick(text), None) == "en"


def test_one_english_sentence_among_others_is_enough():
    padding = " Hoy hablamos de la ansiedad y de lo que se puede hacer en casa con los niños y las niñas." * 5
    assert assess_language("She told me in our session that he is the only one." + padding, "es") == "en"
    assert assess_language(padding, None) == "es"
