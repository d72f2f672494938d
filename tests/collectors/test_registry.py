from __future__ import annotations

import importlib
import pkgutil
import sys
from dataclasses import dataclass, replace

import pytest

from collectors import platforms as shipped
from collectors.base import Consent, Terms
from collectors.registry import detect, platforms
from domain.accounts import Profile
from domain.errors import AccessRefused, RateLimited, Unreachable, UsageError, WrongContent
from tests.fakes.http import FakeHttp

MODULE = """
from collectors.platforms.mastodon import Mastodon
PLATFORM = Mastodon(name="{name}")
"""


@pytest.fixture
def package(tmp_path):
    """Makes a package of platforms from {file name: source}; forgets it afterwards."""
    made = []

    def make(name, files):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        for file, source in files.items():
            (folder / f"{file}.py").write_text(source)
        made.append(name)
        return importlib.import_module(name)

    sys.path.insert(0, str(tmp_path))
    yield make
    sys.path.remove(str(tmp_path))
    for module in [key for key in sys.modules if key.split(".")[0] in made]:
        del sys.modules[module]


def test_every_module_in_the_folder_is_a_platform():
    modules = [module.name for module in pkgutil.iter_modules(shipped.__path__)]
    assert len(platforms()) == len(modules) > 1
    assert {"mastodon", "wordpress"} <= set(platforms())


def test_every_platform_states_whose_terms_it_keeps():
    assert all(platform.terms.source for platform in platforms().values())


def test_a_new_file_is_a_new_platform_with_no_other_edit(package):
    made = package("dropped_in", {"old": MODULE.format(name="old"), "peertube": MODULE.format(name="peertube")})
    assert list(platforms(made)) == ["old", "peertube"]


def test_a_module_that_does_not_import_is_loud(package):
    with pytest.raises(ImportError, match="nothing_of_this_name"):
        platforms(package("broken", {"one": "import nothing_of_this_name"}))


def test_a_module_without_a_platform_is_named(package):
    with pytest.raises(TypeError, match=r"empty_one\.blank offers no PLATFORM"):
        platforms(package("empty_one", {"blank": ""}))


def test_an_incomplete_platform_is_named_with_what_it_lacks(package):
    source = "class Half:\n    name = 'half'\n    terms = None\nPLATFORM = Half()\n"
    with pytest.raises(TypeError, match=r"halves\.half lacks consent, recognises, resolve"):
        platforms(package("halves", {"half": source}))


def test_a_name_taken_twice_names_both_places(package):
    made = package("twins", {"first": MODULE.format(name="same"), "second": MODULE.format(name="same")})
    with pytest.raises(ValueError, match=r"'same': twins\.first and twins\.second"):
        platforms(made)


@dataclass(frozen=True)
class Scripted:
    """A platform that resolves to its own name, or fails with its error; notes that it was asked."""

    name: str
    asked: list
    error: Exception | None = None
    knows: bool = False
    terms: Terms | None = None
    consent: Consent | None = None

    def recognises(self, url):
        return self.knows

    def resolve(self, url, http):
        self.asked.append(self.name)
        if self.error:
            raise self.error
        return Profile(self.name, "1", "dana", url, url)


URL = "https://fern-street.example/"


def detected(asked, owned=(), **changes):
    made = {name: Scripted(name, asked) for name in ("webpage", "feed", "mastodon", "peertube", "wordpress")}
    known = {name: replace(platform, **changes.get(name, {})) for name, platform in made.items()}
    return detect(URL, FakeHttp({}), known, lambda _: owned)[0].name


CONSENT = Consent(frozenset(), frozenset(), frozenset(), "https://peertube.example/docs", "Ask the owner.")


def test_who_wants_a_token_is_asked_about_its_own_addresses_alone():
    asked = []
    assert detected(asked, owned=(FakeHttp({}),), peertube={"consent": CONSENT}, wordpress={"error": WrongContent()})
    assert "peertube" not in asked


def test_without_a_token_its_address_is_nobody_elses():
    asked = []
    with pytest.raises(UsageError, match="none is stored"):
        detected(asked, peertube={"consent": CONSENT, "knows": True})
    assert asked == []


def test_without_a_token_who_else_recognises_the_address_is_asked():
    assert detected([], peertube={"consent": CONSENT, "knows": True}, feed={"knows": True}) == "feed"


def test_every_token_is_tried_until_its_owner_is_found():
    asked, not_theirs = [], {"consent": CONSENT, "knows": True, "error": WrongContent("another profile's token")}
    with pytest.raises(UsageError, match="another profile's token"):
        detected(asked, owned=(FakeHttp({}), FakeHttp({})), peertube=not_theirs)
    assert asked == ["peertube", "peertube"]
    assert detected([], owned=(FakeHttp({}),), peertube={"consent": CONSENT, "knows": True}) == "peertube"


def test_who_recognises_the_address_is_asked_first():
    asked = []
    assert detected(asked, mastodon={"knows": True}) == "mastodon"
    assert asked == ["mastodon"]


def test_the_richer_source_is_asked_before_the_poorer_and_feeds_and_pages_last():
    asked, no = [], {"error": WrongContent("not mine")}
    assert detected(asked, wordpress=no, mastodon=no, peertube=no, feed=no) == "webpage"
    assert asked == ["wordpress", "mastodon", "peertube", "feed", "webpage"]


def test_who_recognises_an_address_and_is_refused_makes_way_for_the_others():
    asked = []
    assert detected(asked, mastodon={"knows": True, "error": AccessRefused("login")}) == "wordpress"


def test_when_nobody_finds_a_profile_the_error_says_what_was_tried():
    no = {"error": WrongContent("not mine")}
    with pytest.raises(UsageError) as caught:
        detected([], wordpress=no, mastodon=no, peertube=no, feed={"error": AccessRefused("login page")}, webpage=no)
    said = str(caught.value)
    assert URL in said
    assert "wordpress: " in said
    assert "not mine" in said
    assert "feed: " in said
    assert "login page" in said


@pytest.mark.parametrize("error", [RateLimited("wait"), Unreachable("down")])
def test_a_site_that_cannot_be_asked_now_is_not_taken_for_another_platform(error):
    asked = []
    with pytest.raises(type(error)):
        detected(asked, mastodon={"knows": True, "error": error})
    assert asked == ["mastodon"]
