"""Invented answers of the form that each interface documents, and the readings that they become."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import import_module
from urllib.parse import urlsplit

import pytest

from collectors.registry import platforms
from domain.errors import TokenRefused
from tests.fakes.collected import DATA, NOW, account, as_json
from tests.fakes.owned_service import OwnedService
from tests.fuzz.harness import Server

IDS = {
    "google_review_reply": "accounts/1/locations/22",
    "linkedin": "urn:li:organization:2414183",
    "tiktok": "723f24d7-e717-40f8-a2b6-cb8464cd23b4",
    "x": "2244994945",
    "youtube_comments": f"UC{'f' * 22}",
}
OTHERS = ("Robin Example", "words of a", "somebody else's words")


@pytest.mark.parametrize("name", sorted(IDS))
def test_documented_answers_become_the_stated_reading(name):
    folder = DATA / name
    server = Server([file.read_bytes() for file in sorted(folder.glob("[0-9]-*.json"))])
    fetched = platforms()[name].collect(account(name, "", IDS[name]), server, NOW)
    assert server.asked == len(server.answers)
    assert as_json(fetched) == json.loads((folder / "expected.json").read_text())
    assert not any(words in repr(fetched) for words in OTHERS)


@pytest.mark.parametrize("name", sorted(IDS))
def test_a_platform_built_from_documentation_says_so_and_whose_terms_it_keeps(name):
    platform = platforms()[name]
    said = " ".join((import_module(type(platform).__module__).__doc__ or "").split())
    assert "Built from documentation, not run against the live service." in said
    assert platform.terms.erase_deleted
    assert platform.terms.source.split()[-1].startswith("https://")
    assert platform.consent.needed <= platform.consent.allowed
    assert all(host.count(".") >= 1 and "/" not in host for host in platform.consent.hosts)


@pytest.mark.parametrize("name", sorted(IDS))
def test_every_address_that_is_asked_lies_on_a_host_that_the_consent_names(name):
    platform = platforms()[name]
    asked = [value for value in asdict(platform).values() if isinstance(value, str) and value.startswith("http")]
    assert asked
    assert {urlsplit(address).hostname for address in asked} == set(platform.consent.hosts)
    assert all(address.startswith("https://") for address in asked)


@pytest.mark.parametrize("name", sorted(IDS))
def test_without_a_token_nothing_is_asked(name):
    with OwnedService() as server, server.client() as client:
        with pytest.raises(TokenRefused):
            platforms()[name].collect(account(name, "", IDS[name]), client.for_account(30), NOW)
        assert not server.seen
