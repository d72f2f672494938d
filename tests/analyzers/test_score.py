from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.policy import parse_policy
from analyzers.registry import detectors
from analyzers.score import DETECTOR, DETECTOR_VERSION, score
from domain.findings import GRAVITY, Clause, Protected, Severity
from domain.posts import ParentAuthor
from tests.analyzers.test_policy import TEXT as POLICY_TEXT
from tests.fakes.packets import from_practice, packet, reply

POLICY = parse_policy(POLICY_TEXT, "policy.toml")
STRICT = parse_policy(POLICY_TEXT.replace('mode = "standard"', 'mode = "strict"'), "policy.toml")
MANABI = "Hi Dana, sorry you feel that way. As we discussed at your March intake your plan stopped covering EMDR."
TELLING = st.sampled_from(
    [
        "my",
        "client",
        "told",
        "me",
        "at",
        "4pm",
        "on",
        "Tuesday",
        "she",
        "is",
        "91",
        "and",
        "the",
        "only",
        "baker",
        "in",
        "town.",
        "we",
        "at",
        "Larkspur",
        "Bend",
        "believe",
        "you",
        "should",
        "stop",
        "taking",
        "lexapro",
        "tonight",
        "use",
        "code",
        "TESS15",
        "vote",
        "pay",
        "union",
        "god",
        "988",
        "@jo",
        "555-0142",
        "https://x.example",
        "“",
        "’",
        "\u200b",
        "😏",
    ]
)


def clauses(scored):
    return {finding.clause for finding in scored.findings}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(TELLING, st.text(max_size=12)), max_size=30).map(" ".join), st.text(max_size=60), st.booleans()
)
def test_no_text_breaks_it_and_every_finding_quotes_the_original(text, parent, is_reply):
    post = reply(text, parent, ParentAuthor.CLIENT_UNKNOWN, media=(text[::-1],)) if is_reply else packet(text)
    scored = score(post)
    fields = {"text": text, "media.0.alt": text[::-1], "bio": post.bio}
    assert set(scored.clauses) == set(Clause)
    assert all(0 <= probability <= 1 for probability in scored.clauses.values())
    for finding in scored.findings:
        assert finding.spans
        assert finding.severity >= Severity.S1
        assert finding.reason.endswith(".")
    for span in (
        *(span for finding in scored.findings for span in finding.spans),
        *scored.identifiers,
        *scored.silenced,
    ):
        assert fields[span.field][span.start : span.end] == span.quote != ""


def test_a_reply_to_a_review_that_tells_of_treatment_is_critical():
    scored = score(reply(MANABI, "Terrible. One star.", ParentAuthor.CLIENT_UNKNOWN, platform="google_review_reply"))
    (finding,) = (finding for finding in scored.findings if finding.clause is Clause.CONFIDENTIALITY)
    assert finding.severity is Severity.S4
    assert (finding.detector, finding.version) == (DETECTOR, DETECTOR_VERSION)
    assert scored.clauses[Clause.CONFIDENTIALITY] == finding.probability > 0.8


def test_the_reason_quotes_nobody():
    scored = score(reply(MANABI, "Terrible. One star.", ParentAuthor.CLIENT_UNKNOWN))
    assert scored.findings
    assert not any(name in finding.reason for finding in scored.findings for name in ("Dana", "March", "EMDR"))


def test_another_language_is_not_assessed():
    scored = score(packet("Mi paciente de las 4 me dijo que no puede dormir y que toma las pastillas de su madre."))
    assert (scored.language, scored.findings) == ("es", ())
    assert max(scored.clauses.values()) < 0.05


def test_the_gate_silences_and_says_so():
    post = packet("Our union vote is Friday. use code TESS15 at checkout, I get a free month, sign up")
    scored = score(post)
    assert Protected.NLRA in scored.protected
    assert scored.withheld
    assert scored.findings == ()
    assert scored.clauses[Clause.ENDORSEMENT] <= 0.08


def test_client_details_override_the_gate_for_their_own_words():
    post = packet("They cut our hours again. My 4pm told me he relapsed, the only baker on Elm Street.")
    scored = score(post)
    assert clauses(scored) == {Clause.CONFIDENTIALITY}
    assert any("cut our hours" in span.quote for span in scored.silenced)
    quoted = {(span.start, span.end) for finding in scored.findings for span in finding.spans}
    assert not any(s.start < end and start < s.end for s in scored.silenced for start, end in quoted)


