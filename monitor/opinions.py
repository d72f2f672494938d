"""Second opinions: after findings are stored, those in the uncertain band are put to a language model, masked.

This runs on stored findings and not while an account is read, so that a slow model holds up neither reading nor
alerts, and what was not answered today is asked tomorrow. An opinion is written beside its finding; it adds, removes
and changes none.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from analyzers.judge import judge
from analyzers.keep import CUT
from analyzers.outside import for_outside
from domain.findings import Clause
from domain.opinions import Stand
from domain.posts import PostKind
from monitor.notice import outside_model
from monitor.packets import ENGLISH, packet_of
from opinion.ask import Asker, Limits
from opinion.prompt import ASKABLE, Question, compile_prompt
from opinion.transport import Endpoint, open_transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from analyzers.model.blend import Local
    from domain.findings import Packet, Policy, Scored
    from domain.opinions import Opinion, Unasked
    from monitor.app import App
    from monitor.config import Config
    from opinion.transport import Transport
    from store.engine import Store

ASK_WITHIN = timedelta(days=14)
"""How old a finding may be: switching opinions on does not go through the whole archive."""
LONGEST_RUN = 480.0
"""Seconds; within the time that one process keeps others from the same work."""
CLIENT_DOUBT = 0.2
"""From this chance of a clause 2 violation on, a post is not asked about, whatever its finding is about."""


@dataclass(frozen=True, slots=True)
class OpinionReport:
    """What one run did. `stands` count opinions by stand, `problems` why there was none; `unfit` may not be asked."""

    calls: int = 0
    stands: Mapping[Stand, int] = field(default_factory=dict)
    problems: Mapping[str, int] = field(default_factory=dict)
    unfit: int = 0
    ended: str = ""

    @property
    def answered(self) -> int:
        """Opinions that say something."""
        return self.stands.get(Stand.AGREES, 0) + self.stands.get(Stand.DISAGREES, 0)

    def counts(self) -> dict[str, int]:
        """The same as one flat record for the log of runs."""
        by_stand = {stand.value: self.stands.get(stand, 0) for stand in Stand}
        return {"calls": self.calls, "unfit": self.unfit, **by_stand, **self.problems}


@dataclass(frozen=True, slots=True)
class Opining:
    """What a run works with."""

    store: Store
    policy: Policy
    local: Local | None
    bands: Mapping[Clause, tuple[float, float]]
    asker: Asker
    clock: Callable[[], datetime]
    told: str = ""
    """What an account's notice must hold before its posts may go to this model; "" for one at home."""


def opine(app: App, stopping: Callable[[], bool]) -> OpinionReport:
    """Ask about every finding that waits, within the budgets. Raises StoreError alone."""
    table = app.config.opinion
    with open_transport(endpoint_of(app.config), clock=app.clock) as transport:
        asker = asker_of(
            app.config,
            app.policy,
            transport,
            reserve=lambda: app.store.opinions.reserve(app.clock().date(), table.calls_per_day),
            stopping=stopping,
        )
        told = outside_model(app.config)
        return opine_with(Opining(app.store, app.policy, app.local, table.bounds.bands, asker, app.clock, told))


def opine_with(tools: Opining) -> OpinionReport:
    """One run over what waits."""
    stands: Counter[Stand] = Counter()
    problems: Counter[str] = Counter()
    unfit = 0
    for unasked in tools.store.opinions.unasked(tools.bands, tools.clock() - ASK_WITHIN, tools.told):
        question = question_of(unasked, tools.policy, tools.local)
        if question is None:
            unfit += 1
            continue
        opinion = tools.store.opinions.remembered(tools.asker.key(question)) or tools.asker.ask(question)
        if opinion is None:
            break
        if tools.store.opinions.record(unasked.finding_id, opinion, tools.clock()):
            stands[opinion.stand] += 1
            problems.update(_problem(opinion))
    return OpinionReport(tools.asker.calls, stands, problems, unfit, tools.asker.ended)


def _problem(opinion: Opinion) -> Iterator[str]:
    if opinion.stand is Stand.NONE:
        yield opinion.problem or "unsure"


def question_of(unasked: Unasked, policy: Policy, local: Local | None) -> Question | None:
    """The masked question about a stored finding; None where it must not be put. The kept words are judged again.

    None is put about a profile: the question is about a post.
    """
    kept = unasked.kept
    if kept.post.kind is PostKind.PROFILE:
        return None
    words = (kept.post.text, *(medium.alt for medium in kept.post.media))
    if Clause.CONFIDENTIALITY in unasked.others or any(CUT in part for part in words) or not kept.post.published_at:
        return None
    packet = packet_of(kept.post, kept.post.published_at, kept, policy, None)
    return question_about(unasked.clause, packet, judge(packet, policy, local))


def question_about(clause: Clause, packet: Packet, scored: Scored) -> Question | None:
    """The masked question about one clause of one post; None where it must not be put. Pure.

    Not put: clause 2, a post that may tell about a client, one that touches a protected topic, another language.
    """
    if clause not in ASKABLE or scored.language != ENGLISH:
        return None
    if scored.protected or scored.withheld or scored.silenced:
        return None
    client = any(finding.clause is Clause.CONFIDENTIALITY for finding in scored.findings)
    if client or scored.clauses[Clause.CONFIDENTIALITY] >= CLIENT_DOUBT:
        return None
    shown = for_outside(packet, scored)
    return Question(
        clause=clause,
        kind=packet.account_kind,
        licence=packet.licence,
        answers_somebody=packet.is_reply,
        words=shown.text,
        pictures=shown.alts,
    )


def endpoint_of(config: Config) -> Endpoint:
    """Where the configuration says that a model answers."""
    table = config.opinion
    return Endpoint(
        url=table.url,
        api_key=config.opinion_key.get_secret_value(),
        ca_file=config.file.resolve().parent / table.ca_file if table.ca_file else None,
        timeout=float(table.timeout_seconds),
        agreed=table.agreement is not None,
    )


def asker_of(
    config: Config,
    policy: Policy,
    transport: Transport,
    *,
    reserve: Callable[[], bool],
    stopping: Callable[[], bool],
    seconds: float = LONGEST_RUN,
) -> Asker:
    """One run's worth of questions, as the configuration limits them."""
    table = config.opinion
    return Asker(
        transport=transport,
        prompt=compile_prompt(policy),
        model=table.model,
        limits=Limits(retries=table.retries, calls=table.calls_per_run, seconds=seconds),
        reserve=reserve,
        stopping=stopping,
        sleep=time.sleep,
        monotonic=time.monotonic,
    )
