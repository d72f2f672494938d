"""The archive's folder: whole pages or none, nothing of others touched, quick to write again."""

from __future__ import annotations

import contextlib
import json
import resource
import shutil
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import ArchiveError
from reports.archive import MANIFEST, ArchiveReport, write_archive
from tests.reports.samples import NOW, content, digest, many, quiet

ROOT = Path(__file__).parents[2]


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextlib.contextmanager
def full_disk(size):
    """No file may grow beyond `size` bytes; the system then answers as it does for a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_second_run_writes_nothing(tmp_path):
    first = write_archive(content(), tmp_path / "archive")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "archive").rglob("*.html")}
    second = write_archive(content(), tmp_path / "archive")
    assert first.written == len(files(tmp_path / "archive")) - 1
    assert second == ArchiveReport(written=0, unchanged=first.written, removed=0)
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "archive").rglob("*.html")}


def test_a_new_week_leaves_old_weeks_alone(tmp_path):
    write_archive(content(quiet(46)), tmp_path)
    report = write_archive(content(quiet(46), digest(47)), tmp_path)
    old = (tmp_path / "weeks" / "2026-W46.html").stat().st_mtime_ns
    new = (tmp_path / "weeks" / "2026-W47.html").stat().st_mtime_ns
    assert old < new
    assert report.unchanged >= 1


def test_a_page_that_somebody_changed_is_put_right(tmp_path):
    write_archive(content(), tmp_path)
    page = tmp_path / "index.html"
    good = page.read_bytes()
    page.write_bytes(good[: len(good) // 2])
    assert write_archive(content(), tmp_path).written == 1
    assert page.read_bytes() == good


def test_only_the_owner_may_read(tmp_path):
    folder = tmp_path / "deep" / "archive"
    write_archive(content(), folder)
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_an_empty_folder_that_others_could_read_is_shut(tmp_path):
    (tmp_path / "archive").mkdir(mode=0o755)
    write_archive(content(), tmp_path / "archive")
    assert stat.S_IMODE((tmp_path / "archive").stat().st_mode) == 0o700


def test_pages_that_are_no_longer_made_are_removed(tmp_path):
    write_archive(content(digest(47), digest(45, findings=many(450))), tmp_path)
    assert (tmp_path / "weeks" / "2026-W45-3.html").exists()
    report = write_archive(content(digest(47)), tmp_path)
    assert not list((tmp_path / "weeks").glob("2026-W45*"))
    assert report.removed >= 3
    assert set(json.loads((tmp_path / MANIFEST).read_text())["files"]) == set(files(tmp_path)) - {MANIFEST}


def test_what_others_put_there_stays(tmp_path):
    (tmp_path / "weeks").mkdir()
    (tmp_path / "weeks" / "notes.html").write_text("mine")
    (tmp_path / "robots.txt").write_text("mine too")
    write_archive(content(), tmp_path)
    write_archive(content(quiet()), tmp_path)
    assert (tmp_path / "weeks" / "notes.html").read_text() == "mine"
    assert (tmp_path / "robots.txt").read_text() == "mine too"


@pytest.mark.parametrize(
    "path", ["../outside.html", "/etc/outside", "weeks/../../outside.html", "other/page.html", "a/b/c"]
)
def test_a_forged_manifest_removes_nothing_outside(tmp_path, path):
    folder = tmp_path / "archive"
    write_archive(content(), folder)
    (tmp_path / "outside.html").write_text("mine")
    (folder / "other").mkdir()
    (folder / "other" / "page.html").write_text("mine")
    (folder / MANIFEST).write_text(json.dumps({"files": {path: "0"}}))
    write_archive(content(), folder)
    assert (tmp_path / "outside.html").exists()
    assert (folder / "other" / "page.html").exists()


@pytest.mark.parametrize(
    "broken", ["", "{", "[]", '{"files": 3}', '"files"', '{"files": {"weeks/x.html": 1}}', "\ufeff{}"]
)
def test_a_broken_manifest_is_written_anew(tmp_path, broken):
    write_archive(content(), tmp_path)
    good = (tmp_path / MANIFEST).read_text()
    (tmp_path / MANIFEST).write_text(broken)
    write_archive(content(), tmp_path)
    assert (tmp_path / MANIFEST).read_text() == good


def test_a_full_disk_leaves_the_old_archive_as_it_was(tmp_path):
    write_archive(content(digest(46)), tmp_path)
    before = files(tmp_path)
    # The newest week comes first: its draft is there when the next page does not fit.
    grown = content(digest(46), digest(47, findings=many(150)), quiet(48))
    with full_disk(60_000), pytest.raises(ArchiveError, match="cannot be written"):
        write_archive(grown, tmp_path)
    assert files(tmp_path) == before
    write_archive(grown, tmp_path)
    assert (tmp_path / "weeks" / "2026-W47.html").exists()


def test_pages_of_a_run_that_broke_off_are_known_to_the_next(tmp_path):
    write_archive(content(quiet(46)), tmp_path)
    (tmp_path / "about.html").unlink()
    (tmp_path / "about.html" / "in the way").mkdir(parents=True)
    with pytest.raises(ArchiveError):
        write_archive(content(quiet(46), quiet(47)), tmp_path)
    assert (tmp_path / "weeks" / "2026-W47.html").exists()
    shutil.rmtree(tmp_path / "about.html")
    write_archive(content(quiet(46)), tmp_path)
    assert not (tmp_path / "weeks" / "2026-W47.html").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "archive").write_text("a file")
    with pytest.raises(ArchiveError, match="archive cannot be written"):
        write_archive(content(), tmp_path / "archive")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "weeks").write_text("a file")
    with pytest.raises(ArchiveError):
        write_archive(content(), tmp_path / "other")


def test_an_archive_error_names_no_words_of_a_post(tmp_path):
    with full_disk(1000), pytest.raises(ArchiveError) as failed:
        write_archive(content(), tmp_path)
    assert "beagle" not in str(failed.value)


WRITER = """
import sys
from pathlib import Path
from reports.archive import write_archive
from tests.reports.samples import content, digest, many
first, second = (content(digest(47, findings=many(1000, first=start))) for start in (1000, 9000))
write_archive(first, Path(sys.argv[1]))
while True:
    print("again", flush=True)
    write_archive(second, Path(sys.argv[1]))
    write_archive(first, Path(sys.argv[1]))
"""


def test_a_killed_writer_leaves_whole_pages(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT)
    with process:
        assert process.stdout.readline() == b"again\n"
        assert process.stdout.readline() == b"again\n"
        process.send_signal(signal.SIGKILL)
    pages = list(tmp_path.rglob("*.html"))
    assert (tmp_path / "index.html") in pages
    assert all(page.read_bytes().endswith(b"</html>\n") for page in pages)
    write_archive(content(), tmp_path)
    assert set(files(tmp_path)) == set(json.loads((tmp_path / MANIFEST).read_text())["files"]) | {MANIFEST}


def test_drafts_of_a_killed_writer_are_cleared(tmp_path):
    write_archive(content(), tmp_path)
    (tmp_path / "weeks" / ".abc.section7-draft").write_text("half")
    write_archive(content(), tmp_path)
    assert not list(tmp_path.rglob(".*"))


def test_the_time_of_making_changes_the_entrance_alone(tmp_path):
    write_archive(content(), tmp_path)
    later = replace(content(), made_at=NOW.replace(hour=20))
    assert write_archive(later, tmp_path).written == 1
