"""A post file through the scorer, line by line, in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers.judge import judge
from analyzers.packets import read_labelled, read_packet
from domain.errors import PacketError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from analyzers.model.blend import Local
    from analyzers.packets import Labelled
    from domain.findings import Policy, Scored


def score_lines(
    lines: Iterable[str], policy: Policy | None = None, local: Local | None = None
) -> Iterator[Scored | PacketError]:
    """Verdicts in input order, by rules alone without `local`.

    A malformed line gives its PacketError in its place. Blank lines are skipped.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            packet = read_packet(line, number)
        except PacketError as error:
            yield error
        else:
            yield judge(packet, policy, local)


def score_labelled(
    lines: Iterable[str], policy: Policy | None = None, local: Local | None = None
) -> Iterator[tuple[Labelled, Scored] | PacketError]:
    """As `score_lines`, each verdict beside its annotation: the pairs that `evaluate` measures."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            labelled = read_labelled(line, number)
        except PacketError as error:
            yield error
        else:
            yield labelled, judge(labelled.packet, policy, local)
