"""A keyring for tests: fixed, so that a database can be opened again."""

from __future__ import annotations

from vault.keyring import KEY_BYTES, Keyring

KEYRING = Keyring({"k0001": bytes(range(KEY_BYTES))}, "k0001")
