"""Mixed rows: made of their own fold's posts alone, unlabelled, and behind the rows they came from."""

import numpy as np

from training.mixes import sentences, with_mixes
from training.rows import LABELLED, MEASURED, PUBLIC, SHUFFLED, Rows

FULL_STOP = 1012


def rows():
    """Eight posts in two folds, whose pieces tell the fold, and a public text of each kind."""
    texts = [np.array([*range(100 * fold, 100 * fold + 9), FULL_STOP] * 3) for fold in (20, 30) for _ in range(4)]
    contexts = [np.array([100 * fold + 50]) for fold in (20, 30) for _ in range(4)]
    public = [np.array([9000, FULL_STOP])] * 2
    return Rows(
        text=[*texts, *public],
        context=[*contexts, *public],
        kind=np.array([LABELLED] * 8 + [PUBLIC, MEASURED]),
        fold=np.array([0] * 4 + [1] * 4 + [-1, -1]),
        swap=np.array([3, 3, *[-1] * 8]),
        targets=np.ones((10, 2)),
        mask=np.ones((10, 2)),
    )


def test_the_rows_themselves_stay_as_they_were():
    before = rows()
    after = with_mixes(before, 2, seed=1)

    assert len(after) == len(before) + 2 * 8
    for name in ("kind", "fold", "swap", "targets", "mask"):
        np.testing.assert_array_equal(getattr(after, name)[:10], getattr(before, name))
    for mixed, plain in zip(after.text, before.text, strict=False):
        np.testing.assert_array_equal(mixed, plain)


def test_a_mixed_row_is_unlabelled_and_holds_pieces_of_its_own_fold_alone():
    after = with_mixes(rows(), 25, seed=1)
    new = range(10, len(after))

    assert set(after.kind[10:]) == {SHUFFLED}
    assert after.mask[10:].sum() == 0
    assert set(after.swap[10:]) == {-1}
    for index in new:
        pieces = np.concatenate([after.text[index], after.context[index]])
        own = set((pieces[pieces != FULL_STOP] // 100).tolist())
        assert own == {20 if after.fold[index] == 0 else 30}
        assert len(after.text[index])


def test_mixed_rows_differ_from_the_posts_they_came_from():
    before = rows()
    after = with_mixes(before, 25, seed=1)
    posts = {tuple(text) for text in before.text}
    other = [tuple(after.text[index]) not in posts for index in range(10, len(after))]

    assert sum(other) > len(other) / 2


def test_the_same_seed_mixes_the_same_rows():
    one, two, other = (with_mixes(rows(), 3, seed=seed) for seed in (1, 1, 2))

    assert [text.tolist() for text in one.text] == [text.tolist() for text in two.text]
    assert [text.tolist() for text in one.text] != [text.tolist() for text in other.text]


def test_a_text_is_cut_behind_its_signs_and_never_empty():
    text = np.array([1, 2, 1029, 3, FULL_STOP, 4])

    assert [part.tolist() for part in sentences(text)] == [[1, 2, 1029], [3, FULL_STOP], [4]]
    assert [part.tolist() for part in sentences(np.array([7]))] == [[7]]
    assert [part.tolist() for part in sentences(np.array([], dtype=np.int64))] == [[]]
