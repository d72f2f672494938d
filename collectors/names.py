"""Reads DNS TXT records, which say whose a Bluesky handle is. dnspython is known here only."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import dns.exception
import dns.name
import dns.resolver

from domain.errors import TimedOut, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Lookup: TypeAlias = "Callable[[str, float], Sequence[str]]"
"""From a name and the seconds there are, to its records."""
_NOTHING_THERE = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong, dns.name.EmptyLabel)
_NOT_A_NAME = (dns.name.NameTooLong, dns.name.BadEscape, dns.name.IDNAException, UnicodeError)
_MOST_RECORDS = 50


def txt_records(name: str, patience: float) -> Sequence[str]:
    """The TXT records of a name as text, their parts joined (RFC 7208 section 3.3 reads them so); none is empty.

    A name that does not exist, or cannot, has none. Raises Unreachable when no server answers and TimedOut after
    `patience` seconds.
    """
    try:
        answer = dns.resolver.Resolver().resolve(name, "TXT", lifetime=patience, search=False)
    except (*_NOTHING_THERE, *_NOT_A_NAME):
        return ()
    except dns.exception.Timeout as error:
        raise TimedOut("no name server answered in time") from error
    except (dns.exception.DNSException, OSError) as error:
        raise Unreachable("the name could not be looked up") from error
    records = (b"".join(record.strings).decode("utf-8", "replace") for record in list(answer)[:_MOST_RECORDS])
    return tuple(record for record in records if record)
