import json

from analyzers.files import score_labelled, score_lines
from domain.errors import PacketError
from tests.analyzers.test_packets import FULL

GOOD = json.dumps(FULL)


def test_a_bad_line_keeps_its_place_and_number():
    results = list(score_lines([GOOD, "", "{", GOOD.replace("D-1", "D-2")]))
    assert [getattr(result, "id", None) for result in results] == ["D-1", None, "D-2"]
    assert isinstance(results[1], PacketError)
    assert results[1].line == 3


def test_lines_are_read_as_they_are_asked_for():
    def lines():
        yield GOOD
        raise AssertionError("read ahead")

    assert next(score_lines(lines())).id == "D-1"


def test_labelled_lines_come_in_pairs():
    row = json.dumps({**FULL, "labels": {str(n): 0 for n in range(1, 7)}, "verdict": "fine"})
    (pair, error) = score_labelled([row, GOOD])
    assert pair[0].verdict == "fine"
    assert pair[1].id == "D-1"
    assert isinstance(error, PacketError)
