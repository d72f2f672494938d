"""Files that were made to do harm, and what is never opened."""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib

import pytest

from collectors import import_files
from collectors.import_files import open_members, top_folder
from collectors.import_format import PLAIN
from collectors.import_registry import formats, read_export
from domain.errors import ImportRefused
from tests.fakes.exports import (
    HANDING,
    SECRET,
    instagram,
    linkedin,
    mastodon,
    note,
    picture,
    share,
    tarred,
    tweet,
    x_archive,
    zipped,
)

ALL = {
    "mastodon": mastodon(note(1, "Words")),
    "x": x_archive(tweet(1, "Words")),
    "instagram": instagram(picture("Words")),
    "linkedin": linkedin(share(1, "Words")),
}


def anything(_: str) -> bool:
    return True


def spoilt(members):
    """A zip in which opening any member that holds SECRET is an error: its check sum is wrong."""
    file = zipped(members, zipfile.ZIP_STORED)
    body = file.getvalue()
    assert body.count(SECRET.encode()) == sum(content == SECRET for content in members.values()) > 0
    return io.BytesIO(body.replace(SECRET.encode(), SECRET.upper().encode()))


@pytest.mark.parametrize("service", sorted(ALL))
def test_messages_contacts_and_advertising_are_never_opened(service):
    assert [post.text for post in read_export(spoilt(ALL[service]), service, HANDING)[1].posts] == ["Words"]


@pytest.mark.parametrize("service", sorted(ALL))
def test_no_format_asks_for_a_member_that_is_private(service):
    private = [name for name, content in ALL[service].items() if content == SECRET]

    assert private
    for one in formats().values():
        assert not [name for name in private if one.members.fullmatch(name)]


def test_the_guard_of_these_tests_works():
    members = open_members(spoilt(ALL["x"]), anything)

    with pytest.raises(ImportRefused, match="damaged"):
        members.read("data/direct-messages.js")


@pytest.mark.parametrize("service", sorted(ALL))
def test_a_file_in_a_folder_of_its_own_is_read_the_same(service):
    inside = {f"export-2026/{name}": content for name, content in ALL[service].items()}
    inside["__MACOSX/._export-2026"] = "x"

    assert (
        read_export(zipped(inside), service, HANDING)[1].posts
        == read_export(zipped(ALL[service]), service, HANDING)[1].posts
    )


@pytest.mark.parametrize(
    ("names", "top"),
    [
        (["a/b", "a/c/d"], "a/"),
        (["a/b", "c/d"], ""),
        (["a/b", "c"], ""),
        (["../b", "../c"], ""),
        (["./b"], ""),
        (["/etc/passwd"], ""),
        ([], ""),
    ],
)
def test_the_top_folder_is_the_one_that_all_are_in(names, top):
    assert top_folder(names) == top


@pytest.mark.parametrize("prefix", ["../", "/", "..\\", "a/../", "C:\\"])
def test_names_that_step_out_are_names_of_nothing(prefix):
    strange = {f"{prefix}{name}": content for name, content in ALL["mastodon"].items()} | {"other": "x"}

    with pytest.raises(ImportRefused, match="no export"):
        read_export(zipped(strange), "mastodon", HANDING)


def test_a_member_that_grows_out_of_proportion_is_refused():
    bomb = zipped(mastodon() | {"outbox.json": b" " * 60_000_000})

    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(ImportRefused, match="proportion"):
        read_export(bomb, "mastodon", HANDING)


def test_a_member_that_lies_about_its_size_is_stopped_while_it_is_read(monkeypatch):
    monkeypatch.setattr(import_files, "MOST_BYTES", 1_000_000)
    body = zipped(mastodon() | {"outbox.json": b"ab" * 1_000_000}, zipfile.ZIP_DEFLATED).getvalue()
    lying = io.BytesIO(body.replace(struct.pack("<L", 2_000_000), struct.pack("<L", 10)))

    with pytest.raises(ImportRefused):
        read_export(lying, "mastodon", HANDING)


def test_all_members_together_are_bounded(monkeypatch):
    monkeypatch.setattr(import_files, "MOST_IN_ALL", 1_000)

    with pytest.raises(ImportRefused, match="together"):
        read_export(zipped(x_archive(tweet(1, "a" * 900))), "x", HANDING)


def test_a_long_list_of_members_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(import_files, "MOST_DIRECTORY", 100)

    with pytest.raises(ImportRefused, match="list of members"):
        read_export(zipped(ALL["x"]), "x", HANDING)


