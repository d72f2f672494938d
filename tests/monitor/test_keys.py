from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.archive import Sight, Wanted
from domain.errors import UsageError
from monitor.keys import key_lines, rotate
from monitor.verifying import verify_store
from store.columns import give_keyring
from tests.fakes.keys import KEYRING
from tests.fakes.written import write_record
from vault.files import read_keyring, with_new_key, write_keyring
from vault.keyring import Keyring
from vault.signing import new_signing_key

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


class KilledError(Exception):
    pass


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "section7.keyring"
    write_keyring(file, KEYRING)
    return file


def clock():
    return NOW


def die():
    raise KilledError


def test_a_rotation_seals_everything_anew_and_keeps_the_old_key(store, file):
    write_record(store)
    texts = store.sealing.by_key()["k0001"]
    done = rotate(store, file, clock)
    assert (done.key, done.resealed, done.left, done.dropped) == ("k0002", texts, 0, ())
    assert store.sealing.by_key() == {"k0002": texts}
    assert set(read_keyring(file).keys) == {"k0001", "k0002"}
    assert verify_store(store, new_signing_key().public).well


def test_a_rotation_that_was_killed_is_completed_with_the_same_new_key(store, file):
    write_record(store)
    with pytest.raises(KilledError):
        rotate(store, file, clock, between=die)
    halfway = store.sealing.by_key()
    assert set(halfway) == {"k0001", "k0002"}
    give_keyring(store.database.engine.dialect, read_keyring(file))
    assert rotate(store, file, clock).key == "k0002"
    assert set(store.sealing.by_key()) == {"k0002"}
    assert [e.record.event for e in store.audit.entries()].count("key.rotated") == 1


def test_a_rotation_that_was_killed_after_the_key_was_written_loses_nothing(store, file):
    write_record(store)
    write_keyring(file, with_new_key(KEYRING))
    done = rotate(store, file, clock)
    assert (done.key, done.left) == ("k0002", 0)
    assert set(store.sealing.by_key()) == {"k0002"}


def test_old_keys_leave_the_ring_at_the_end_and_names_are_never_given_twice(store, file):
    write_record(store)
    assert rotate(store, file, clock, drop_old=True).dropped == ("k0001",)
    assert set(read_keyring(file).keys) == {"k0002"}
    assert rotate(store, file, clock, drop_old=True).key == "k0003"
    assert len(list(store.findings.all())) > 0
    assert verify_store(store, new_signing_key().public).well


def test_a_key_that_is_still_needed_stays_on_the_ring(store, file):
    write_record(store)
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE versions SET kept_text = 's7:1:k0001:AAAA' WHERE id = 2")
    with pytest.raises(UsageError, match="still sealed with k0001"):
        rotate(store, file, clock, drop_old=True)
    assert set(read_keyring(file).keys) == {"k0001", "k0002"}


def test_search_finds_words_after_a_rotation(store, file):
    write_record(store)
    sight = Sight(now=NOW)
    asked = Wanted(words="turned red")
    found = store.search.count(asked, sight)
    assert found > 0
    rotate(store, file, clock)
    assert store.search.count(asked, sight) == found


def test_keys_are_shown_by_name_age_and_number_of_texts(store, file):
    write_record(store)
    texts = store.sealing.by_key()["k0001"]
    rotate(store, file, clock)
    old, new = key_lines(store, file)
    assert (old.name, old.made_at, old.texts, old.current, old.lost) == ("k0001", None, 0, False, False)
    assert (new.name, new.made_at, new.texts, new.current, new.lost) == ("k0002", NOW, texts, True, False)
    write_keyring(file, Keyring({"k0003": b"3" * 32}, "k0003"))
    assert {line.name: line.lost for line in key_lines(store, file)} == {"k0002": True, "k0003": False}
    assert KEYRING.keys["k0001"].hex() not in repr(key_lines(store, file))


def test_a_rotation_with_a_lost_key_says_so_and_does_what_it_can(store, file):
    write_record(store)
    texts = store.sealing.by_key()["k0001"]
    lost = Keyring({"k0005": b"5" * 32}, "k0005")
    write_keyring(file, lost)
    give_keyring(store.database.engine.dialect, lost)
    done = rotate(store, file, clock, drop_old=True)
    assert (done.resealed, done.left) == (0, texts)
    assert "'k0001' is not on the keyring" in done.unopened[0]
    assert set(read_keyring(file).keys) == {done.key}
