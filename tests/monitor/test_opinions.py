import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from analyzers.score import score
from domain.findings import Clause, Protected, Span
from domain.opinions import Stand
from domain.posts import Media, Parent, ParentAuthor
from monitor import work
from monitor.config import load_config
from monitor.examples import CONFIG, example
from monitor.opinions import CLIENT_DOUBT, question_about
from opinion.prompt import ASKABLE
from store.engine import Store
from tests.fakes.model_server import ModelServer, completion, reply, verdict
from tests.fakes.packets import packet
from tests.fakes.practice import GRAVE, Practice, practice_on

PLUG = "Switched to a new notes app and saved hours, dm me for my referral link"
ANOTHER_PLUG = "dm me for my referral link, it is a notes app and saved hours"


@pytest.fixture
def practice(sqlite_store: Store, tmp_path: Path) -> Practice:
    return practice_on(sqlite_store, tmp_path)


def switch_on(practice: Practice, server: ModelServer, **values: object) -> None:
    """Second opinions from `server`, on findings of any probability."""
    before, after = example(CONFIG).split("[opinion]", maxsplit=1)
    keys = {"enabled": "true", "url": f'"{server.url}"', "model": '"small-model"', "retries": 0} | values
    table = "\n".join(f"{key} = {value}" for key, value in keys.items())
    bounds = "\n".join(f"clause_{clause.value} = [0.0, 1.0]" for clause in sorted(ASKABLE))
    rest = after[after.index("[logging]") :]
    practice.config.file.write_text(f"{before}[opinion]\n{table}\n[opinion.bounds]\n{bounds}\n{rest}", encoding="utf-8")
    review = practice.config.review
    practice.config = load_config(practice.config.file, {}).model_copy(update={"review": review})


def asked_posts(server: ModelServer) -> list[str]:
    return [json.loads(body["messages"][1]["content"])["post"] for _, _, body in server.asked]


def opinions(practice: Practice) -> list[Stand | None]:
    return [finding.opinion for finding in practice.store.findings.all()]


def later(practice: Practice) -> None:
    practice.clock.forward(hours=25)


