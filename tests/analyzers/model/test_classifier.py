"""The shipped model: the same answer whatever is asked beside it, bounded by its windows, and of this wording."""

import json
from dataclasses import replace

import pytest

from analyzers.model.blend import load_local
from analyzers.model.classifier import WEIGHTS, load_classifier
from analyzers.score import score
from domain.findings import Clause
from tests.fakes.packets import packet

POSTS = [
    packet("Soup for dinner."),
    packet("My 4pm sobbed through the whole hour about the baker she married. " * 20),
    packet("Proud of the whole team at Larkspur Bend today, rain and all."),
]


def test_neighbours_in_a_batch_do_not_colour_an_answer():
    classifier = load_classifier(WEIGHTS)

    together = classifier.probabilities(POSTS)
    alone = [classifier.probabilities([post])[0] for post in POSTS]

    assert list(together) == alone


def test_another_wording_of_the_inputs_is_refused(tmp_path):
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "model.json").write_text(json.dumps({"inputs": 0}), encoding="utf-8")

    with pytest.raises(ValueError, match="trained on inputs 0"):
        load_classifier(tmp_path)


def test_a_folder_without_a_model_has_none(tmp_path):
    assert load_classifier(tmp_path) is None
    assert load_local(tmp_path) is None


def test_a_story_without_a_tell_tale_word_is_noticed_with_the_model_and_quoted():
    post = replace(
        POSTS[0],
        text="Rain again. Held her hand while she told me what he did with the belt, week nine of us two. Tea now.",
    )

    alone, together = score(post), score(post, None, load_local(WEIGHTS))

    assert together.clauses[Clause.CONFIDENTIALITY] > alone.clauses[Clause.CONFIDENTIALITY]
    for finding in together.findings:
        assert all(post.text[span.start : span.end] == span.quote for span in finding.spans if span.field == "text")


class Counting:
    """An inference session that counts what it is asked."""

    def __init__(self, session):
        self.session, self.asked = session, 0

    def run(self, names, given):
        self.asked += 1
        return self.session.run(names, given)


def test_a_megabyte_costs_the_model_no_more_than_a_long_article():
    local = load_local(WEIGHTS)
    counting = Counting(local.classifier.session)
    classifier = replace(local.classifier, session=counting)
    prose = (
        "We opened the new room on Monday and the plants are still alive. My brother drove the couch for two hours. "
    )
    classifier.probabilities([packet(prose * 300)])
    article, counting.asked = counting.asked, 0
    classifier.probabilities([packet(prose * 10_000)])
    assert 0 < counting.asked <= article + 2


def test_the_parts_of_a_very_long_text_are_judged_where_they_stand_and_beside_others():
    local = load_local(WEIGHTS)
    prose = "We opened the new room on Monday and the plants are still alive. "
    plain, telling = packet(prose * 2_000), packet(prose * 2_000 + "My 4pm client cried about her divorce today.")
    heard = local.classifier.probabilities([plain, telling, plain])
    assert heard[0] == heard[2]
    assert heard[1].clauses[Clause.CONFIDENTIALITY] > heard[0].clauses[Clause.CONFIDENTIALITY]
    assert local.classifier.probabilities([]) == ()
