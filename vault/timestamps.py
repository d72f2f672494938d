"""Time stamps by somebody else (RFC 3161), with the extra "timestamp": that a head was there at a time.

A time-stamping authority is sent a hash and nothing else. Its answer is kept whole, so that the authority's certificate
chain can be checked years later.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from cryptography import x509

from domain.errors import UsageError

try:
    import rfc3161_client as rfc3161
except ImportError:  # the extra is not installed
    rfc3161 = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
_GRANTED = (0, 1)


def installed() -> bool:
    """Whether the extra is there."""
    return rfc3161 is not None


def query_for(content: bytes) -> bytes:
    """The request for a time stamp over `content`: its SHA-256 and a random number.

    Raises UsageError without the extra.
    """
    _require()
    builder = rfc3161.TimestampRequestBuilder().data(content).hash_algorithm(rfc3161.HashAlgorithm.SHA256)
    return bytes(builder.cert_request(cert_request=True).build().as_bytes())


def stamp_in(reply: bytes, query: bytes) -> str:
    """The answer as it is kept, in base64. Raises UsageError unless it grants exactly what was asked for."""
    _require()
    try:
        answer = rfc3161.decode_timestamp_response(reply)
        granted = answer.status in _GRANTED
        # The imprint stands byte for byte in the request (RFC 3161 section 2.4.1).
        same = granted and bytes(answer.tst_info.message_imprint.message) in query
    except ValueError as error:
        raise UsageError("The time-stamping authority's answer cannot be read.") from error
    if not same:
        raise UsageError("The time-stamping authority refused, or stamped something else.")
    return base64.b64encode(reply).decode()


def stamped_at(stamp: str, content: bytes, roots: Sequence[str]) -> datetime:
    """When `content` was stamped, as a chain of certificates up to one of `roots` (PEM) vouches for.

    Raises UsageError when it does not hold.
    """
    _require()
    builder = rfc3161.VerifierBuilder()
    try:
        for certificate in x509.load_pem_x509_certificates("\n".join(roots).encode()):
            builder = builder.add_root_certificate(certificate)
        answer = rfc3161.decode_timestamp_response(base64.b64decode(stamp, validate=True))
        builder.build().verify_message(answer, content)
    except (ValueError, rfc3161.VerificationError) as error:
        raise UsageError(f"The time stamp does not hold: {error}.") from error
    return answer.tst_info.gen_time


def _require() -> None:
    if rfc3161 is None:
        raise UsageError('Time stamps need the extra "timestamp": pip install section7[timestamp].')
