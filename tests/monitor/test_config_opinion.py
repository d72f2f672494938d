import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyzers.policy import parse_policy
from domain.accounts import Profile
from domain.errors import ConfigError
from domain.findings import Clause
from monitor.app import open_app
from monitor.config import Config, load_config
from monitor.examples import CONFIG, POLICY, example
from monitor.installation import set_up
from monitor.notice import notice_facts, outside_model
from reports.enrolment import enrolment_notice

ON = {
    "enabled": "true",
    "url": '"http://127.0.0.1:8080/v1"',
    "model": '"small"',
    "bounds": "{ clause_3 = [0.2, 0.8] }",
}
AGREEMENT = (
    '{ host = "models.example.com", party = "Example Models", reference = "BAA 14", confirmed_by = "Imani Okafor", '
    "confirmed_on = 2026-11-09 }"
)


def load(tmp_path: Path, environment: dict[str, str] | None = None, **values: str | None) -> Config:
    lines = [f"{key} = {value}" for key, value in (ON | values).items() if value is not None]
    before = example(CONFIG).split("[opinion]", maxsplit=1)[0]
    file = tmp_path / "config.toml"
    file.write_text("\n".join((before, "[opinion]", *lines)), encoding="utf-8")
    return load_config(file, environment or {})


def wrong(tmp_path: Path, **values: str | None) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, **values)
    return {mistake.key: mistake.expected for mistake in caught.value.mistakes}


def test_it_is_off_where_nothing_is_said_and_in_the_example(tmp_path):
    assert not load(tmp_path, enabled=None, url=None, model=None, bounds=None).opinion.enabled
    assert "enabled = false" in example(CONFIG).split("[opinion]", maxsplit=1)[1]


def test_the_example_holds_every_key_of_the_table(tmp_path):
    shown = example(CONFIG)
    table = load(tmp_path).opinion
    for key in type(table).model_fields:
        assert f"{key} =" in shown or f"[opinion.{key}]" in shown, key


@pytest.mark.parametrize("odd", ["\\r\\nX-Other: 1", "\\u0000", "\\u007f", "\\t", " ", "ä", "\\u2028", "\\u200b"])
def test_what_no_request_can_carry_is_refused_in_the_address_and_in_the_key(tmp_path, odd):
    (tmp_path / "key").write_text("sk-" + json.loads(f'"{odd}"') + "invented", encoding="utf-8", newline="")
    found = wrong(tmp_path, url=f'"http://127.0.0.1/{odd}v1"', api_key_file='"key"')
    assert found == {
        "opinion.api_key_file": "visible ASCII characters without blanks",
        "opinion.url": "an address of visible ASCII characters, a name with others as xn--",
    }


def test_a_key_from_the_environment_is_held_to_the_same_and_is_not_repeated(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {"MODEL_KEY": "sk-invented\n"}, api_key_env='"MODEL_KEY"')
    assert [mistake.key for mistake in caught.value.mistakes] == ["opinion.api_key_env"]
    assert "invented" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://me:secret", "http://[secret", "http://[secret]/v1"])
def test_a_malformed_address_is_not_repeated(tmp_path, url):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, url=f'"{url}"')
    assert [str(mistake.expected) for mistake in caught.value.mistakes] == ["an http or https address"]
    assert "secret" not in str(caught.value)


def test_a_file_name_that_no_system_takes_is_a_mistake(tmp_path):
    assert list(wrong(tmp_path, api_key_file='"a\\u0000b"')) == ["opinion.api_key_file"]


def test_an_agreement_of_a_day_to_come_is_refused_where_the_practice_works(tmp_path):
    config = load(tmp_path, url='"https://models.example.com/v1"', agreement=AGREEMENT)
    config.require_signed(datetime(2026, 11, 9, 5, tzinfo=UTC))  # the ninth has just begun in New York
    with pytest.raises(ConfigError) as caught:
        config.require_signed(datetime(2026, 11, 9, 4, 59, tzinfo=UTC))
    (mistake,) = caught.value.mistakes
    assert (mistake.key, mistake.seen) == ("opinion.agreement.confirmed_on", "2026-11-09")
    assert mistake.expected == "a day that is not after today, 2026-11-08"


def test_no_command_works_under_an_agreement_of_a_day_to_come(tmp_path):
    config = load(tmp_path, url='"https://models.example.com/v1"', agreement=AGREEMENT)
    with pytest.raises(ConfigError, match="confirmed_on"), open_app(config, lambda: datetime(2026, 11, 1, tzinfo=UTC)):
        pass
    with pytest.raises(ConfigError, match="confirmed_on"):
        set_up(config.file, {}, datetime(2026, 11, 1, tzinfo=UTC))
    assert not (tmp_path / "section7.db").exists()


def test_a_model_on_this_machine_needs_no_agreement(tmp_path):
    table = load(tmp_path).opinion
    assert table.enabled
    assert table.bounds.bands == {Clause.THERAPEUTIC: (0.2, 0.8)}
    assert table.agreement is None


