from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from analyzers.accepted import unless_accepted
from analyzers.judge import judge
from analyzers.keep import MASK
from analyzers.policy import parse_policy
from analyzers.score import score
from domain.findings import Accepted, Clause, Finding, Scored, Severity, Span
from monitor.examples import POLICY, example
from tests.fakes.listener import listening_for
from tests.fakes.packets import packet

PLAIN = parse_policy(example(POLICY), POLICY)
SPEAKS = "we at Larkspur Bend believe homework is harmful"
OFFER = "Obsessed w CalmPetalGummies, use my code TESS15, honestly the best sleep of my life #ad"
CLIENT = "One of my clients told me on Tuesday that she is getting married"


def policy(*accepted):
    return replace(PLAIN, accepted=tuple(accepted))


def phrase(words, clause=Clause.SEPARATION, **window):
    return Accepted(words, clause, "Imani Okafor", "Approved wording", **window)


def clauses(scored):
    return [finding.clause for finding in scored.findings]


def finding(words, quote, clause, severity):
    start = words.index(quote)
    return Finding(clause, severity, 0.9, (Span("text", start, start + len(quote), quote),), "A reason.", "d", "1")


def answering(*found, **changes):
    """A scorer that finds these, at first; and nothing in a post with blanks."""

    def score_once(given, _policy=None):
        blank = "_" in given.text
        verdict = Scored(given.id, dict.fromkeys(Clause, 0.1 if blank else 0.9), () if blank else found)
        return replace(verdict, **changes) if blank else verdict

    return score_once


def test_an_accepted_phrase_is_not_reported_under_its_clause_and_is_under_another():
    post = packet(f"As a team {SPEAKS}.")
    assert clauses(judge(post, PLAIN)) == [Clause.SEPARATION, Clause.OPINION]
    assert clauses(judge(post, policy(phrase(SPEAKS)))) == [Clause.OPINION]


@pytest.mark.parametrize(
    "written",
    ["We at LARKSPUR BEND believe homework is harmful", "we at Larkspur Bend believe  homework\u00a0 is harmful!"],
)
def test_capitals_and_blanks_do_not_matter(written):
    post = packet(f"As a team {written}")
    assert Clause.SEPARATION in clauses(judge(post, PLAIN))
    assert Clause.SEPARATION not in clauses(judge(post, policy(phrase(SPEAKS))))


def test_only_whole_words_are_a_phrase():
    post = packet(f"As a team {SPEAKS}.")
    assert judge(post, policy(phrase(SPEAKS[1:]))).findings == judge(post, PLAIN).findings


def test_evidence_that_begins_before_the_phrase_is_reported():
    post = packet(f"As a team {SPEAKS}.")
    assert (
        judge(post, policy(phrase("Larkspur Bend believe homework is harmful"))).findings == judge(post, PLAIN).findings
    )