def test_a_threat_stands_in_a_labour_dispute():
    scored = score(reply("Keep talking about the union and see what happens. I know where you park.", "We vote friday"))
    assert clauses(scored) == {Clause.CONDUCT}
    assert scored.findings[0].severity is Severity.S4


def test_crisis_words_are_never_advice():
    post = reply("Please call or text 988 right now, or 911. Is someone with you?", "i dont want to be here anymore")
    for policy in (POLICY, STRICT):
        assert score(post, policy).findings == ()


def test_strict_mode_reminds_of_any_answer_to_a_clinical_question():
    post = reply("Really common! Mornings can be rough for many of us.", "is it normal that i cry so much on lexapro?")
    assert score(post, POLICY).findings == ()
    (finding,) = score(post, STRICT).findings
    assert (finding.clause, finding.severity) == (Clause.THERAPEUTIC, Severity.S1)
    assert finding.spans[0].quote == "Really common!"


def test_strict_mode_lets_an_answer_pass_that_gives_the_practices_own_signpost():
    asked = "is it normal that i cry so much on lexapro?"
    post = reply("Really common! Mornings can be rough. 555-0142 any weekday.", asked)
    assert score(post, replace(STRICT, allowed_signposts=("555-0142",))).findings == ()
    assert score(post, replace(STRICT, allowed_signposts=())).findings != ()


def test_a_clause_that_is_switched_off_reports_nothing():
    post = packet("everyone needs a Slumberfern mattress. EVERYONE. use code BEA20 at checkout")
    assert Clause.ENDORSEMENT in clauses(score(post, POLICY))
    off = replace(POLICY, enabled={**POLICY.enabled, Clause.ENDORSEMENT: False})
    assert score(post, off).findings == ()


def test_the_packets_register_wins_over_the_policys():
    post = packet("My Grief Workbook for Teens is out today! I earn royalties #ad", created=POST_DAY)
    assert Clause.ENDORSEMENT in clauses(score(post, POLICY))
    assert score(replace(post, register=POLICY.register), POLICY).findings == ()


POST_DAY = packet("").created.replace(year=2026, month=3, day=1)


def test_findings_come_gravest_first():
    post = from_practice(
        "Past and current clients: leave us a five star google review! My 2:15 told me on Monday he finally slept since March."
    )
    order = [finding.clause for finding in score(post).findings]
    assert len(order) >= 2
    assert order == sorted(order, key=GRAVITY.index)


def test_an_ended_affiliation_is_read_from_the_register():
    post = packet("Still seeing folks out of the Larkspur Bend office, book via my linktree")
    left = replace(post, affiliation=(date(2020, 1, 1), date(2025, 5, 31)))
    assert Clause.SEPARATION in clauses(score(left))
    assert score(left).needs_context == ()


def test_every_clause_has_exactly_one_module():
    assert list(detectors()) == list(Clause)


def test_scoring_twice_gives_the_same():
    post = packet("Client told me today she rehearses our sessions in the shower.")
    assert score(post) == score(post)


@pytest.mark.parametrize("text", ["", " ", "\n", "\u200b", "😀"])
def test_an_empty_post_has_no_finding(text):
    assert score(packet(text)).findings == ()


SPANISH = (
    "Hoy fue un día muy largo en la oficina y estoy muy cansada de todo lo que pasa. La vida es así y no hay más. "
)


def test_a_sentence_in_another_language_does_not_hide_what_is_critical():
    told = "My 4pm today, a 15-year-old whose father runs the only bakery in Dunmore, cut herself again last night."

    scored = score(packet(SPANISH + told))

    assert scored.language == "es"
    assert [(finding.clause, finding.severity) for finding in scored.findings] == [
        (Clause.CONFIDENTIALITY, Severity.S4)
    ]
    assert score(packet(SPANISH)).findings == ()


def test_a_danger_to_life_is_heard_beside_another_language_and_beside_talk_of_the_past():
    for text in (
        f"{SPANISH}I am going to kill myself tonight.",
        "I am going to kill myself tonight. Goodbye everyone. I used to love winter.",
        "I used to love winter. I am going to kill myself tonight.",
    ):
        assert [danger.kind for danger in score(packet(text)).safety] == ["self"], text


def test_a_post_of_the_last_day_of_the_calendar_is_judged():
    assert score(packet("tomorrow at 4pm", created=datetime(9999, 12, 31, tzinfo=UTC))).language == "en"
