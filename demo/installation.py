"""Sets up a real installation for the invented practice: its files in a folder of its own, nothing else."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from monitor.examples import POLICY, example
from monitor.installation import set_up

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from demo.story import Practice
    from domain.findings import Endorsement


def install(folder: Path, practice: Practice, hosts: Iterable[str], now: datetime) -> Path:
    """Write configuration and policy into an empty `folder`, make key and database; returns the configuration file.

    `hosts` are the "host:port" of the demonstration's own servers, the only private addresses that are opened.
    """
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    config = folder / "config.toml"
    config.write_text(_config(folder, practice, hosts), encoding="utf-8")
    (folder / "policy.toml").write_text(_policy(practice), encoding="utf-8")
    set_up(config, {}, now)
    return config


def _config(folder: Path, practice: Practice, hosts: Iterable[str]) -> str:
    return f"""# The demonstration's configuration, written by `make demo`.
[practice]
time_zone = {_text(practice.time_zone)}
contact = {_text(practice.privacy_officer.email)}
jurisdiction = "Oregon, USA"

[database]
url = "sqlite:///section7.db"

[mail]
transport = "maildir"
sender = "section7@larkspurbend.example"
recipients = [{_text(practice.manager.email)}]
archive_url = {_text((folder.resolve() / "archive").as_uri())}

[politeness]
delay_seconds = 0.0
account_deadline_seconds = 20
workers = 3
allowed_private = [{", ".join(_text(host) for host in sorted(hosts))}]

[logging]
level = "error"
"""


def _policy(practice: Practice) -> str:
    sections = example(POLICY).partition("# The nine sections.")[2]
    endorsements = "\n".join(_endorsement(entry) for entry in practice.endorsements)
    return f"""# The demonstration's policy, written by `make demo`.
[practice]
name = {_text(practice.name)}
aliases = [{", ".join(_text(alias) for alias in practice.aliases)}]

[privacy_officer]
name = {_text(practice.privacy_officer.name)}
email = {_text(practice.privacy_officer.email)}

[clinical_lead]
name = {_text(practice.clinical_lead.name)}
email = {_text(practice.clinical_lead.email)}

[[reviewers]]
name = {_text(practice.privacy_officer.name)}
email = {_text(practice.privacy_officer.email)}

[therapeutic]
mode = "standard"
signposts = [{", ".join(_text(signpost) for signpost in practice.crisis_resources)}]

[register]
speakers = [{", ".join(_text(speaker) for speaker in practice.speakers)}]

{endorsements}
# The nine sections.{sections}"""


def _endorsement(entry: Endorsement) -> str:
    days = [f"{key} = {day}" for key, day in (("from", entry.valid_from), ("to", entry.valid_to)) if day]
    return "\n".join(["[[register.endorsements]]", f"item = {_text(entry.item)}", *days, ""])


def _text(value: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's for what is written here."""
    return json.dumps(value, ensure_ascii=False)
