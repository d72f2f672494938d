"""What is undone word by word, and what must stay as it is."""

import pytest

from analyzers.patterns import span_of
from analyzers.text import Passage, normalise


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("my cl13nt cr13d", "my client cried"),
        ("my p@ti€nt", "my patient"),
        ("my cIient", "my client"),
        ("my cl*ent", "my client"),
        ("my clíént", "my client"),
        ("my c l i e n t told", "my client told"),
        ("m y   c l i e n t", "my client"),
        ("my c.l.i.e.n.t", "my client"),
        ("my cl-ient", "my client"),
        ("ᎷY ᏟᏞІᎬNᎢ", "MY CLIENT"),
        ("my ⲥlient", "my client"),
        ("my c\u034fl\u3164ient", "my client"),
        ("my c\x00lient", "my client"),
        ("m\u0336y\u0336 c\u0336lient", "my client"),
        ("my 🅒🅛🅘🅔🅝🅣", "my CLIENT"),
        ("my ᴄʟɪᴇɴᴛ", "my client"),
        ("\u202etneilc ym\u202c", "my client"),
        ("ʇuǝᴉlɔ ʎɯ", "my client"),
        ("#MyFourPmClientCried", "My 4 pm client cried"),
        ("#myclientcriedtoday", "my client cried today"),
        ("#my #client #and #the #session", "my client and the session"),
        ("my #client told", "my client told"),
        ("my 🕓 cried", "my 4 o'clock cried"),
        ("stop your 💊 tonight", "stop your pills tonight"),
    ],
)
def test_a_disguised_word_is_spelled_out(raw, plain):
    assert normalise(raw).text == plain


@pytest.mark.parametrize(
    "raw",
    [
        "4pm, 50mg, 3rd, b4, 2x, F41.1, covid19, H1N1, $40k, 1st, 80s, PM2.5",
        "café résumé fiancé naïve Beyoncé José Peña über",
        "self-care check-in co-worker e-mail t-shirt x-ray on-call",
        "L.C.S.W., U.S.A., A B C D, 1 2 3 4 5, Dr. J. R. Ewing",
        "#MentalHealthAwareness #EndTheStigma #therapistlife #EMDR",
        "Long day 😭 but 💊 and ☕ 💛",
        "β and Δ are letters, σ is a deviation",
        "Привет мир",
        "*really* **bold** _this_ ~that~",
        "AI and WiFi and iPhone and McDonald",
        "jo@example.org or https://example.org/a-b-c",
    ],
)
def test_ordinary_writing_stays(raw):
    assert normalise(raw).text == raw


@pytest.mark.parametrize(
    ("raw", "word", "quote"),
    [
        ("so my c l i e n t told", "client", "c l i e n t"),
        ("so my cl13nt told", "client", "cl13nt"),
        ("so my c.l.i.e.n.t told", "client", "c.l.i.e.n.t"),
        ("so #MyFourPmClientCried today", "client", "Client"),
        ("so #MyFourPmClientCried today", "4", "Four"),
        ("my 🕓 cried", "o'clock", "🕓"),
        ("so \u202etneilc ym\u202c told", "client", "tneilc ym"),
        ("so my c\u0336l\u0336ient told", "client", "c\u0336l\u0336ient"),
    ],
)
def test_evidence_quotes_what_stands_there(raw, word, quote):
    passage = Passage.of("text", raw)
    start = passage.lower.index(word)
    span = span_of(passage, start, start + len(word))
    assert span.quote == raw[span.start : span.end] == quote
