from __future__ import annotations

import stat

import pytest

from domain.errors import ConfigError
from vault.signing import make_signing_key, new_signing_key, public_file, read_public_key, read_signing_key

CONTENT = b"the head of the log"


def test_a_signature_holds_for_its_content_and_key_alone():
    key, other = new_signing_key(), new_signing_key()
    signature = key.sign(CONTENT)
    assert key.public.verifies(signature, CONTENT)
    assert not key.public.verifies(signature, CONTENT + b".")
    assert not other.public.verifies(signature, CONTENT)
    assert key.public.name != other.public.name


@pytest.mark.parametrize("bit", range(0, 128 * 8, 7))
def test_no_single_bit_of_a_signature_can_be_changed(bit):
    key = new_signing_key()
    signature = bytearray(key.sign(CONTENT).encode())
    signature[bit // 8] ^= 1 << bit % 8
    assert not key.public.verifies(signature.decode("latin-1"), CONTENT)


def test_other_spellings_of_a_signature_are_refused():
    key = new_signing_key()
    signature = key.sign(CONTENT)
    for spelt in (signature.upper(), f" {signature}", signature[:2] + " " + signature[2:], ""):
        assert not key.public.verifies(spelt, CONTENT) or spelt == signature


def test_the_key_is_made_once_for_its_owner_alone_with_the_public_one_beside_it(tmp_path):
    file = tmp_path / "section7.signing"
    assert make_signing_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = read_signing_key(file)
    assert read_public_key(public_file(file).read_text()) == key.public
    assert not make_signing_key(file)
    assert read_signing_key(file).public == key.public
    assert "private" not in repr(key).lower() or "object at" in repr(key)


def test_a_damaged_or_missing_key_is_named_and_never_repeated(tmp_path):
    file = tmp_path / "section7.signing"
    with pytest.raises(ConfigError, match="section7 init"):
        read_signing_key(file)
    make_signing_key(file)
    secret = file.read_text()
    file.write_text(secret[:60] + "!" + secret[61:])
    with pytest.raises(ConfigError, match="something else") as raised:
        read_signing_key(file)
    assert secret.splitlines()[1][:20] not in str(raised.value)


def test_a_public_key_spelt_otherwise_is_refused():
    pem = new_signing_key().public.pem
    assert read_public_key(pem).pem == pem
    for spelt in (pem + "\n", pem.replace("PUBLIC", "public"), pem.replace("\n", "\r\n"), "", "x"):
        with pytest.raises(ValueError, match="not"):
            read_public_key(spelt)