@pytest.mark.parametrize(
    ("first", "last", "accepted"),
    [
        (date(2026, 3, 10), date(2026, 3, 10), True),
        (None, date(2026, 3, 9), False),
        (date(2026, 3, 11), None, False),
        (None, None, True),
    ],
)
def test_a_phrase_is_accepted_on_its_days_as_the_author_counts_them(first, last, accepted):
    late = datetime(2026, 3, 10, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    post = packet(f"As a team {SPEAKS}.", created=late)
    found = judge(post, policy(phrase(SPEAKS, valid_from=first, valid_to=last)))
    assert (Clause.SEPARATION not in clauses(found)) is accepted


def test_what_stands_beside_the_phrase_and_was_not_quoted_is_still_found():
    """The finding quotes the four strongest words only, all inside the phrase; a second offer follows."""
    post = packet(f"{OFFER} And now use my code OTHER20 at checkout, link in bio!")
    (found,) = judge(post, policy(phrase(OFFER, Clause.ENDORSEMENT))).findings
    assert found.clause is Clause.ENDORSEMENT
    assert found.spans[0].start >= len(OFFER)
    assert all(post.text[span.start : span.end] == span.quote for span in found.spans)


@pytest.mark.parametrize(
    ("masked", "let_go"),
    [
        (OFFER.replace("CalmPetalGummies,", MASK), True),
        (OFFER.replace("w CalmPetalGummies, use", MASK), True),
        (OFFER.replace("Obsessed w CalmPetalGummies,", MASK), True),
        (OFFER.replace("CalmPetalGummies,", f"{MASK} and"), False),
        (MASK, True),
        (f"{MASK} use my code TESS15", False),
    ],
)
def test_a_masked_word_fits_every_word_of_a_phrase(masked, let_go):
    assert (judge(packet(masked), policy(phrase(OFFER, Clause.ENDORSEMENT))).findings == ()) is let_go


def test_the_whole_offer_is_let_go_when_it_is_all_there_is():
    found = judge(packet(OFFER), policy(phrase(OFFER, Clause.ENDORSEMENT)))
    assert found.findings == ()
    assert found.clauses[Clause.ENDORSEMENT] < score(packet(OFFER)).clauses[Clause.ENDORSEMENT]


@pytest.mark.parametrize(
    ("clause", "severity", "let_go"),
    [
        (Clause.CONFIDENTIALITY, Severity.S2, True),
        (Clause.CONFIDENTIALITY, Severity.S3, False),
        (Clause.CONFIDENTIALITY, Severity.S4, False),
        (Clause.THERAPEUTIC, Severity.S3, True),
        (Clause.THERAPEUTIC, Severity.S4, False),
        (Clause.CONDUCT, Severity.S4, False),
        (Clause.CONDUCT, Severity.S3, True),
    ],
)
def test_client_detail_and_what_is_critical_are_never_let_go(clause, severity, let_go):
    post = packet("Some words that stand here.")
    scorer = answering(finding(post.text, "words that stand", clause, severity))
    found = unless_accepted(post, scorer(post), policy(phrase("words that stand here", clause)), scorer)
    assert (found.findings == ()) is let_go


def test_a_threat_is_never_let_go_whatever_its_severity():
    words = "I know where you live and I will find you"
    post = packet(words)
    scorer = answering(finding(words, words, Clause.CONDUCT, Severity.S2))
    kept = unless_accepted(post, scorer(post), policy(phrase(words, Clause.CONDUCT)), scorer)
    assert clauses(kept) == [Clause.CONDUCT]


def test_nothing_is_let_go_when_what_is_left_cannot_be_read_as_english():
    post = packet("Some words that stand here.")
    scorer = answering(finding(post.text, "words that stand", Clause.OPINION, Severity.S2), language="de")
    kept = unless_accepted(post, scorer(post), policy(phrase("words that stand here", Clause.OPINION)), scorer)
    assert clauses(kept) == [Clause.OPINION]


def test_what_was_evidence_only_of_a_phrase_let_go_may_be_cut_and_other_evidence_may_not():
    words = "One part here. Another part there."
    cut = (Span("text", 0, 14, "____"), Span("text", 15, 34, "Another part there."))
    kept = finding(words, "Another", Clause.ENDORSEMENT, Severity.S2)
    scorer = answering(finding(words, "One part", Clause.OPINION, Severity.S2), kept, silenced=cut)
    post = packet(words)
    found = unless_accepted(post, scorer(post), policy(phrase("One part", Clause.OPINION)), scorer)
    assert found.findings == (kept,)
    assert found.silenced == (Span("text", 0, 14, "One part here."),)


def test_alt_texts_and_the_profile_line_are_read_too():
    post = packet("A picture.", media=("", OFFER))
    assert Clause.ENDORSEMENT in clauses(judge(post, PLAIN))
    assert Clause.ENDORSEMENT not in clauses(judge(post, policy(phrase(OFFER, Clause.ENDORSEMENT))))


@pytest.mark.parametrize("words", [SPEAKS, OFFER, CLIENT, "", "\U0001f499 …", "_" * 40])
@pytest.mark.parametrize("accepted", [SPEAKS, OFFER, "my client(s)", "*", "we"])
def test_no_text_and_no_phrase_breaks_it_and_no_finding_is_made_up(words, accepted):
    before = judge(packet(words), PLAIN)
    after = judge(packet(words), policy(*(phrase(accepted, clause) for clause in Clause)))
    assert set(clauses(after)) <= set(clauses(before))
    for found in after.findings:
        assert all(words[span.start : span.end] == span.quote for span in found.spans)


def test_what_the_local_model_hears_is_let_go_and_what_it_hears_beside_the_phrase_is_not():
    local = listening_for(Clause.OPINION, "maples")
    accepting = policy(phrase("the maples are red", Clause.OPINION))
    alone = packet("I walked. The maples are red. I went home.")
    beside = packet("I walked. The maples are red. More maples there.")

    assert clauses(judge(alone, PLAIN, local)) == [Clause.OPINION]
    assert judge(alone, accepting, local).findings == ()
    assert judge(alone, accepting, local).clauses[Clause.OPINION] < judge(alone, PLAIN, local).clauses[Clause.OPINION]
    assert clauses(judge(beside, accepting, local)) == [Clause.OPINION]
