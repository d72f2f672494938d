"""Words in pictures on their way through a collection pass, on both databases."""

from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from collectors.ocr import Ocr
from domain.errors import ConfigError, Unreachable
from domain.posts import Media
from monitor.app import picture_reader_of
from monitor.config import load_config
from monitor.examples import CONFIG, example
from monitor.run import Visit, collect_due
from store.engine import Store
from tests.fakes.pictures import PNG, FakePictureReader, PictureSource
from tests.fakes.practice import HARMLESS, Practice, practice_on

DESK = "https://pictures.example/desk.png"
PLANNER = "Tuesday 14 March\n9:00 Dana Whitlock\n10:00 Devon K. EMDR session\nLunch with @friend"


@pytest.fixture
def practice(store: Store, tmp_path: Path) -> Practice:
    made = practice_on(store, tmp_path)
    made.authorise()
    return made


def collect(practice: Practice, reader: FakePictureReader, *, body: object = PNG) -> Visit:
    source = PictureSource({DESK: body})  # type: ignore[dict-item]
    tools = replace(practice.collecting(), picture_reader=reader, reader=source)
    return collect_due(tools, stopping=lambda: False, on_visit=lambda visit: None).visits[0]


def kept_words(practice: Practice) -> list[tuple[str, ...]]:
    return [tuple(medium.alt for medium in kept.post.media) for kept in practice.store.findings.kept_for_rescore()]


def quotes(practice: Practice) -> dict[str, set[str]]:
    """The words that the first finding on record quotes, as its spans find them in what is kept."""
    kept = next(practice.store.findings.kept_for_rescore())
    found: dict[str, set[str]] = {}
    for span in practice.store.judgements.on_record([kept.version_id])[kept.version_id][0].spans:
        index = int(span.field.split(".")[1])
        found.setdefault(span.field, set()).add(kept.post.media[index].alt[span.start : span.end])
    return found


@pytest.mark.parametrize(
    "medium", [Media("image", "", DESK), Media("inline", "", DESK), Media("image", "My desk", DESK)]
)
def test_a_planner_in_a_picture_is_found_and_only_its_evidence_kept(practice: Practice, medium: Media) -> None:
    practice.publish("a", HARMLESS, media=(medium,))

    visit = collect(practice, FakePictureReader({PNG: PLANNER}))

    assert visit.findings == 1
    kept = kept_words(practice)[0]
    assert kept[:-1] == ((medium.alt,) if medium.alt else ())
    assert "Dana Whitlock" in kept[-1]
    assert not any(word in kept[-1] for word in ("Tuesday", "EMDR", "Lunch", "friend"))
    assert quotes(practice) == {f"media.{len(kept) - 1}.alt": {"Dana Whitlock", "10:00 Devon K."}}
    assert "Dana" not in next(practice.store.findings.all()).excerpt


def test_without_a_reader_no_picture_is_asked_for(practice: Practice) -> None:
    practice.publish("a", HARMLESS, media=(Media("image", "", DESK),))
    source = PictureSource({})

    visit = collect_due(
        replace(practice.collecting(), reader=source), stopping=lambda: False, on_visit=lambda visit: None
    ).visits[0]

    assert visit.findings == 0
    assert [http.urls for http in source.given] == [[]]


def test_a_post_is_read_once_with_its_pictures_and_not_again_while_it_is_the_same(practice: Practice) -> None:
    practice.publish("a", HARMLESS, media=(Media("image", "", DESK),))
    reader = FakePictureReader({PNG: "Open day"})
    collect(practice, reader)
    practice.clock.forward(hours=25)
    collect(practice, reader)

    assert reader.read == [PNG]


@pytest.mark.parametrize(
    ("body", "bug"),
    [(Unreachable(), None), (b"damaged", None), (PNG, RuntimeError(PLANNER))],
    ids=["net", "bytes", "bug"],
)
def test_a_picture_that_cannot_be_read_costs_itself_and_is_told(
    practice: Practice, body: object, bug: Exception
) -> None:
    grave = "My client Dana Whitlock, 34, from Elm Street, was admitted to Mercy Hospital on March 3."
    practice.publish("a", grave, media=(Media("image", "A card", DESK),))

    with capture_logs() as logs:
        visit = collect(practice, FakePictureReader(bug=bug), body=body)

    assert (visit.outcome, visit.new, visit.findings) == ("read", 1, 1)
    assert [(line["event"], line["count"]) for line in logs if "count" in line] == [("pictures-not-read", 1)]
    assert "Dana" not in str(logs)
    assert DESK not in str(logs)
    assert next(practice.store.findings.all()).needs_context == ("image",)


def test_words_read_are_never_kept_of_a_post_without_a_finding(practice: Practice) -> None:
    practice.publish("a", HARMLESS, media=(Media("image", "", DESK),))
    collect(practice, FakePictureReader({PNG: "Autumn sale on pumpkins"}))

    assert kept_words(practice) == []


def test_reading_pictures_without_the_extra_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    text = example(CONFIG)
    file.write_text(text, encoding="utf-8")
    assert picture_reader_of(load_config(file, {})) is None

    file.write_text(text.replace("read_images = false", "read_images = true"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        picture_reader_of(load_config(file, {}), Ocr(python=tmp_path / "no-python"))

    assert [mistake.key for mistake in caught.value.mistakes] == ["scoring.read_images"]
