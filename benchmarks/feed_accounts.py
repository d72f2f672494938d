"""A practice whose accounts are all generated feeds, and one pass over them, as the daemon makes it.

`python -m benchmarks.feed_accounts enrol|pass DATABASE …` is one process of the comparison with others.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from analyzers.policy import parse_policy
from benchmarks.feeds_server import NEWEST
from collectors.base import Politeness
from collectors.http import open_http
from collectors.registry import platforms
from domain.accounts import AccountKind, AccountState, LedgerEvent, Licence, Profile, Proof
from domain.plans import Plan, Verdict
from migrations.upgrade import upgrade
from monitor import run
from monitor.cadence import Cadence
from monitor.examples import POLICY, example
from monitor.packets import pseudonymiser
from monitor.turns import SharedTurns
from store.engine import open_store
from store.tables import accounts, ledger
from vault.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from monitor.run import Collecting, PassReport
    from store.engine import Store

NOW = NEWEST + timedelta(hours=3)
START = NOW - timedelta(days=400)
KEYS = Keyring({"bench": b"b" * 32}, "bench")


def enrol(store: Store, addresses: Sequence[str]) -> None:
    """One account for each feed. The first is enrolled as every account is, the others are copies of its rows."""
    staff = store.staff.add("Ines Calloway", "counselor", Licence.NONE, "ines@example.org", None, None, START)
    profile = Profile("feed", "0", "0", addresses[0], addresses[0])
    one = store.accounts.enroll(
        staff.id,
        AccountKind.PROFESSIONAL,
        profile,
        token="t",
        notice_hash="n" * 64,
        notice_text="n",
        actor="b",
        now=START,
    )
    store.accounts.authorise(
        one.id, proof=Proof.BIO, proof_reference="bio", actor="b", starts_at=START, ends_at=None, now=START
    )
    with store.database.writing() as connection:
        row = connection.execute(select(accounts).where(accounts.c.id == one.id)).mappings().one()
        line = connection.execute(select(ledger).where(ledger.c.event == LedgerEvent.AUTHORISED)).mappings().one()
        others = range(1, len(addresses))
        made = [
            {**row, "id": one.id + n, "platform_id": str(n), "url": addresses[n], "api_base": addresses[n]}
            for n in others
        ]
        assert row["state"] is AccountState.ACTIVE
        if made:
            connection.execute(insert(accounts), made)
            lines = [{**line, "id": line["id"] + n, "account_id": one.id + n} for n in others]
            connection.execute(insert(ledger), lines)


def tools_of(store: Store, http: run.Reader, clock: Callable[[], datetime], workers: int) -> Collecting:
    """What a pass works with: everything, but for a local model and pictures."""
    return run.Collecting(
        store=store,
        platforms=platforms(),
        reader=http,
        policy=parse_policy(example(POLICY), POLICY),
        cadence=Cadence(every=timedelta(hours=24)),
        pseudonym=pseudonymiser(b"k" * 32),
        clock=clock,
        owner="bench",
        lease=timedelta(minutes=7),
        workers=workers,
        key=b"k" * 32,
    )


def one_pass(store: Store, politeness: Politeness, clock: Callable[[], datetime], workers: int) -> PassReport:
    """Read every account that is due."""
    turns = SharedTurns(store.hosts, b"k" * 32)
    with open_http(politeness, clock=clock, turns=turns) as http:
        tools = tools_of(store, http, clock, workers)
        return run.collect_due(tools, stopping=lambda: False, on_visit=lambda _: None)


def gentle(ports: Sequence[int], delay: float = 0.0, **more: float) -> Politeness:
    """Reads these ports of this machine."""
    allowed = frozenset(f"127.0.0.1:{port}" for port in ports)
    polite = Politeness(user_agent="section7-bench", contact="", delay=delay, jitter=0.0, allowed_private=allowed)
    return dataclasses.replace(polite, **more)


def leave_rules_out() -> None:
    """From now on nothing is found in anything: what is left is the reading and the storing."""
    run._judge_all = _unjudged  # noqa: SLF001 - what is left out is the very thing that has no seam


def _unjudged(*given: object) -> tuple[Verdict, ...]:
    """In place of judging: nothing was found in any version of the plan."""
    plan = given[-1]
    assert isinstance(plan, Plan)
    return tuple(Verdict(version) for version in plan.versions)


def main() -> None:
    """Enrol, or make one pass and print how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("enrol", "pass"))
    parser.add_argument("database", type=Path)
    parser.add_argument("--ports", type=json.loads, required=True)
    parser.add_argument("--feeds", type=int, required=True)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--days", type=int, default=0, help="how many days after the first pass this one is")
    parser.add_argument("--unjudged", action="store_true", help="leave the rules out")
    options = parser.parse_args()
    url = f"sqlite:///{options.database}"
    if options.what == "enrol":
        upgrade(url)
    if options.unjudged:
        leave_rules_out()
    store = open_store(url, KEYS)
    if options.what == "enrol":
        ports = options.ports
        enrol(store, [f"http://127.0.0.1:{ports[n % len(ports)]}/{n}.xml" for n in range(options.feeds)])
    else:
        now = NOW + timedelta(days=options.days)
        done = one_pass(store, gentle(options.ports), lambda: now, options.workers)
        outcomes: dict[str, int] = {"new": sum(visit.new for visit in done.visits)}
        for visit in done.visits:
            outcomes[visit.outcome] = outcomes.get(visit.outcome, 0) + 1
        sys.stdout.write(json.dumps(outcomes) + "\n")
    store.close()


if __name__ == "__main__":
    main()
