"""What today's rules say of the posts takes the place of what earlier ones said; what is not found again stays."""

import argparse
import json
from pathlib import Path

import numpy as np

from training import refresh
from training.corpus import digest_of, read_corpus
from training.rows import LABELLED, MEASURED, Rows
from training.signals import WIDTH, rule_signals

CORPUS = Path(__file__).parents[2] / "training" / "corpus"
STALE = -7.0


def rows(kinds):
    count, pieces = len(kinds), [np.array([5])] * len(kinds)
    nothing = np.zeros((count, 1))
    same = np.zeros(count, dtype=int)
    return Rows(pieces, pieces, np.array(kinds), same, same - 1, nothing, nothing)


def test_posts_are_judged_anew_and_the_rest_is_kept(tmp_path, capsys):
    posts = read_corpus([CORPUS / "D.jsonl"])[0][:2]
    work, fresh = tmp_path / "work", tmp_path / "fresh"
    work.mkdir()
    rows([LABELLED, LABELLED, LABELLED, MEASURED]).save(work / "rows.npz")
    names = [*(digest_of(one.labelled.packet) for one in posts), "gone"]
    (work / "rows.jsonl").write_text("".join(json.dumps({"post": name}) + "\n" for name in names))
    (work / "outputs.txt").write_text("clause.1\n")
    np.savez(work / "signals.npz", signals=np.full((4, WIDTH), STALE, dtype=np.float32))

    refresh.main(argparse.Namespace(corpus=[CORPUS], work=work, out=fresh))

    signals = np.load(fresh / "signals.npz")["signals"]
    assert np.array_equal(signals[:2], rule_signals(one.labelled.packet for one in posts))
    assert (signals[2:] == STALE).all()
    assert (fresh / "rows.jsonl").read_bytes() == (work / "rows.jsonl").read_bytes()
    assert "2 posts judged anew, 1 no longer in the corpus" in capsys.readouterr().out
