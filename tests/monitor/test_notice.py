import pytest

from analyzers.policy import parse_policy
from domain.accounts import Profile
from monitor.config import load_config
from monitor.examples import CONFIG, POLICY, example
from monitor.notice import notice_facts

PROFILE = Profile("fake", "tess", "tess", "https://fake.example/tess", "https://fake.example")


@pytest.mark.parametrize(("model", "judges"), [("shipped", True), ("off", False), ("strong", True)])
@pytest.mark.parametrize("pictures", [True, False])
def test_the_notice_tells_of_model_and_pictures_what_the_configuration_says(tmp_path, model, judges, pictures):
    text = example(CONFIG).replace('model = "shipped"', f'model = "{model}"')
    text = text.replace("read_images = false", f"read_images = {str(pictures).lower()}")
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")

    facts = notice_facts(load_config(tmp_path / "config.toml", {}), parse_policy(example(POLICY), POLICY), PROFILE)

    assert (facts.local_model, facts.pictures_read) == (judges, pictures)
