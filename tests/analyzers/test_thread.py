"""A post split over a thread is read as one, and only the new post is quoted."""

from analyzers.score import score
from domain.findings import Clause
from domain.posts import ParentAuthor
from tests.fakes.packets import packet, reply

FIRST = "A client of mine finally said it out loud today."
SECOND = "He's 43, runs the only bakery in Elm Falls, and his wife left in March."


def clauses(scored):
    return {finding.clause for finding in scored.findings}


def test_what_neither_post_tells_alone_is_told_by_both():
    assert Clause.CONFIDENTIALITY not in clauses(score(packet(FIRST)))
    assert Clause.CONFIDENTIALITY not in clauses(score(packet(SECOND)))
    scored = score(reply(SECOND, FIRST, ParentAuthor.SELF))
    (finding,) = scored.findings
    assert finding.clause is Clause.CONFIDENTIALITY
    assert all(SECOND[span.start : span.end] == span.quote != "" for span in finding.spans)


def test_anothers_words_are_not_the_authors():
    assert score(reply(SECOND, FIRST, ParentAuthor.OTHER)).findings == ()


def test_a_harmless_post_after_a_story_is_not_reported_for_it():
    assert score(reply("Anyway. Coffee.", f"{FIRST} {SECOND}", ParentAuthor.SELF)).findings == ()
