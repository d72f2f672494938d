from dataclasses import dataclass, field

import pytest

from analyzers.policy import parse_policy
from domain.accounts import AccountKind, Licence
from domain.errors import NoAnswer
from domain.findings import Clause
from domain.opinions import Stand
from monitor.examples import POLICY, example
from opinion.ask import LONGEST_PAUSE, Asker, Limits
from opinion.prompt import Question, compile_prompt
from opinion.transport import Reply
from tests.fakes.model_server import completion

PROMPT = compile_prompt(parse_policy(example(POLICY), POLICY))
QUESTION = Question(Clause.CONDUCT, AccountKind.PROFESSIONAL, Licence.MFT, answers_somebody=False, words="words")
AGREED = completion('{"verdict": "violation"}')
ODD = completion("I would say so.")


def passing(code: str, wait: float | None = None) -> NoAnswer:
    return NoAnswer(code, passing=True, wait=wait)


@dataclass
class Script:
    """Answers in turn, the last again and again, and a clock that only waiting moves."""

    answers: list[bytes | NoAnswer]
    payloads: list[dict] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    now: float = 0.0
    cost: float = 0.0
    left: int = 1000
    stop: bool = False

    def post(self, payload):
        self.payloads.append(payload)
        self.now += self.cost
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, NoAnswer):
            raise answer
        return Reply("application/json", answer)

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds

    def reserve(self):
        self.left -= 1
        return self.left >= 0


def asker(script: Script, **limits: float) -> Asker:
    return Asker(
        transport=script,
        prompt=PROMPT,
        model="small-model",
        limits=Limits(**{"retries": 2, "calls": 50, "seconds": 480.0} | limits),
        reserve=script.reserve,
        stopping=lambda: script.stop,
        sleep=script.sleep,
        monotonic=lambda: script.now,
    )


def test_an_answer_becomes_an_opinion():
    script = Script([AGREED])
    opinion = asker(script).ask(QUESTION)
    assert (opinion.stand, opinion.model, opinion.problem) == (Stand.AGREES, "small-model", "")
    assert (opinion.prompt_version, opinion.key) == (PROMPT.version, PROMPT.key("small-model", QUESTION))


def test_what_is_asked_for_is_one_object_of_a_strict_schema_and_no_creativity():
    script = Script([AGREED])
    asker(script).ask(QUESTION)
    (payload,) = script.payloads
    assert (payload["model"], payload["temperature"], payload["stream"]) == ("small-model", 0, False)
    assert payload["response_format"]["type"] == "json_schema"
    assert payload["response_format"]["json_schema"]["strict"] is True
    assert payload["response_format"]["json_schema"]["schema"]["additionalProperties"] is False
    assert payload["messages"] == PROMPT.messages(QUESTION)


def test_unsure_is_an_answer_without_an_opinion():
    opinion = asker(Script([completion('{"verdict": "unsure"}')])).ask(QUESTION)
    assert (opinion.stand, opinion.problem) == (Stand.NONE, "")


def test_passing_trouble_is_tried_again_with_growing_pauses():
    script = Script([passing("server-fault"), passing("timed-out"), AGREED])
    assert asker(script).ask(QUESTION).stand is Stand.AGREES
    assert script.pauses == [1.0, 2.0]


def test_retries_are_bounded_and_every_one_counts():
    script = Script([passing("server-fault")])
    one = asker(script, retries=2)
    opinion = one.ask(QUESTION)
    assert (opinion.stand, opinion.problem, one.calls) == (Stand.NONE, "server-fault", 3)
    assert len(script.pauses) == 2


def test_a_server_says_itself_how_long_to_wait():
    script = Script([passing("rate-limited", 7.0), AGREED])
    assert asker(script).ask(QUESTION).stand is Stand.AGREES
    assert script.pauses == [7.0]


def test_a_server_that_wants_a_long_rest_gets_it():
    script = Script([passing("rate-limited", LONGEST_PAUSE + 1)])
    one = asker(script)
    assert one.ask(QUESTION).problem == "rate-limited"
    assert one.ended == "rate-limited"
    assert one.ask(QUESTION) is None
    assert (len(script.payloads), script.pauses) == (1, [])


def test_an_odd_answer_is_no_opinion_and_is_not_asked_for_again():
    script = Script([ODD])
    one = asker(script)
    assert (one.ask(QUESTION).stand, one.ask(QUESTION).problem) == (Stand.NONE, "off-schema")
    assert (len(script.payloads), script.pauses) == (2, [])


@pytest.mark.parametrize("code", ["address-refused", "access-refused", "redirected"])
def test_what_every_question_would_meet_ends_the_run(code):
    script = Script([NoAnswer(code)])
    one = asker(script)
    assert one.ask(QUESTION).problem == code
    assert one.ask(QUESTION) is None
    assert (one.ended, one.calls) == (code, 1)


def test_three_failures_in_a_row_end_the_run_and_an_answer_in_between_does_not():
    script = Script([ODD, ODD, AGREED, ODD, ODD, ODD])
    one = asker(script)
    stands = [one.ask(QUESTION).stand for _ in range(6)]
    assert stands == [Stand.NONE, Stand.NONE, Stand.AGREES, Stand.NONE, Stand.NONE, Stand.NONE]
    assert one.ended == "off-schema"
    assert one.ask(QUESTION) is None


def test_the_runs_budget_counts_calls_and_not_questions():
    script = Script([passing("server-fault")])
    one = asker(script, calls=4)
    assert one.ask(QUESTION).problem == "server-fault"
    assert one.ask(QUESTION).problem == "server-fault"
    assert (one.calls, one.ended) == (4, "budget")
    assert one.ask(QUESTION) is None


def test_the_outer_budget_is_asked_before_every_call():
    script = Script([AGREED], left=2)
    one = asker(script)
    assert [one.ask(QUESTION) is None for _ in range(3)] == [False, False, True]
    assert (one.calls, one.ended) == (2, "budget")


def test_a_run_ends_when_its_time_is_up():
    script = Script([AGREED], cost=300.0)
    one = asker(script, seconds=480.0)
    assert [one.ask(QUESTION) is None for _ in range(3)] == [False, False, True]
    assert one.ended == "time"


def test_nothing_is_asked_while_stopping():
    script = Script([AGREED], stop=True)
    one = asker(script)
    assert one.ask(QUESTION) is None
    assert (one.ended, script.payloads) == ("stopping", [])
