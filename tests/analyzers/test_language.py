import pytest

from analyzers.language import assess_language


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
