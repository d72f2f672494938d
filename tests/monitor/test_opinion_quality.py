import json
from dataclasses import dataclass

from analyzers.packets import Labelled
from analyzers.policy import parse_policy
from domain.errors import NoAnswer
from domain.findings import Clause, Finding, Protected, Scored, Severity, Span
from monitor.examples import POLICY, example
from monitor.opinion_quality import measure, opinion_json, opinion_table
from opinion.ask import Asker, Limits
from opinion.prompt import compile_prompt
from opinion.transport import Reply
from tests.fakes.model_server import completion
from tests.fakes.packets import packet

BANDS = {Clause.ENDORSEMENT: (0.2, 0.8), Clause.CONDUCT: (0.2, 0.8)}
PROMPT = compile_prompt(parse_policy(example(POLICY), POLICY))


@dataclass
class Model:
    """Answers what the post itself says that it should."""

    def post(self, payload):
        word = json.loads(payload["messages"][1]["content"])["post"]
        if word == "down":
            raise NoAnswer("unreachable")
        return Reply("application/json", completion(json.dumps({"verdict": word})))


def asker(calls=100):
    return Asker(
        transport=Model(),
        prompt=PROMPT,
        model="small-model",
        limits=Limits(retries=0, calls=calls, seconds=60),
        reserve=lambda: True,
        stopping=lambda: False,
        sleep=lambda seconds: None,
        monotonic=lambda: 0.0,
    )


def case(says, label, probability=0.5, clause=Clause.ENDORSEMENT, **scored):
    """A post whose finding the model calls `says` and the annotator `label`."""
    labels = dict.fromkeys(Clause, 0) | {clause: label}
    found = Finding(clause, Severity.S2, probability, (Span("text", 0, 1, says[0]),), "why", "d", "v")
    chances = dict.fromkeys(Clause, 0.1) | {clause: probability}
    return Labelled(packet(says), labels, "fine", (), "", ""), Scored("1", chances, (found,), **scored)


def test_model_and_detector_are_held_against_the_labels_on_the_same_findings():
    quality = measure(
        [case("violation", 3), case("violation", 0), case("fine", 0), case("fine", 0), case("fine", 2)], BANDS, asker()
    )
    assert (quality.in_band, quality.unfit, quality.unasked, quality.borderline) == (5, 0, 0, 0)
    assert (quality.model.hits, quality.model.total) == (3, 5)
    assert (quality.detector.hits, quality.detector.total) == (2, 5)
    assert (quality.agreements.hits, quality.agreements.total) == (1, 2)
    assert (quality.disagreements.hits, quality.disagreements.total) == (2, 3)
    assert tuple(round(bound, 3) for bound in quality.model.interval) == (0.231, 0.882)  # Wilson, by hand


def test_only_findings_in_the_band_of_their_clause_are_asked_about():
    cases = [
        case("violation", 2, 0.19),
        case("violation", 2, 0.2),
        case("violation", 2, 0.8),
        case("violation", 2, 0.81),
        case("violation", 2, clause=Clause.OPINION),
        case("violation", 2, clause=Clause.CONDUCT),
    ]
    assert measure(cases, BANDS, asker()).in_band == 3


def test_what_is_no_case_is_counted_apart():
    quality = measure(
        [
            case("violation", 1),
            case("unsure", 2),
            case("down", 2),
            case("nonsense", 2),
            case("violation", 2, protected=(Protected.NLRA,)),
            case("violation", 2, clause=Clause.CONFIDENTIALITY),
        ],
        BANDS | {Clause.CONFIDENTIALITY: (0.0, 1.0)},
        asker(),
    )
    assert (quality.in_band, quality.borderline, quality.unfit) == (6, 1, 2)
    assert quality.none == {"unsure": 1, "unreachable": 1, "off-schema": 1}
    assert (quality.model.total, quality.model.interval) == (0, None)


def test_what_the_budget_leaves_is_counted_too():
    quality = measure([case("fine", 0)] * 3, BANDS, asker(calls=2))
    assert (quality.model.total, quality.unasked) == (2, 1)


def test_the_figures_are_printed_with_their_intervals_and_as_data():
    quality = measure([case("violation", 3), case("fine", 0), case("unsure", 0)], BANDS, asker())
    text = opinion_table(quality)
    assert f"small-model, prompt {PROMPT.version}" in text
    assert "model right                    2 of 2     1.000 [0.34-1.00]" in text
    assert "detector right, same items     1 of 2     0.500 [0.09-0.91]" in text
    assert "no opinion unsure 1" in text
    data = opinion_json(quality)
    assert (data["model_right"]["hits"], data["detector_right_same_items"]["total"]) == (2, 2)
    assert json.loads(json.dumps(data)) == data
    assert "-" in opinion_table(measure([], BANDS, asker()))
