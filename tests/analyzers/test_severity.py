from dataclasses import replace

import pytest

from analyzers.clauses.confidentiality import detect
from analyzers.reading import read
from analyzers.severity import TABLE, Signal, judged, severity_of, signals_of
from domain.findings import Clause, Severity
from domain.posts import ParentAuthor
from tests.fakes.listener import QUIET
from tests.fakes.packets import packet, reply

SURE = replace(QUIET, grave=dict.fromkeys(Clause, 0.99), critical=0.99)


def severity(clause, post, heard):
    reading = read(post)
    return severity_of(clause, reading, detect(reading), heard)


def test_every_row_says_why_in_a_sentence():
    for row in TABLE:
        assert row.needs
        assert row.says.endswith(".")


def test_what_the_model_alone_hears_is_never_critical():
    alone = {Signal.HEARD, Signal.HEARD_SERIOUS, Signal.HEARD_CRITICAL}
    assert {judged(clause, alone).severity for clause in Clause} == {Severity.S3}


def test_a_name_with_health_content_is_critical_where_the_model_agrees():
    said = "so relieved that Deshawn from the car wash kept his sobriety"
    assert severity(Clause.CONFIDENTIALITY, packet(said), SURE) is Severity.S4
    assert severity(Clause.CONFIDENTIALITY, packet("so relieved, what a day that was"), SURE) is Severity.S3


def test_a_session_without_particulars_is_a_clear_departure_and_no_more():
    heard = replace(QUIET, grave=dict.fromkeys(Clause, 0.9))
    assert severity(Clause.CONFIDENTIALITY, packet("what she said about the yellow kitchen"), heard) is Severity.S2


def test_an_answer_to_a_likely_client_is_serious():
    heard = replace(QUIET, grave=dict.fromkeys(Clause, 0.9))
    answered = reply("so proud of this for you", "five stars", ParentAuthor.CLIENT_UNKNOWN)
    assert severity(Clause.CONFIDENTIALITY, answered, heard) is Severity.S3


@pytest.mark.parametrize("clause", Clause)
def test_the_gravest_row_decides(clause):
    assert judged(clause, {Signal.READ_S2, Signal.READ_S4, Signal.HEARD}).severity is Severity.S4


def test_a_reminder_stays_a_reminder():
    told = judged(Clause.OPINION, {Signal.READ_S1, Signal.HEARD, Signal.HEARD_MILD})
    assert told.severity is Severity.S1
    assert judged(Clause.OPINION, set()).severity is Severity.S1


def test_the_answered_words_count_for_safety_alone():
    reading = read(reply("try it", "i take 40 mg of lexapro and want to die", ParentAuthor.OTHER))
    found = signals_of(Clause.THERAPEUTIC, reading, detect(reading), SURE)
    assert {Signal.DANGER, Signal.MEDICATION, Signal.ANSWERS_STRANGER} <= found
    assert Signal.HEALTH not in found
    assert judged(Clause.THERAPEUTIC, found).severity is Severity.S4


def test_without_a_model_the_rules_stand():
    post = packet("my 4pm cancelled for the 3rd time w the same 'migraine'")
    assert severity(Clause.CONFIDENTIALITY, post, None) is detect(read(post)).severity