def test_a_long_list_is_found_in_a_large_archives_own_record_too(monkeypatch):
    body = zipped(ALL["x"]).getvalue()
    end = body.rfind(b"PK\x05\x06")
    *_, size, place, comment = struct.unpack_from("<4s4H2LH", body, end)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 2**40, place)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, comment)
    assert size < import_files.MOST_DIRECTORY

    with pytest.raises(ImportRefused, match="list of members"):
        open_members(io.BytesIO(body[:end] + record + locator + tail), anything)


def test_many_members_are_refused(monkeypatch):
    monkeypatch.setattr(import_files, "MOST_MEMBERS", 3)

    for pack in (zipped, tarred):
        with pytest.raises(ImportRefused, match="more than 3 members"):
            read_export(pack({f"{number}": "x" for number in range(9)}), "mastodon", HANDING)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused():
    double = io.BytesIO()
    with zipfile.ZipFile(double, "w") as archive:
        for name in ("actor.json", "outbox.json", "outbox.json"):
            archive.writestr(name, ALL["mastodon"][name])
    double.seek(0)

    with pytest.raises(ImportRefused, match="two members"):
        read_export(double, "mastodon", HANDING)
    with pytest.raises(ImportRefused, match="two members"):
        read_export(tarred({"outbox.json": "{}", "./outbox.json": "{}"}), "mastodon", HANDING)


def test_a_locked_archive_is_told_apart():
    body = bytearray(zipped(ALL["mastodon"]).getvalue())
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = body.find(mark)
        while at >= 0:
            body[at + place] |= 1
            at = body.find(mark, at + 4)

    with pytest.raises(ImportRefused, match="password"):
        read_export(io.BytesIO(bytes(body)), "mastodon", HANDING)


def test_a_packing_that_is_not_read_is_told_apart():
    with pytest.raises(ImportRefused, match="packed in a way"):
        read_export(zipped(ALL["mastodon"], zipfile.ZIP_LZMA), "mastodon", HANDING)


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("share_of_it", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_off_is_refused(pack, share_of_it):
    body = pack(ALL["mastodon"]).getvalue()

    with pytest.raises(ImportRefused):
        read_export(io.BytesIO(body[: int(len(body) * share_of_it)]), "mastodon", HANDING)


def test_every_damaged_byte_is_refused_or_harmless():
    for pack in (zipped, tarred):
        body = pack(ALL["mastodon"]).getvalue()
        for place in range(0, len(body), 7):
            changed = body[:place] + bytes([body[place] ^ 0xFF]) + body[place + 1 :]
            try:
                read_export(io.BytesIO(changed), "mastodon", HANDING)
            except ImportRefused:
                continue


def test_a_gzip_bomb_is_stopped_while_it_is_unpacked():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b"\0" * 1_000_000
    head = tarfile.TarInfo("media/1.png")
    head.size = 200_000_000
    bomb = packer.compress(head.tobuf()) + b"".join(packer.compress(zeros) for _ in range(200)) + packer.flush()

    assert len(bomb) < 300_000
    with pytest.raises(ImportRefused, match="proportion"):
        read_export(io.BytesIO(bomb), "mastodon", HANDING)


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_a_header_that_claims_to_be_endless_is_not_read(kind):
    head = tarfile.TarInfo("x")
    head.type, head.size = kind, 50_000_000
    body = gzip.compress(head.tobuf(tarfile.GNU_FORMAT) + b"\0" * 50_000_000)

    with pytest.raises(ImportRefused, match="header"):
        read_export(io.BytesIO(body), "mastodon", HANDING)


def test_links_and_devices_in_a_tar_are_no_members():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo("outbox.json")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    file.seek(0)

    assert open_members(file, anything).names == frozenset()


def test_a_file_that_is_no_archive_has_one_member_without_a_name():
    members = open_members(io.BytesIO(b"words"), anything)

    assert (members.names, members.read(PLAIN)) == ({PLAIN}, b"words")
    with pytest.raises(ImportRefused):
        members.read("other")


def test_a_file_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(import_files, "MOST_BYTES", 10)

    with pytest.raises(ImportRefused, match="longer"):
        open_members(io.BytesIO(b"a" * 11), anything).read(PLAIN)


def test_nothing_is_written_to_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for service, members in ALL.items():
        read_export(zipped(members), service, HANDING)
    read_export(tarred(ALL["mastodon"]), "mastodon", HANDING)

    assert list(tmp_path.iterdir()) == []
