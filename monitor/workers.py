"""What the console's processes share besides the database: one count of what strangers send, in memory alone.

The process that keeps the others going holds it, and they ask it over a socket of this machine that wants a key which
only they were given (multiprocessing.managers; the key is compared by HMAC). So a limit holds for all of them together,
and still nothing about where something came from is written down.
"""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing import current_process, parent_process
from multiprocessing.managers import BaseManager
from typing import TYPE_CHECKING, cast

from console.flood import Flood

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.flood import Counting

_EXPOSED = ("lets_in",)


def shared_flood() -> str:
    """Keep one count, for as long as this process lasts, for those that it starts; the address to ask it at."""
    flood = Flood()

    class Holder(BaseManager):
        """Holds the count."""

    Holder.register("flood", callable=lambda: flood, exposed=_EXPOSED)
    server = Holder(authkey=current_process().authkey).get_server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return str(server.address)


def flood_at(address: str) -> Counting:
    """The count that another process keeps. Asked in vain, it raises OSError or EOFError."""

    class Asking(BaseManager):
        """Asks for the count."""

    Asking.register("flood", exposed=_EXPOSED)
    manager = Asking(address=address, authkey=current_process().authkey)
    manager.connect()
    return cast("Counting", manager.flood())  # type: ignore[attr-defined]  # made by `register`


def end_with_parent() -> None:
    """Stop this process, as SIGTERM would, when the one that started it is gone: nobody else would."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_outlive, args=[parent.join], daemon=True).start()


def _outlive(join: Callable[[], None]) -> None:
    join()
    os.kill(os.getpid(), signal.SIGTERM)
