"""What the detector's errors were when they were last measured, in words that a digest can carry (POLICY R23)."""

from __future__ import annotations

ERROR_RATES = (
    "On 1,350 invented posts, hard on purpose, that no rule was tuned on, the software noticed 32 of 100 posts that "
    "broke the policy (95 % interval 28 to 36) and pointed at 6 of 100 harmless ones (5 to 9)."
)
"""Measured as docs/scoring.md tells; change both together."""
