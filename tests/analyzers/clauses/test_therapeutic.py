from dataclasses import replace
from pathlib import Path

import pytest

from analyzers.clauses.therapeutic import detect
from analyzers.policy import load_policy
from analyzers.reading import read
from analyzers.score import score
from domain.accounts import Licence
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor
from tests.fakes.packets import from_practice, packet, reply

MEDICINE = "they doubled my sertraline and i sleep three hours a night, anyone?"
CLINICAL = "why do i feel so anxious and cry every sunday, is it normal?"
PRAISE = "you got me through the worst year, thank you"
CLIENT = ParentAuthor.CLIENT_UNKNOWN
POLICY = load_policy(Path("policy.example.toml"))

FIRES = [
    (reply("That's PTSD. Find a script, record it, start tonight.", "can't sleep since my crash"), Severity.S3),
    (reply("For your son I'd drop attention, then name the feeling.", "my 6yo bites and screams, help"), Severity.S3),
    (reply("id halve the sertraline til you see someone", "im so dizzy and anxious on my meds"), Severity.S4),
    (reply("I'd halve it and wait a fortnight.", MEDICINE), Severity.S4),
    (reply("Yes, go ahead.", "i feel numb, should i just stop my lexapro?"), Severity.S4),
    (reply("Don't take him in, let him sleep it off.", "my husband says we'd be better off without him"), Severity.S4),
    (reply("Chat to me here, I'll not tell a soul.", "i'm 14, can i ask you instead of my mum", CLIENT), Severity.S4),
    (reply("DM me, I'll send you what I use.", "haven't left the house since march, what do i do"), Severity.S2),
    (reply("See you Thursday, same office", "new haircut!", CLIENT), Severity.S2),
    (reply("So kind of you, wishing you well", PRAISE, CLIENT), Severity.S2),
    (packet("DM me your situation and i'll tell you if it's a red flag tonight"), Severity.S2),
    (packet("Put your meds and your dose in the chat and I'll tell each of you what I would change."), Severity.S4),
    (packet("Reader mail! Dear Lost, what you describe is dissociation. Every night for ten days count to forty and "
            "write again, I will change the plan."), Severity.S3),
    (packet("Anyone with anxiety should delete caffeine. Try two weeks and tell me how it goes"), Severity.S1),
]  # fmt: skip
QUIET = [
    reply("In general people find a worry window helps. Not advice for your situation.", "how do i stop worrying"),
    reply("I'd cut the water by half and move it off the sill.", "Help, my fern plants are going yellow"),
    reply("Yes, but ask your prescriber first.", "i feel numb, should i just stop my lexapro?"),
    reply("Yes!", "should i stop for coffee on the way?"),
    reply("I'd halve it and wait a fortnight.", MEDICINE, ParentAuthor.SELF),
    reply("I'm glad you said something. Please call or text 988 right now, or 911.", "i want to die"),
    reply("That's kind. We can't say who is or isn't a client here.", PRAISE, CLIENT),
    reply("Thanks!", "Helpful people, easy parking.", CLIENT),
    from_practice("See you Thursday, same office"),
    packet("Pls don't DM me clinical questions, I can't answer them here."),
    packet("Send me your CV and I'll tell you honestly if it's worth applying."),
    packet("Anxiety is common and caffeine may add to it, studies say."),
]


@pytest.mark.parametrize(("post", "severity"), FIRES, ids=lambda value: getattr(value, "text", "")[:30] or None)
def test_it_fires(post, severity):
    found = detect(read(post))
    assert found.score > 0
    assert found.severity is severity
    assert found.evidence
    assert found.reason.endswith(".")


@pytest.mark.parametrize("post", QUIET, ids=lambda post: post.text[:30])
def test_its_neighbour_does_not(post):
    assert detect(read(post)).score <= 0


def test_the_same_words_to_everybody_are_education():
    words = "Drop attention for five minutes, then name the feeling. Try it a week."
    assert detect(read(reply(words, "my 6yo bites and screams, help"))).score > 0
    assert detect(read(packet(words))).score <= 0


def test_advice_weighs_less_from_somebody_who_is_no_clinician():
    post = reply("That's PTSD. Find a script, start tonight.", "can't sleep since my crash")
    assert detect(read(replace(post, licence=Licence.NONE, role="gardener"))).score < detect(read(post)).score


def test_a_follow_up_makes_a_relationship_and_adds_weight():
    plain = reply("For your son I'd name the feeling.", "my 6yo bites and screams, help")
    again = replace(plain, text=f"{plain.text} Report back here, we'll adjust.")
    assert detect(read(again)).score > detect(read(plain)).score
    assert "report back" in detect(read(again)).reason


def test_meeting_a_likely_client_in_private_is_a_boundary():
    found = detect(read(reply("Coffee sometime?", "best therapist i ever had", CLIENT)))
    assert (found.score > 0, found.severity) == (True, Severity.S3)


def test_a_reply_whose_parent_is_missing_says_so():
    found = detect(read(packet("Coffee sometime? You've got my cell.", is_reply=True)))
    assert found.needs_context == ("parent",)


@pytest.mark.parametrize(
    ("text", "reminded"),
    [
        ("Really common, and it can have many causes.", True),
        ("Really common, and 555-0142 can say more.", False),
        ("Really common. See LARKSPURBEND.example/intake for what we offer.", False),
        ("Really common. Worth raising with whoever prescribes it.", False),
        ("I'm glad you asked. 988 is there any hour.", False),
    ],
)
def test_strict_mode_reminds_and_the_policys_signposts_are_honoured(text, reminded):
    strict = replace(POLICY, strict_clause_3=True)
    verdict = score(reply(text, CLINICAL), strict)
    found = [finding.severity for finding in verdict.findings if finding.clause is Clause.THERAPEUTIC]
    assert found == ([Severity.S1] if reminded else [])


def test_a_signpost_counts_only_where_the_policy_names_it():
    answer = reply("Really common, and 555-0142 can say more.", CLINICAL)
    unnamed = replace(POLICY, strict_clause_3=True, allowed_signposts=())
    assert [finding.clause for finding in score(answer, unnamed).findings] == [Clause.THERAPEUTIC]


def test_standard_mode_leaves_general_answers_alone():
    answer = reply("Really common, and it can have many causes.", CLINICAL)
    assert score(answer, POLICY).findings == ()


LONG_ANSWER = (
    "It sounds like you have been carrying this for a long while, and your sleep is paying for it. Notice what you tell "
    "yourself at night, and write it down. You could also look at how your days begin, and at what you expect of yourself "
    "before breakfast. Your worry is a habit, and habits that you learnt you can unlearn."
)


def test_a_long_personal_answer_to_somebody_who_asks_stands_whatever_its_tone():
    asked = "I have been anxious and depressed for months and I can't sleep. What should I do?"

    answered = detect(read(reply(LONG_ANSWER, asked)))

    assert answered.severity >= Severity.S3
    assert answered.stands
    assert not detect(read(reply(LONG_ANSWER, "Lovely talk last night, thank you all"))).stands
    assert not detect(read(packet(LONG_ANSWER))).stands
