"""The import as an administrator meets it on the command line."""

import re
import shutil
from datetime import timedelta

import pytest

from monitor.cli import main
from monitor.clock import utc_now
from tests.fakes.exports import instagram, mastodon, note, picture, zipped

GRAVE = "My client Dana Whitlock, 34, from Elm Street, was admitted to Mercy Hospital on March 3 with bipolar disorder."


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """An installation with one member of staff, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("installation")
    config = ("--config", str(folder / "config.toml"))
    assert main(["init", *config]) == 0
    assert (
        main(["staff", "add", "Tess Arroway", "--role", "counselor", "--email", "tess@larkspurbend.example", *config])
        == 0
    )
    return folder


@pytest.fixture
def section7(installation, tmp_path, capsys, monkeypatch):
    shutil.copytree(installation, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("SECTION7_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words):
        capsys.readouterr()
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def form(tmp_path):
    file = tmp_path / "form.pdf"
    file.write_bytes(b"signed")
    return file


def enrolled(section7, service="mastodon", name="tess@fern.example"):
    code, said, _ = section7("accounts", "enroll", "--imported", service, "--name", name, "--staff", "1")
    assert code == 0
    return said


def export(tmp_path, members, name="export.zip"):
    file = tmp_path / name
    file.write_bytes(zipped(members).getvalue())
    return file


def soon():
    return (utc_now() + timedelta(hours=1)).isoformat()


def test_from_enrolment_to_the_first_finding(section7, tmp_path, form):
    said = enrolled(section7)
    assert "nothing is fetched from the platform" in " ".join(said.split())
    assert "verify 1 --export FILE" in said
    assert section7("accounts", "verify", "1", "--form", form)[0] == 0

    file = export(tmp_path, mastodon(note(1, GRAVE, soon()), note(2, GRAVE, "2020-01-01T00:00:00Z")))
    code, said, _ = section7("import", file, "--account", "1", "--dry-run")
    assert (code, "Whitlock" in said) == (0, False)
    assert "Nothing was stored. This would be:" in said
    assert re.search(r"^ +1 older than the permission", said, re.MULTILINE)

    code, said, err = section7("import", file, "--account", "1")
    assert "Imported (mastodon)." in said
    assert not re.search(r"^ +0 findings", said, re.MULTILINE)
    assert "Whitlock" not in said + err

    _, said, _ = section7("accounts", "list")
    assert "imported:mastodon" in said
    assert "\timport\t" in said
    assert section7("collect")[1].startswith("0 accounts were due")


def test_the_token_in_the_exports_bio_is_enough(section7, tmp_path):
    token = re.search(r"section7-[a-z2-7]{16}", enrolled(section7))[0]
    file = export(tmp_path, mastodon(note(1, "Words")))

    code, _, err = section7("accounts", "verify", "1", "--export", file)
    assert (code, "was not found" in err) == (1, True)
    export(tmp_path, mastodon(note(1, "Words"), bio=token))
    assert section7("accounts", "verify", "1", "--export", file)[0] == 0


def test_proof_must_be_one_and_nothing_is_fetched_for_it(section7, form):
    enrolled(section7)

    assert section7("accounts", "verify", "1")[0] == 2
    assert section7("accounts", "verify", "1", "--form", form, "--export", form)[0] == 2


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--imported", "linkedin"),
        ("--name", "tess"),
        ("--imported", "Linked In", "--name", "tess"),
        ("--imported", "x", "--name", "tess", "ftp://x.example"),
    ],
)
def test_an_enrolment_that_says_too_little_is_wrong_usage(section7, words):
    assert section7("accounts", "enroll", "--staff", "1", *words)[0] == 2


def test_one_file_is_named(section7, form):
    enrolled(section7)

    for words in ((), (form, "--text", form), ("--text", form, "--profile", form)):
        code, _, err = section7("import", *words, "--account", "1")
        assert (code, "Name one file" in err) == (2, True)


def test_pasted_words_are_imported(section7, tmp_path, form):
    enrolled(section7, "psychology-today", "tess-arroway")
    section7("accounts", "verify", "1", "--form", form)
    posts, profile = tmp_path / "posts.txt", tmp_path / "profile.txt"
    posts.write_text(f"date: {soon()}\n{GRAVE}\n")
    profile.write_text("I help couples.\n")

    assert "Imported (text)." in section7("import", "--text", posts, "--account", "1")[1]
    assert "Imported (profile)." in section7("import", "--profile", profile, "--account", "tess-arroway")[1]


def test_a_refusal_says_why_and_repeats_no_word(section7, tmp_path, form):
    enrolled(section7)
    section7("accounts", "verify", "1", "--form", form)
    file = tmp_path / "words.txt"
    file.write_text(GRAVE)
    code, said, err = section7("import", file, "--account", "1")

    assert (code, said) == (1, "")
    assert "for pasted words use --text" in err
    assert "Whitlock" not in err


def test_what_tells_no_audience_is_asked_about(section7, tmp_path, form):
    enrolled(section7, "instagram", "tess")
    section7("accounts", "verify", "1", "--form", form)
    at = int((utc_now() + timedelta(hours=1)).timestamp())
    file = export(tmp_path, instagram(picture("Words", at), private=None))

    assert "--all-public" in section7("import", file, "--account", "1")[1]
    said = section7("import", file, "--account", "1", "--all-public")[1]
    assert re.search(r"^ +1 posts are the owner's own and public", said, re.MULTILINE)


def test_a_stop_and_a_withdrawal_refuse_an_import(section7, tmp_path, form):
    enrolled(section7)
    section7("accounts", "verify", "1", "--form", form)
    file = export(tmp_path, mastodon(note(1, GRAVE, soon())))
    section7("accounts", "withdraw", "1", "--yes")
    code, _, err = section7("import", file, "--account", "1")
    assert (code, "no active authorisation" in err) == (1, True)

    assert section7("stop", "--reason", "A check.")[0] == 0
    code, _, err = section7("import", file, "--account", "1")
    assert (code, "stopped" in err) == (1, True)


def test_other_verbs_know_an_imported_account(section7, form):
    enrolled(section7)
    section7("accounts", "verify", "1", "--form", form)

    assert section7("accounts", "retry", "1")[0] == 2
    assert section7("accounts", "pause", "1")[0] == 0
    assert "takes imports again" in section7("accounts", "resume", "1")[1]
