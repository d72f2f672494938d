"""Batches of the training loop: swap groups stand together, rows become the padded tensors that the encoder reads."""

from importlib.util import find_spec

import numpy as np
import pytest

from training.rows import LABELLED, Rows

if find_spec("torch") is None or find_spec("transformers") is None:
    pytest.skip("the extra `strong` is not installed", allow_module_level=True)

import torch

from training.encoders import PADDING
from training.loop import Recipe, _Loss, _order
from training.model import END, START, TEXT_PIECES, UNKNOWN, Batches

VOCABULARY = np.array([START, 0, END, UNKNOWN, 500, 501, 502])


def rows(swap, lengths):
    count = len(swap)
    return Rows(
        text=[np.array([500 + index % 3 for index in range(length)], dtype=np.int64) for length in lengths],
        context=[np.array([501, 502, 503])] * count,
        kind=np.full(count, LABELLED),
        fold=np.zeros(count, dtype=np.int64),
        swap=np.array(swap),
        targets=np.zeros((count, 2)),
        mask=np.ones((count, 2)),
    )


def batches(some):
    return Batches.of(some, VOCABULARY, torch.device("cpu"))


def test_a_row_is_written_with_its_signs_its_second_segment_and_padding():
    pieces, segments = batches(rows([-1, -1], [2, 4])).inputs([0, 1])

    assert pieces[0].tolist() == [0, 4, 5, 2, 5, 6, 3, 2, PADDING, PADDING]
    assert segments[0].tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 0, 0]
    assert pieces[1].tolist() == [0, 4, 5, 6, 4, 2, 5, 6, 3, 2]
    assert segments[1].tolist() == [0] * 6 + [1] * 4


def test_a_long_text_is_cut_and_its_circumstances_stay():
    some = rows([-1], [TEXT_PIECES + 50])
    pieces, segments = batches(some).inputs([0])

    assert pieces.shape[1] == TEXT_PIECES + 3 + 3
    assert int(segments.sum()) == 4


def test_every_row_is_drawn_once_an_epoch_and_groups_follow_one_another():
    swap = [-1] * 30 + [index // 2 for index in range(20)]
    some = rows(swap, [5 + index % 7 for index in range(50)])
    order = _order(batches(some), np.arange(50), 8, seed=3)

    assert sorted(row for batch in order for row in batch) == list(range(50))
    together = sum(
        any({a, b} <= set(batch) for batch in order) for a, b in zip(range(30, 50, 2), range(31, 50, 2), strict=True)
    )
    assert together >= 7


def test_what_parts_a_swap_group_costs_and_what_parts_others_does_not():
    recipe = Recipe("minilm", epochs=1, batch=4, rate=1e-3, head_rate=1e-3, soft=1.0, alike=1.0)
    soft = np.zeros((4, 2), dtype=np.float32)

    def cost(swap, logits):
        some = rows(swap, [3] * 4)
        loss = _Loss.of(some, np.arange(4), np.ones(2), recipe, torch.device("cpu"), soft)
        return float(loss(torch.tensor(logits), batches(some), [0, 1, 2, 3]))

    apart = [[1.0, 0.0], [-1.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    assert cost([0, 0, -1, -1], apart) == pytest.approx(cost([-1] * 4, apart) + 2 / 4)
    assert cost([0, 0, -1, -1], [[0.0, 0.0]] * 4) == pytest.approx(cost([-1] * 4, [[0.0, 0.0]] * 4))
