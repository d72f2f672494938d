"""How far what the rules read stands against a model that hears nothing of it."""

from dataclasses import replace

import pytest

from analyzers.model.blend import load_blend, share_needed, verdict_of
from analyzers.model.classifier import WEIGHTS
from analyzers.reading import read
from analyzers.registry import detectors
from domain.findings import Clause, Severity
from tests.fakes.listener import QUIET
from tests.fakes.packets import packet

CRITICAL = (
    "My client Dana Whitlock, 34, from Elm Street, was admitted to Mercy Hospital on March 3 with bipolar disorder."
)


def found_in(words):
    reading = read(packet(words))
    return {clause: detect(reading) for clause, detect in detectors().items()}


@pytest.mark.parametrize(
    ("clause", "severity", "stands", "share"),
    [
        (Clause.CONFIDENTIALITY, Severity.S3, False, 1.0),
        (Clause.CONFIDENTIALITY, Severity.S3, True, 1.0),
        (Clause.CONFIDENTIALITY, Severity.S4, False, 0.5),
        (Clause.THERAPEUTIC, Severity.S4, False, 0.5),
        (Clause.THERAPEUTIC, Severity.S2, True, 0.0),
    ],
)
def test_the_graver_the_rules_read_it_the_less_the_model_must_hear(clause, severity, stands, share):
    reported = replace(found_in(CRITICAL)[Clause.CONFIDENTIALITY], clause=clause, severity=severity, stands=stands)
    assert share_needed(reported) == share
    assert share_needed(replace(reported, score=-1.0)) == 1.0
    assert share_needed(replace(reported, evidence=())) == 1.0


@pytest.mark.parametrize(("part", "told"), [(0.49, False), (0.51, True), (1.5, True)])
def test_what_the_rules_read_as_critical_is_told_unless_the_model_clearly_denies_it(part, told):
    blend = load_blend(WEIGHTS / "blend.json")
    found = found_in(CRITICAL)
    assert found[Clause.CONFIDENTIALITY].severity is Severity.S4
    threshold = blend.report[Clause.CONFIDENTIALITY]

    class Fixed:
        def chance(self, features):
            return threshold * part

    fixed = replace(blend, curves=dict(blend.curves) | {Clause.CONFIDENTIALITY: Fixed()})
    verdict = verdict_of(fixed, QUIET, found, ())
    assert (Clause.CONFIDENTIALITY in verdict.reported) == told
    assert verdict.chances[Clause.CONFIDENTIALITY] == (max(threshold, threshold * part) if told else threshold * part)
