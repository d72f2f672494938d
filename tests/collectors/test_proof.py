from __future__ import annotations

import pytest

from collectors.proof import well_known
from domain.accounts import Proof
from domain.errors import RobotsDisallow, TimedOut
from tests.fakes.http import FakeHttp, answer

FILE = "https://fern-street.example/.well-known/section7.txt"


@pytest.mark.parametrize("site", ["https://fern-street.example", "https://fern-street.example/author/dana/?x=1"])
def test_the_file_is_read_from_the_root_of_the_host(site):
    (found,) = well_known(site, FakeHttp({FILE: answer("s7-1f2e3d\n", content_type="text/plain; charset=utf-8")}))
    assert (found.proof, found.place, found.text) == (Proof.WELL_KNOWN, FILE, "s7-1f2e3d")


@pytest.mark.parametrize(
    "given",
    [
        answer("", status=404),
        answer("", status=500),
        TimedOut("slow"),
        RobotsDisallow("closed"),
        answer("<html>s7-1f2e3d wrote: hello</html>", content_type="text/html"),
        answer("  \n", content_type="text/plain"),
        answer("s7-1f2e3d", content_type="text/plain", url="https://elsewhere.example/.well-known/section7.txt"),
        answer("s7-1f2e3d", content_type="text/plain", url="https://fern-street.example:8080/.well-known/section7.txt"),
    ],
    ids=["missing", "failing", "slow", "closed", "a page with a visitor's words", "empty", "elsewhere", "another port"],
)
def test_a_file_that_cannot_be_read_as_plain_text_proves_nothing_and_is_no_error(given):
    assert well_known("https://fern-street.example", FakeHttp({FILE: given})) == ()


def test_the_same_host_by_https_counts():
    secure = answer("s7-1f2e3d", content_type="text/plain", url=FILE)
    (found,) = well_known("http://fern-street.example", FakeHttp({FILE.replace("https", "http"): secure}))
    assert found.place == FILE


def test_only_the_beginning_of_a_long_file_counts():
    (found,) = well_known(
        "https://fern-street.example", FakeHttp({FILE: answer("x" * 9000, content_type="text/plain")})
    )
    assert len(found.text) == 4096
