import pytest

from analyzers.clauses.confidentiality import detect
from analyzers.reading import read
from domain.findings import Severity
from domain.posts import ParentAuthor
from tests.fakes.packets import packet, reply


def verdict(post):
    return detect(read(post))


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("my 4pm cancelled for the 3rd time w the same 'migraine'", Severity.S3),
        ("Client told me today she rehearses our sessions in the shower.", Severity.S2),
        ("One of my people is a retired lighthouse keeper, 91, who lost his twin in the ferry accident.", Severity.S3),
        (
            "The girl I see on Thursdays is the only kid from Harlan Falls to make the state final this March.",
            Severity.S3,
        ),
        ("Ran into my 2 o'clock at the co-op. Two bottles. Hmm.", Severity.S3),
    ],
)
def test_a_clients_story_is_found(text, least):
    found = verdict(packet(text))
    assert found.score > 0
    assert found.severity >= least
    assert found.evidence


@pytest.mark.parametrize(
    "text",
    [
        "Composite of many people over 12 years: a client who could only cry in the car told me it was parking earlier.",
        "In a 2021 trial of 212 adults with PTSD, 41% no longer met criteria. The patients had a median age of 34.",
        "Imagine Sam, who isn't a real person. My client Sam skips calls.",
        "My own therapist told me I cancel too often. Therapists need therapists.",
        "New clients: our cancellation policy is on the site.",
    ],
)
def test_what_is_nobodys_story_is_not(text):
    assert verdict(packet(text)).score <= 0


@pytest.mark.parametrize(
    "text",
    [
        "Thank you so much for trusting us with your care, it's been a joy to watch you grow",
        "Sorry your last visit ran late",
        "Eleven months of showing up. All yours",
        "The delay was on the school's side. The report went to your Aspen Court address on June 3.",
    ],
)
def test_a_reply_that_confirms_is_serious(text):
    found = verdict(reply(text, "Five stars.", ParentAuthor.CLIENT_UNKNOWN))
    assert found.score > 0
    assert found.severity >= Severity.S3


def test_a_reply_that_refuses_to_confirm_is_fine():
    text = "Privacy rules mean we can't say whether anyone is or isn't a client here. Please call our office manager, 555-0142."
    assert verdict(reply(text, "One star.", ParentAuthor.CLIENT_UNKNOWN)).score <= 0


def test_a_reply_without_its_parent_says_what_is_missing():
    assert verdict(packet("see you thursday at 3, same office", is_reply=True)).needs_context == ("parent",)
    assert verdict(packet("congratulations on the new shop", is_reply=True)).needs_context == ()


def test_a_picture_without_words_is_said_to_be_missing():
    assert verdict(packet("cozy office reset", media=("", "a fern"))).needs_context == ("image",)


def test_a_picture_tells_as_much_as_a_text():
    shown = packet("cozy office reset", media=("A desk planner that reads 10:00 K. Alvarez (couple)",))
    found = verdict(shown)
    assert found.score > 0
    assert found.severity is Severity.S4
    assert {hit.passage.field for hit in found.evidence} == {"media.0.alt"}


@pytest.mark.parametrize(
    "text",
    [
        "today's no-show was the drummer again",
        "the couple on my couch laughed at the same time as me",
        "pov: your 6pm reads you the whole text thread",
        "my teen who stopped talking in march told me today it was the dog",
        "someone i work with drew the harbor wall for me yesterday",
        "poor deshawn from the car wash relapsed",
    ],
)
def test_a_client_is_pointed_to_without_the_word(text):
    found = verdict(packet(text))
    assert found.score > 0
    assert found.evidence


def test_a_name_in_small_letters_is_a_name():
    found = verdict(packet("my client kyle told me today he sleeps again"))
    assert found.severity is Severity.S4
    assert "kyle" in {hit.span.quote for hit in found.evidence}


@pytest.mark.parametrize(
    ("claimed", "least"),
    [
        ("(details changed obvs) guy i saw yesterday runs the only bakery on our street and has panic attacks", 3),
        ("details changed: my client told me today about a dream", 2),
    ],
)
def test_changed_details_lower_by_one_step_and_never_below_two(claimed, least):
    plain = verdict(packet(claimed.split(")", 1)[-1].removeprefix("details changed: ").strip()))
    found = verdict(packet(claimed))
    assert found.score > 0
    assert found.severity == least
    assert plain.severity - found.severity in {0, 1}


def test_a_composite_is_weighed_where_it_singles_somebody_out():
    rare = "Composite, names changed: a client i see, the only beekeeper in Rusk County, 91, told me today he relapsed."
    plain = "Composite of many people: a client who could only cry in the car told me it was parking earlier."
    assert verdict(packet(rare)).score > 0 >= verdict(packet(plain)).score
    assert Severity.S2 <= verdict(packet(rare)).severity < Severity.S4


def test_many_at_once_are_a_reminder():
    found = verdict(packet("Two or three of my couples have fought about the same cattle prices this week."))
    assert found.score > 0
    assert found.severity is Severity.S1


@pytest.mark.parametrize(
    "text",
    [
        "You and your partner completed the intake questionnaires and stopped there.",
        "Glad the sessions helped!",
        "We did try to ring you twice.",
        "Your therapist has read this too.",
        "Your wife did the brave part.",
        "The log has you called back at 3:40.",
    ],
)
def test_an_answer_to_a_review_confirms_in_many_ways(text):
    found = verdict(reply(text, "Two stars.", ParentAuthor.CLIENT_UNKNOWN))
    assert found.score > 0
    assert found.severity >= Severity.S3


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for the feedback. Please call our office manager, 555-0142.",
        "We take privacy seriously and cannot confirm or deny who is a client here.",
        "We're sorry to hear this. Federal law keeps us from responding in public.",
        "The hold music has gone. You were right.",
    ],
)
def test_a_neutral_answer_to_a_review_is_fine(text):
    assert verdict(reply(text, "Two stars.", ParentAuthor.CLIENT_UNKNOWN)).score <= 0


@pytest.mark.parametrize(
    "alt",
    [
        "open planner, Tuesday page: '9 R. Ostrander intake, 10 Lily G. meds chat, 11 free'",
        "Crayon drawing of a house; in the corner in pencil: Maddox R, age 7, Juniper Elem",
    ],
)
def test_a_picture_with_names_is_critical(alt):
    found = verdict(packet("new year new planner", media=(alt,)))
    assert found.score > 0
    assert found.severity is Severity.S4


@pytest.mark.parametrize(
    "beside",
    [
        "Colleagues, hello.",
        "Consulting with colleagues helps. People often forget that.",
        "Composite.",
        "Details changed, shared with permission.",
        "Vote on Tuesday!",
        "The weather was mild all day. " * 40,
    ],
)
def test_a_named_client_is_not_hushed_by_a_harmless_sentence(beside):
    told = "My client Dana Whitlock, 34, was admitted to Mercy Hospital on March 3 with bipolar disorder."

    assert verdict(packet(f"{told} {beside}")).score > 0
    assert verdict(packet(f"{beside} {told}")).score > 0
