"""From a clause's log-odds to a probability that a violation at S2 or more is there: p = 1 / (1 + e^-(a*score + b)).

`a` and `b` come from a logistic regression of label on score over 250 labelled posts of one writer, for whom no rule of
a clause was written; one of these posts did show a gap in the gate. They are pooled over the clauses, since each alone
has too few violations there. Posts that rules were written for would give steeper curves and false confidence.
"""

from __future__ import annotations

import math

SLOPE = 1.15
OFFSET = -0.43
_FARTHEST = 30.0


def probability(score: float) -> float:
    """The calibrated chance for a score in log-odds, between 0 and 1."""
    return 1 / (1 + math.exp(-max(-_FARTHEST, min(_FARTHEST, SLOPE * score + OFFSET))))
