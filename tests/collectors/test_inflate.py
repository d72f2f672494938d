import gzip
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.inflate import Caps, is_gzip, read_body
from domain.errors import Malformed, TooLarge, WrongContent

CAPS = Caps(wire=5_000_000, body=10_000_000)


def pieces(data, size=1000):
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip", "gzip,br", "compress", "utf-8"])
def test_other_codings_and_several_are_refused(coding):
    with pytest.raises(WrongContent):
        is_gzip(coding)


@pytest.mark.parametrize(
    ("coding", "gzipped"),
    [("", False), ("identity", False), ("GZIP", True), ("x-gzip", True), ("gzip, identity", True)],
)
def test_gzip_or_nothing(coding, gzipped):
    assert is_gzip(coding) is gzipped


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.integers(1, 60))
def test_gzip_round_trips_however_it_is_cut_and_however_many_members(parts, size):
    packed = b"".join(gzip.compress(part) for part in parts)
    assert read_body(pieces(packed, size), "gzip", CAPS) == b"".join(parts)


def test_plain_bodies_pass():
    assert read_body([b"ab", b"", b"c"], "", CAPS) == b"abc"
    assert read_body([], "identity", CAPS) == b""


def test_a_bomb_is_stopped_before_it_takes_memory():
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            read_body(pieces(bomb, 65_536), "gzip", CAPS)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 33_000_000


def test_exactly_the_cap_passes_and_one_byte_more_does_not():
    assert len(read_body([gzip.compress(bytes(1000))], "gzip", Caps(5000, 1000))) == 1000
    for body, coding in ((gzip.compress(bytes(1001)), "gzip"), (bytes(1001), "")):
        with pytest.raises(TooLarge):
            read_body([body], coding, Caps(5000, 1000))


def test_the_wire_cap_counts_compressed_bytes():
    with pytest.raises(TooLarge):
        read_body([b"x" * 600, b"x" * 600], "", Caps(1000, 5000))


def test_a_body_may_be_cut_instead():
    assert read_body([gzip.compress(b"ab" * 1000)], "gzip", Caps(5000, 3, cut=True)) == b"aba"


@pytest.mark.parametrize("cut", [0, 1, 9, 12, -1, -8])
def test_truncated_gzip_is_malformed(cut):
    with pytest.raises(Malformed):
        read_body([gzip.compress(b"words " * 50)[:cut]], "gzip", CAPS)


@pytest.mark.parametrize(
    "body", [b"not gzip", gzip.compress(b"a", mtime=0) + b"tail", gzip.compress(b"", mtime=0) * 17, b"<html>"]
)
def test_damaged_gzip_is_malformed(body):
    with pytest.raises(Malformed):
        read_body([body], "gzip", CAPS)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_gzip_are_malformed_whatever_they_are(data):
    with pytest.raises(Malformed):
        read_body([b"\x1f" + data[:1].replace(b"\x8b", b"x") + data], "gzip", CAPS)
