from __future__ import annotations

import json
import random
import shutil
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select, text, update

from domain.audit import AuditRecord, canonical
from domain.errors import UsageError
from domain.review import Outcome, ReviewState, Step
from monitor.heads import Signing, sign_due
from monitor.record_export import export_record
from monitor.record_files import AUDIT, HEADS, KEY, LISTED, MANIFEST, RECORDS, SIGNATURE, content_of
from monitor.verifying import Kept, verify_export, verify_store
from store.record_tables import audit, audit_heads, reviews
from store.tables import deliveries, digests, findings, ledger, versions
from tests.fakes.written import SECRET, write_record
from tests.store.people import go, opened, user
from vault.signing import SigningKey, new_signing_key

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
FILES = (*LISTED, MANIFEST, SIGNATURE)


@pytest.fixture
def key():
    return new_signing_key()


@pytest.fixture
def written(store, key, tmp_path):
    write_record(store)
    sign_due(Signing(store, key, tmp_path / "heads.jsonl"), NOW)
    store.audit.record(AuditRecord(NOW, "command", "review.viewed", "review:1"))
    return store


@pytest.fixture
def bundle(sqlite_store, key, tmp_path):
    """An export with words, on SQLite alone: what an export is does not depend on the database."""
    write_record(sqlite_store)
    sign_due(Signing(sqlite_store, key, tmp_path / "heads.jsonl"), NOW)
    out = tmp_path / "export"
    export_record(sqlite_store, key, out, actor="command", now=NOW, with_words=True)
    return out


def checked(store, key, **how):
    return verify_store(store, key.public, **how)


def first(verdict):
    assert not verdict.well
    return str(verdict.found.flaws[0])


@contextmanager
def unguarded(store):
    """A transaction of somebody who owns the database, and has removed what guards the log and the ledger."""
    with store.database.writing() as connection:
        if store.database.on_sqlite:
            for name in (
                connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            ):
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET session_replication_role = replica"))
        yield connection


def test_what_was_written_is_well(written, key, tmp_path):
    verdict = checked(written, key, heads_file=tmp_path / "heads.jsonl")
    assert verdict.found.flaws == []
    assert verdict.well
    assert verdict.found.records == {
        "ledger": 5,
        "version": 4,
        "finding": 4,
        "excerpt": 4,
        "digest": 1,
        "delivery": 2,
    }
    assert verdict.found.heads == 1
    assert verdict.found.lines == written.audit.newest().seq


