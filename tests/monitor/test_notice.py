import pytest

from analyzers.policy import parse_policy
from domain.accounts import Profile
from monitor.config import load_config
from monitor.examples import CONFIG, POLICY, example
from monitor.notice import notice_facts
from monitor.retention import PROFILES

PROFILE = Profile("fake", "tess", "tess", "https://fake.example/tess", "https://fake.example")


@pytest.mark.parametrize(("model", "judges"), [("shipped", True), ("off", False), ("strong", True)])
@pytest.mark.parametrize("pictures", [True, False])
def test_the_notice_tells_of_model_and_pictures_what_the_configuration_says(tmp_path, model, judges, pictures):
    text = example(CONFIG).replace('model = "shipped"', f'model = "{model}"')
    text = text.replace("read_images = false", f"read_images = {str(pictures).lower()}")
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")

    facts = notice_facts(load_config(tmp_path / "config.toml", {}), parse_policy(example(POLICY), POLICY), PROFILE)

    assert (facts.local_model, facts.pictures_read) == (judges, pictures)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_notice_names_what_the_retention_profile_says_of_findings_and_reviews(tmp_path, name):
    text = example(CONFIG).replace('profile = "us"', f'profile = "{name}"')
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    kept = PROFILES[name]

    facts = notice_facts(load_config(tmp_path / "config.toml", {}), parse_policy(example(POLICY), POLICY), PROFILE)

    told = dict(facts.retention)
    named = {
        "the words of a finding that was dismissed, resolved or not upheld": kept.dismissed_text,
        "the decision on such a finding, without words": kept.dismissed_record,
        "a minor finding that was upheld, with its review": kept.upheld_minor,
        "a serious finding that was upheld, with its review": kept.upheld_serious,
        "one about client confidentiality that was upheld, with its review": kept.upheld_confidential,
    }
    for what, period in named.items():
        number, unit = told[what].split()
        days = {"one": 1}.get(number) or int(number)
        assert days * (365 if unit.startswith("year") else 1) == period.days
    assert told["anything that a legal hold is on"] == "until the hold is lifted"
