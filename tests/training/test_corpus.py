"""The corpus is whole and says what its datasheet says; what is learnt from stays apart from what is asked."""

from collections import Counter, defaultdict
from pathlib import Path

from training.corpus import folds_of, learnable, read_corpus

CORPUS = Path(__file__).parents[2] / "training" / "corpus"
HELD = sorted((CORPUS / "held").glob("*.jsonl"))
LEARNT = [*(CORPUS / f"{name}.jsonl" for name in "EFGHIJ"), *sorted((CORPUS / "parts").glob("*.jsonl"))]


def fields(packet):
    return (packet.text, *packet.media, packet.bio or "", packet.parent.text if packet.parent else "")


def test_every_line_is_well_formed_and_none_stands_twice():
    examples, left_out = read_corpus(LEARNT)

    assert len(examples) >= 6000
    assert left_out == ()


def test_what_is_no_fine_post_quotes_the_words_that_carry_it():
    examples, _ = read_corpus(LEARNT)
    silent = [
        one.labelled.packet.id
        for one in examples
        if one.labelled.verdict == "violation"
        and not any(one.labelled.span in text for text in fields(one.labelled.packet))
    ]

    assert len(silent) <= len(examples) // 100


def test_swapped_posts_carry_the_same_labels():
    groups = defaultdict(set)
    for one in read_corpus(LEARNT)[0]:
        if one.labelled.swap:
            groups[one.labelled.swap].add(tuple(value >= 2 for value in one.labelled.labels.values()))

    assert len(groups) > 150
    assert sum(len(labels) > 1 for labels in groups.values()) <= len(groups) // 50


def test_a_writer_is_never_both_learnt_from_and_asked():
    examples, _ = read_corpus(LEARNT)
    folds = folds_of(examples, 5)
    sizes = Counter(folds[one.source] for one in examples)

    assert set(folds) == {one.source for one in examples}
    assert max(sizes.values()) < 1.35 * min(sizes.values())


def test_a_copy_in_another_file_and_a_broken_line_are_left_out_and_named(tmp_path):
    line = LEARNT[0].read_text(encoding="utf-8").split("\n")[0]
    (tmp_path / "a.jsonl").write_text(line + "\n{broken\n", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(line + "\n", encoding="utf-8")

    examples, left_out = read_corpus(tmp_path.glob("*.jsonl"))

    assert [one.source for one in examples] == ["a"]
    assert [text.partition(":")[0] for text in left_out] == ["a.jsonl", "b.jsonl"]


def test_what_is_asked_is_not_learnt_from(tmp_path):
    lines = LEARNT[0].read_text(encoding="utf-8").split("\n")[:3]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(lines[2], encoding="utf-8")
    (tmp_path / "asked").mkdir()
    (tmp_path / "asked" / "b.jsonl").write_text(lines[0], encoding="utf-8")
    files = [tmp_path / "asked" / "b.jsonl"]

    learnt = learnable([tmp_path], files, read_corpus(files)[0])

    assert [one.source for one in learnt] == ["a", "a"]


def test_the_held_out_posts_are_whole_and_stand_in_no_file_that_is_learnt_from():
    held, left_out = read_corpus(HELD)
    learnt = {one.labelled.packet.text for one in read_corpus(LEARNT)[0]}

    assert len(held) == 675
    assert left_out == ()
    assert not [one.labelled.packet.id for one in held if one.labelled.packet.text in learnt]
