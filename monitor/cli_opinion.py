"""What `section7 evaluate --with-opinion` needs: the configured model, asked without a database."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from analyzers.policy import load_policy
from domain.errors import UsageError
from monitor.clock import utc_now
from monitor.config import load_config
from monitor.opinion_quality import measure
from monitor.opinions import asker_of, endpoint_of
from opinion.transport import open_transport

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from analyzers.packets import Labelled
    from domain.findings import Scored
    from monitor.opinion_quality import OpinionQuality


def require_model(config: Path) -> None:
    """Raises UsageError, before anything is scored, unless the configuration switches second opinions on."""
    if not config.exists() or not load_config(config, os.environ).opinion.enabled:
        raise UsageError(f"--with-opinion needs a configuration with opinion.enabled = true; {config} has none.")


def measure_model(pairs: Iterable[tuple[Labelled, Scored]], config: Path) -> OpinionQuality:
    """Ask the configured model about the findings in its bands, at most `opinion.calls_per_run` times.

    The day's budget is the monitor's and is not touched. Raises what `load_config` and `load_policy` raise.
    """
    loaded = load_config(config, os.environ)
    loaded.require_signed(utc_now())
    with open_transport(endpoint_of(loaded), clock=utc_now) as transport:
        asker = asker_of(
            loaded,
            load_policy(loaded.policy),
            transport,
            reserve=lambda: True,
            stopping=lambda: False,
            seconds=math.inf,
        )
        return measure(pairs, loaded.opinion.bounds.bands, asker)