def test_off_means_off(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", PLUG)
    with ModelServer() as server:
        switch_on(practice, server, enabled="false")
        done = work.collect(practice.app())
    assert (server.asked, done.opinions.calls, opinions(practice)) == ([], 0, [None])


def test_a_finding_carries_what_the_model_says_and_stays_what_it_was(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", PLUG)
    practice.collect()
    (before,) = practice.store.findings.all()
    with ModelServer(verdict("fine")) as server:
        switch_on(practice, server)
        done = work.collect(practice.app())
    (after,) = practice.store.findings.all()
    assert (done.opinions.calls, dict(done.opinions.stands)) == (1, {Stand.DISAGREES: 1})
    assert (after.opinion, after.opinion_model) == (Stand.DISAGREES, "small-model")
    assert (after.severity, after.probability, after.reason) == (before.severity, before.probability, before.reason)


def test_a_model_that_finds_everything_or_nothing_adds_and_removes_nothing(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", PLUG)
    practice.publish("b", "The maples on my walk have turned red.")
    for word in ("violation", "fine"):
        with ModelServer(verdict(word)) as server:
            switch_on(practice, server)
            work.collect(practice.app())
        assert len(list(practice.store.findings.all())) == 1
        later(practice)


def test_no_name_number_handle_or_link_leaves(practice: Practice) -> None:
    practice.authorise()
    practice.publish(
        "a",
        f"{PLUG} https://example.org/tess?ref=15 says @kyle.w@social.example, call Dana on 555-0142",
        media=(Media("image", "a mug from Quillfern Wellness"),),
    )
    with ModelServer() as server:
        switch_on(practice, server)
        work.collect(practice.app())
    sent = json.dumps([body for _, _, body in server.asked], ensure_ascii=False)
    for secret in ("tess", "kyle", "Dana", "0142", "example.org", "Quillfern", "Arroway"):
        assert secret.lower() not in sent.lower().replace("testimonial", ""), secret
    assert "referral link" in sent


def test_the_words_of_others_are_never_sent(practice: Practice) -> None:
    practice.authorise()
    practice.platform.parents["a"] = Parent("which app would you use, i am so overwhelmed", ParentAuthor.OTHER)
    practice.publish("a", PLUG, reply_to_id="9")
    with ModelServer() as server:
        switch_on(practice, server)
        work.collect(practice.app())
    assert len(server.asked) == 1
    assert "overwhelmed" not in json.dumps(server.asked)
    assert json.loads(server.asked[0][2]["messages"][1]["content"])["answers_somebody"] is True


@pytest.mark.parametrize("text", [GRAVE, f"{GRAVE} {PLUG}"])
def test_posts_about_clients_are_never_sent(practice: Practice, text: str) -> None:
    practice.authorise()
    practice.publish("a", text)
    with ModelServer() as server:
        switch_on(practice, server)
        done = work.collect(practice.app())
    assert server.asked == []
    assert done.readings.visits[0].findings > 0
    assert set(opinions(practice)) == {None}


@pytest.mark.parametrize(
    "topic", [{"protected": (Protected.POLITICAL,)}, {"withheld": True}, {"silenced": (Span("text", 0, 4, PLUG[:4]),)}]
)
def test_posts_on_protected_topics_are_never_sent(topic: dict) -> None:
    given = packet(PLUG)
    scored = score(given)
    assert question_about(Clause.ENDORSEMENT, given, scored) is not None
    assert question_about(Clause.ENDORSEMENT, given, replace(scored, **topic)) is None


def test_kept_words_that_something_was_cut_from_are_never_sent(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", f"{PLUG} […]")
    with ModelServer() as server:
        switch_on(practice, server)
        done = work.collect(practice.app())
    assert (server.asked, done.opinions.unfit, opinions(practice)) == ([], 1, [None])


@pytest.mark.parametrize("clause", sorted(Clause))
def test_only_what_is_surely_not_about_a_client_becomes_a_question(clause: Clause) -> None:
    given = packet(PLUG)
    scored = score(given)
    assert (question_about(clause, given, scored) is None) == (clause is Clause.CONFIDENTIALITY)
    doubtful = {**scored.clauses, Clause.CONFIDENTIALITY: CLIENT_DOUBT}
    assert question_about(clause, given, replace(scored, clauses=doubtful)) is None
    assert question_about(clause, given, replace(scored, language="de")) is None


def test_the_same_words_are_asked_about_once(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", PLUG)
    practice.publish("b", PLUG)
    with ModelServer(verdict("violation")) as server:
        switch_on(practice, server)
        done = work.collect(practice.app())
        later(practice)
        work.collect(practice.app())
    assert (len(server.asked), done.opinions.calls) == (1, 1)
    assert opinions(practice) == [Stand.AGREES, Stand.AGREES]


def test_nonsense_is_no_opinion_counted_and_shown(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", PLUG)
    with ModelServer(reply(completion("Sure! It is a violation."))) as server:
        switch_on(practice, server)
        done = work.collect(practice.app())
    assert dict(done.opinions.problems) == {"off-schema": 1}
    assert opinions(practice) == [Stand.NONE]
    assert done.well


def test_a_server_that_is_down_stops_nothing_and_is_asked_next_time(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", PLUG)
    with ModelServer(reply(b"{}", "503 Service Unavailable"), verdict("violation")) as server:
        switch_on(practice, server)
        assert dict(work.collect(practice.app()).opinions.problems) == {"server-fault": 1}
        assert opinions(practice) == [Stand.NONE]
        later(practice)
        work.collect(practice.app())
    assert opinions(practice) == [Stand.AGREES]


def test_the_days_budget_outlives_a_run_and_the_rest_is_asked_the_next_day(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", PLUG)
    practice.publish("b", ANOTHER_PLUG)
    with ModelServer(verdict("fine")) as server:
        switch_on(practice, server, calls_per_day=1)
        first = work.collect(practice.app()).opinions
        again = work.second_opinions(practice.app())
        assert (first.calls, first.ended, again.calls, again.ended) == (1, "budget", 0, "budget")
        later(practice)
        assert work.collect(practice.app()).opinions.calls == 1
    assert opinions(practice) == [Stand.DISAGREES, Stand.DISAGREES]


def test_another_process_that_is_at_it_is_left_alone(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", PLUG)
    practice.collect()
    with ModelServer() as server:
        switch_on(practice, server)
        now = practice.clock()
        assert practice.store.leases.acquire("opinion", "another", now, now + work.GUARD)
        assert work.second_opinions(practice.app()).calls == 0
    assert server.asked == []


def test_digest_notice_and_archive_say_it_in_plain_words(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", PLUG)
    with ModelServer(verdict("fine")) as server:
        switch_on(practice, server)
        app = practice.app()
        work.tick(app, work.never)
        practice.clock.to("2026-10-12T16:00:00+00:00")
        work.tick(app, work.never)
        work.archive(app)
    said = "disagrees and reads the post as fine"
    mails = practice.mailer.sent
    assert len(mails) == 2
    assert all(said in re.sub(r"\s+", " ", mail.text) for mail in mails)
    pages = list(practice.config.archive.glob("weeks/*.html"))
    assert any(said in page.read_text(encoding="utf-8") for page in pages)


def test_without_being_told_nobodys_posts_go_outside(practice: Practice) -> None:
    """The agreement lets posts go out; the notice that this account's owner acknowledged says nothing of it."""
    practice.authorise()
    practice.publish("a", PLUG)
    practice.collect()
    with ModelServer() as server:
        agreement = (
            '{ host = "127.0.0.1", party = "P", reference = "R", confirmed_by = "C", confirmed_on = 2026-11-09 }'
        )
        switch_on(practice, server, agreement=agreement)
        done = work.second_opinions(practice.app())
    assert (server.asked, done.calls, opinions(practice)) == ([], 0, [None])


def test_a_run_is_on_record_in_numbers_alone(practice: Practice) -> None:
    practice.authorise()
    practice.publish("a", PLUG)
    with ModelServer(verdict("unsure")) as server:
        switch_on(practice, server)
        done = work.collect(practice.app())
    assert practice.store.runs.last_finished("opinion") is not None
    assert done.opinions.counts() == {"calls": 1, "unfit": 0, "agrees": 0, "disagrees": 0, "none": 1, "unsure": 1}