CHANGES = {
    "finding": lambda c: c.execute(update(findings).where(findings.c.id == 1).values(severity=1)),
    "excerpt": lambda c: c.execute(update(findings).where(findings.c.id == 1).values(excerpt="Other words.")),
    "version": lambda c: c.execute(update(versions).where(versions.c.id == 2).values(kept_text="Other words.")),
    "ledger": lambda c: c.execute(update(ledger).where(ledger.c.id == 2).values(actor="Somebody else")),
    "digest": lambda c: c.execute(update(digests).values(content={"findings": []})),
    "delivery": lambda c: c.execute(update(deliveries).where(deliveries.c.id == 1).values(recipient="x@example.org")),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_record_that_was_changed_is_named(written, key, kind):
    with unguarded(written) as connection:
        CHANGES[kind](connection)
    said = first(checked(written, key))
    assert said.startswith(f"{kind} ")
    assert "it was changed after it was written" in said


def test_a_record_that_is_gone_without_a_line_is_named(written, key):
    with unguarded(written) as connection:
        connection.execute(delete(deliveries).where(deliveries.c.id == 2))
    assert first(checked(written, key)) == "delivery 2: it is gone, and the log has no line that erases it"


def test_a_record_that_the_log_does_not_know_is_named(written, key):
    with unguarded(written) as connection:
        row = connection.execute(select(deliveries).where(deliveries.c.id == 1)).one()._asdict()
        connection.execute(insert(deliveries).values(row | {"id": 99, "recipient": "put@in.example"}))
    assert "the log knows nothing of it" in first(checked(written, key))


@pytest.mark.parametrize("change", [{"state": ReviewState.OPEN}, {"outcome": Outcome.PERMITTED}])
def test_a_review_that_stands_elsewhere_than_its_last_step_left_it_is_named(written, key, change):
    review = opened(written)[-1]
    go(written, review, user(written), Step.DISMISS, outcome=Outcome.FALSE_POSITIVE)
    assert checked(written, key).well
    with unguarded(written) as connection:
        connection.execute(update(reviews).where(reviews.c.id == review.id).values(**change))
    assert first(checked(written, key)).startswith(f"review {review.id}: it does not stand where its last step")


def test_words_that_were_erased_and_put_back_are_named(written, key):
    with written.database.reading() as connection:
        erased = [e for e in written.audit.entries() if e.record.event == "finding.erased"]
        assert erased
        row = connection.execute(select(findings).where(findings.c.id == 1)).one()._asdict()
    number = int(next(iter(erased[0].record.details["binds"])).partition(":")[2])
    with unguarded(written) as connection:
        connection.execute(insert(findings).values(row | {"id": number, "detector": "put back"}))
    assert first(checked(written, key)) == f"finding {number}: it is there, and the log says that it was erased"


LINES = {
    "changed": (lambda c: c.execute(update(audit).where(audit.c.seq == 5).values(actor="user:9")), "line 5: its hash"),
    "removed": (lambda c: c.execute(delete(audit).where(audit.c.seq == 5)), "line 5: line 5 is missing"),
    "reordered": (
        lambda c: [
            c.execute(update(audit).where(audit.c.seq == old).values(seq=new))
            for old, new in ((5, 999), (6, 5), (999, 6))
        ],
        "line 5: it does not name the hash",
    ),
    "begun later": (lambda c: c.execute(delete(audit).where(audit.c.seq == 1)), "line 1: line 1 is missing"),
}


@pytest.mark.parametrize("how", LINES)
def test_a_line_of_the_log_that_was_tampered_with_is_named(written, key, how):
    tamper, said = LINES[how]
    with unguarded(written) as connection:
        tamper(connection)
    verdict = checked(written, key)
    assert said in first(verdict)
    assert not verdict.whole


def test_a_log_that_was_cut_short_is_told_by_its_signed_head_or_by_a_kept_hash(written, key):
    last = written.audit.newest()
    with unguarded(written) as connection:
        connection.execute(delete(audit).where(audit.c.seq == last.seq))
    assert checked(written, key).well, "nobody has signed the last line yet"
    assert "no line has the hash" in first(checked(written, key, kept=Kept(last.hash)))
    with unguarded(written) as connection:
        connection.execute(delete(audit).where(audit.c.seq >= last.seq - 2))
    assert "the end of the log is gone" in first(checked(written, key))


def test_a_log_that_was_written_anew_without_the_key_is_told(written, key, tmp_path):
    """Every hash made right again by somebody who owns the database and has no signing key."""
    entries = list(written.audit.entries())
    with unguarded(written) as connection:
        connection.execute(delete(audit))
    for entry in entries:
        changed = AuditRecord(entry.record.at, "user:7", entry.record.event, entry.record.subject, entry.record.details)
        written.audit.record(changed)
    assert "the log was written anew" in first(checked(written, key))
    with unguarded(written) as connection:
        connection.execute(update(audit_heads).values(hash=list(written.audit.entries())[-2].hash))
    assert "its signature is not this installation's" in first(checked(written, key))
    with unguarded(written) as connection:
        connection.execute(delete(audit_heads))
    assert "no line has the hash" in first(checked(written, key, kept=Kept(entries[0].hash)))
    assert "the database has another head" in first(checked(written, key, heads_file=tmp_path / "heads.jsonl"))


@pytest.mark.parametrize("name", ["export", "export.zip"])
@pytest.mark.parametrize("with_words", [True, False])
def test_an_export_is_well_and_holds_words_only_when_asked(written, key, tmp_path, name, with_words):
    out = tmp_path / "out" / name
    done = export_record(written, key, out, actor="command", now=NOW, with_words=with_words)
    verdict = verify_export(out, Kept(done.head, key.public.name))
    assert verdict.found.flaws == []
    assert verdict.found.unopened == (0 if with_words else 9)
    assert verdict.head == done.head
    said = b"".join(file.read_bytes() for file in (out.iterdir() if out.is_dir() else [out]))
    assert (SECRET.encode() in said) is with_words
    assert b"manager@example.org" in said
    with pytest.raises(UsageError, match="nothing is overwritten"):
        export_record(written, key, out, actor="command", now=NOW)
    assert [e.record.event for e in written.audit.entries()][-1] == "export.made"


def test_a_thousand_single_bits_are_all_caught(bundle):
    chance = random.Random(20261120)
    originals = {name: (bundle / name).read_bytes() for name in FILES}
    sizes = [len(originals[name]) for name in FILES]
    for number in range(1000):
        # A third of them in the small files, which chance would hardly meet.
        name = chance.choice(FILES) if number % 3 == 0 else chance.choices(FILES, sizes)[0]
        raw = bytearray(originals[name])
        if not raw:
            continue
        bit = chance.randrange(len(raw) * 8)
        raw[bit // 8] ^= 1 << bit % 8
        (bundle / name).write_bytes(raw)
        verdict = verify_export(bundle)
        assert not verdict.well, f"bit {bit} of {name}"
        assert str(verdict.found.flaws[0])
        (bundle / name).write_bytes(originals[name])
    assert verify_export(bundle).well


def test_single_bits_of_a_zip_archive_are_all_caught(bundle, sqlite_store, key, tmp_path):
    out = tmp_path / "export.zip"
    export_record(sqlite_store, key, out, actor="command", now=NOW)
    original = out.read_bytes()
    chance = random.Random(20261121)
    for _ in range(300):
        raw = bytearray(original)
        bit = chance.randrange(len(raw) * 8)
        raw[bit // 8] ^= 1 << bit % 8
        out.write_bytes(raw)
        assert not verify_export(out).well, f"bit {bit}"
    for tail in (original[:-1], original + b"\0", b""):
        out.write_bytes(tail)
        assert not verify_export(out).well
    out.write_bytes(original)
    assert verify_export(out).well


def test_a_zip_archive_with_something_more_in_it_is_refused(sqlite_store, key, tmp_path):
    out = tmp_path / "export.zip"
    export_record(sqlite_store, key, out, actor="command", now=NOW)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("../outside.txt", "x")
    assert "belongs to no record" in first(verify_export(out))
    assert not (tmp_path / "outside.txt").exists()


def sign_again(folder, key):
    """What somebody does who changed a file and makes the list of digests fit again."""
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"] = {name: content_of(folder / name).to_json() for name in LISTED}
    manifest["key"] = key.public.name
    (folder / KEY).write_text(key.public.pem)
    manifest["files"][KEY] = content_of(folder / KEY).to_json()
    signed = canonical(manifest) + b"\n"
    (folder / MANIFEST).write_bytes(signed)
    (folder / SIGNATURE).write_text(key.sign(signed) + "\n")


def lines_changed(folder, name):
    """Every way to take out, swap, double or cut off lines of a file."""
    lines = (folder / name).read_bytes().splitlines(keepends=True)
    for index in range(len(lines)):
        yield f"{name}: line {index + 1} deleted", [*lines[:index], *lines[index + 1 :]]
        yield f"{name}: line {index + 1} doubled", [*lines[: index + 1], lines[index], *lines[index + 1 :]]
        yield f"{name}: cut off before line {index + 1}", lines[:index]
        if index and lines[index] != lines[index - 1]:
            yield (
                f"{name}: lines {index} and {index + 1} swapped",
                [
                    *lines[: index - 1],
                    lines[index],
                    lines[index - 1],
                    *lines[index + 1 :],
                ],
            )


@pytest.mark.parametrize("name", [AUDIT, HEADS, *RECORDS.values()])
def test_every_line_that_is_taken_out_swapped_doubled_or_cut_off_is_caught(bundle, name):
    original = (bundle / name).read_bytes()
    for what, lines in lines_changed(bundle, name):
        (bundle / name).write_bytes(b"".join(lines))
        assert not verify_export(bundle).well, what
    (bundle / name).write_bytes(original)
    assert verify_export(bundle).well


@pytest.mark.parametrize("name", [AUDIT, *RECORDS.values()])
def test_lines_tampered_with_by_the_keys_own_holder_are_caught_by_what_they_bind(bundle, key, name):
    """Signed again with the right key: chain, heads and bindings still tell, but for the order of records."""
    originals = {each: (bundle / each).read_bytes() for each in FILES}
    for what, lines in lines_changed(bundle, name):
        if "swapped" in what and name != AUDIT:
            continue
        (bundle / name).write_bytes(b"".join(lines))
        sign_again(bundle, key)
        assert not verify_export(bundle).well, what
        for each, raw in originals.items():
            (bundle / each).write_bytes(raw)


def test_an_export_that_somebody_else_signed_is_told_by_the_kept_key(bundle, key):
    sign_again(bundle, new_signing_key())
    assert "somebody else signed this export" in first(verify_export(bundle, Kept(key=key.public.name)))
    assert not verify_export(bundle).well, "the heads in it bear the true key's signature"


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_missing_or_put_in_is_named(bundle, name):
    shutil.copy(bundle / name, bundle / "more.txt")
    assert first(verify_export(bundle)).startswith("more.txt: ")
    (bundle / "more.txt").unlink()
    (bundle / name).unlink()
    assert first(verify_export(bundle)) == f"{name}: it is missing"


def test_the_first_broken_link_is_named_by_file_and_line(bundle):
    lines = (bundle / AUDIT).read_bytes().splitlines(keepends=True)
    lines[6] = lines[6].replace(b'"actor":"section7"', b'"actor":"user:111"')
    (bundle / AUDIT).write_bytes(b"".join(lines))
    assert "audit.jsonl, line 7: its hash does not fit" in first(verify_export(bundle))


def test_there_must_be_an_export_to_check(tmp_path):
    with pytest.raises(UsageError, match="There is no export"):
        verify_export(tmp_path / "nothing")


def test_a_key_shows_nothing_of_itself(key):
    assert isinstance(key, SigningKey)
    assert "Ed25519" not in repr(key)
