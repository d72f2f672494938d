from __future__ import annotations


def test_a_migrated_database_fits_this_program(store):
    store.check_schema()