@pytest.mark.parametrize(
    "url", ["http://10.0.0.5:8000/v1", "https://192.168.1.9/v1", "http://[fd00::7]:8000", "http://gpu.practice.lan/v1"]
)
def test_private_addresses_and_names_that_only_connecting_can_judge_are_taken(tmp_path, url):
    assert load(tmp_path, url=f'"{url}"').opinion.url == url


@pytest.mark.parametrize("url", ["https://93.184.216.34/v1", "http://169.254.169.254/v1", "https://[2606:2800:220::1]"])
def test_an_address_outside_needs_an_agreement(tmp_path, url):
    assert list(wrong(tmp_path, url=f'"{url}"')) == ["opinion.agreement"]


def test_an_agreement_is_recorded_with_name_and_day_and_for_one_host(tmp_path):
    table = load(tmp_path, url='"https://models.example.com/v1"', agreement=AGREEMENT).opinion
    assert (table.agreement.confirmed_by, table.agreement.confirmed_on.isoformat()) == ("Imani Okafor", "2026-11-09")
    found = wrong(tmp_path, url='"https://other.example.com/v1"', agreement=AGREEMENT)
    assert found == {"opinion.agreement.host": "the very host of opinion.url"}


def test_the_notice_names_the_service_outside_and_only_while_it_is_used(tmp_path):
    config = load(tmp_path, url='"https://models.example.com/v1"', agreement=AGREEMENT)
    assert outside_model(config) == "Example Models (models.example.com), with names, numbers and links masked"
    assert outside_model(load(tmp_path)) == ""
    assert outside_model(load(tmp_path, agreement=AGREEMENT, enabled="false")) == ""


def test_the_notice_and_the_query_name_it_in_the_same_words(tmp_path):
    config = load(tmp_path, url='"https://models.example.com/v1"', agreement=AGREEMENT)
    policy = parse_policy(example(POLICY), POLICY)
    profile = Profile("fake", "tess", "tess", "https://fake.example/tess", "https://fake.example")
    assert outside_model(config) in enrolment_notice(policy, notice_facts(config, policy, profile)).text


def test_posts_leave_the_practice_over_https_alone(tmp_path):
    found = wrong(tmp_path, url='"http://models.example.com/v1"', agreement=AGREEMENT)
    assert found == {"opinion.url": "https, because posts leave the practice"}


def test_an_agreement_that_nobody_has_signed_for_is_a_mistake_at_every_missing_key(tmp_path):
    assert set(wrong(tmp_path, agreement='{ host = "models.example.com" }')) == {
        "opinion.agreement.party",
        "opinion.agreement.reference",
        "opinion.agreement.confirmed_by",
        "opinion.agreement.confirmed_on",
    }


def test_all_mistakes_come_at_once_and_the_address_is_not_repeated(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, url='"http://me:secret@10.0.0.5/v1"', model='" "', bounds=None, ca_file='"absent.pem"')
    assert [mistake.key for mistake in caught.value.mistakes] == [
        "opinion.model",
        "opinion.bounds",
        "opinion.url",
        "opinion.ca_file",
    ]
    assert "secret" not in str(caught.value)


def test_while_it_is_off_nothing_more_is_demanded(tmp_path):
    assert load(tmp_path, enabled="false", url='""', model='""', bounds=None, api_key_env='"NOT_SET"').opinion.url == ""


@pytest.mark.parametrize("band", ["[0.8, 0.2]", "[0.5]", "[0.1, 0.2, 0.3]", "[-0.1, 0.5]", "[0.5, 1.1]", "[0.5, 0.5]"])
def test_a_band_is_two_probabilities_in_order(tmp_path, band):
    found = wrong(tmp_path, bounds=f"{{ clause_1 = {band} }}")
    assert found == {"opinion.bounds.clause_1": "two probabilities from 0 to 1, the smaller one first"}


def test_client_confidentiality_can_have_no_band(tmp_path):
    assert wrong(tmp_path, bounds="{ clause_2 = [0.2, 0.8] }") == {"opinion.bounds.clause_2": "no such key"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("timeout_seconds", "0"),
        ("timeout_seconds", "121"),
        ("retries", "-1"),
        ("retries", "6"),
        ("calls_per_run", "0"),
        ("calls_per_day", "0"),
        ("retry", "1"),
        ("model", '"' + "m" * 101 + '"'),
    ],
)
def test_every_value_has_its_limits(tmp_path, key, value):
    assert list(wrong(tmp_path, **{key: value})) == [f"opinion.{key}"]


def test_the_key_is_read_from_where_it_is_said_to_be_and_never_shown(tmp_path):
    config = load(tmp_path, {"MODEL_KEY": "sk-invented"}, api_key_env='"MODEL_KEY"')
    assert config.opinion_key.get_secret_value() == "sk-invented"
    assert "sk-invented" not in repr(config)
    assert list(wrong(tmp_path, api_key_env='"MODEL_KEY"')) == ["opinion.api_key_env"]
