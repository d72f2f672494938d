from __future__ import annotations

import pytest

from domain.errors import UsageError
from vault.passphrase import open_with, seal_with

WORDS = "five maples by the old mill"


def test_what_was_sealed_opens_with_its_passphrase_alone():
    sealed = seal_with(WORDS, b"the keys")
    assert b"the keys" not in sealed
    assert open_with(WORDS, sealed) == b"the keys"
    assert seal_with(WORDS, b"the keys") != sealed
    with pytest.raises(UsageError, match="another one"):
        open_with(WORDS + ".", sealed)


@pytest.mark.parametrize("place", [0, 20, 35, -1])
def test_what_was_changed_does_not_open(place):
    sealed = bytearray(seal_with(WORDS, b"the keys"))
    sealed[place] ^= 1
    with pytest.raises(UsageError):
        open_with(WORDS, bytes(sealed))


def test_a_short_passphrase_and_other_bytes_are_refused():
    with pytest.raises(UsageError, match="12 characters"):
        seal_with("short", b"x")
    with pytest.raises(UsageError, match="no form"):
        open_with(WORDS, b"s7-passphrase-1\nx")
