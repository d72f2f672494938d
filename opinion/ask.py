"""One question, answered or not: budget, retries with back-off, and giving up on a server that is down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from domain.errors import NoAnswer
from domain.opinions import Opinion, Stand
from opinion.answer import SCHEMA, read_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from opinion.prompt import Prompt, Question
    from opinion.transport import Transport

_ANSWER_TOKENS = 512
"""One word needs twenty; a model that reasons first needs the rest."""
_FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
"""Seconds. A server that asks for more is not asked again in this run."""
_FAILURES_IN_A_ROW = 3
_FOR_ALL = frozenset({"address-refused", "access-refused", "redirected"})
"""What one question meets, every other will meet too."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may cost. `retries` are added to a first try; `calls` counts every request, `seconds` the whole."""

    retries: int
    calls: int
    seconds: float


@dataclass(slots=True)
class Asker:
    """One run's worth of questions to one model. For one thread.

    `reserve` books one request against a budget that outlives the run and says whether there was one left.
    `stopping` is asked before every request and pause.
    """

    transport: Transport
    prompt: Prompt
    model: str
    limits: Limits
    reserve: Callable[[], bool]
    stopping: Callable[[], bool]
    sleep: Callable[[float], None]
    monotonic: Callable[[], float]
    calls: int = 0
    ended: str = ""
    """Why no more is asked in this run: a problem's code, "budget", "time" or "stopping"; "" while it goes on."""
    _failures: int = 0
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.monotonic()

    def key(self, question: Question) -> str:
        """What the answer to this question is remembered by."""
        return self.prompt.key(self.model, question)

    def ask(self, question: Question) -> Opinion | None:
        """An opinion, perhaps one that says why there is none; None when nothing was asked because the run is over."""
        problem = ""
        for attempt in range(self.limits.retries + 1):
            if not self._may_go_on():
                break
            try:
                stand = self._once(question)
            except NoAnswer as failure:
                problem = failure.code
                if not self._pause(failure, attempt):
                    break
            else:
                self._failures = 0
                return self._opinion(question, stand)
        if not problem:
            return None
        self._count_failure(problem)
        return self._opinion(question, Stand.NONE, problem)

    def _once(self, question: Question) -> Stand:
        self.calls += 1
        return read_answer(self.transport.post(self._payload(question)))

    def _payload(self, question: Question) -> dict[str, Any]:
        return {
            "model": self.model,
            "messages": self.prompt.messages(question),
            "temperature": 0,
            "max_tokens": _ANSWER_TOKENS,
            "stream": False,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "second_opinion", "strict": True, "schema": SCHEMA},
            },
        }

    def _may_go_on(self) -> bool:
        if not self.ended:
            self.ended = self._reason_to_end()
        return not self.ended

    def _reason_to_end(self) -> str:
        if self.stopping():
            return "stopping"
        if self.monotonic() - self._began >= self.limits.seconds:
            return "time"
        if self.calls >= self.limits.calls or not self.reserve():
            return "budget"
        return ""

    def _pause(self, failure: NoAnswer, attempt: int) -> bool:
        """Wait before the next try; False when there is to be none."""
        if failure.code in _FOR_ALL or (failure.wait is not None and failure.wait > LONGEST_PAUSE):
            self.ended = failure.code
        if not failure.passing or self.ended or attempt >= self.limits.retries or self.stopping():
            return False
        self.sleep(failure.wait if failure.wait is not None else min(_FIRST_PAUSE * 2**attempt, LONGEST_PAUSE))
        return True

    def _count_failure(self, problem: str) -> None:
        self._failures += 1
        if self._failures >= _FAILURES_IN_A_ROW and not self.ended:
            self.ended = problem

    def _opinion(self, question: Question, stand: Stand, problem: str = "") -> Opinion:
        return Opinion(stand, self.key(question), self.model, self.prompt.version, problem)
