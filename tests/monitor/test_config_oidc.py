"""[console.oidc]: every mistake at once, and a provider only where the extra is there."""

from __future__ import annotations

import ssl
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from console.identity import Attempt, ProviderAway
from domain.errors import ConfigError
from monitor.app import politeness_of
from monitor.config import Config, load_config
from monitor.examples import CONFIG, example
from monitor.identity import open_provider
from monitor.shown_settings import shown_settings
from tests.fakes.clock import FakeClock
from tests.fakes.model_server import ModelServer
from tests.reports.smtp_server import certificate

ROOT = Path(__file__).parents[2]
GOOD = {
    "issuer": '"https://id.larkspurbend.example/realms/practice"',
    "client_id": '"section7"',
    "client_secret_env": '"SECTION7_OIDC_SECRET"',
    "name": '"Larkspur Bend"',
}
ENVIRONMENT = {"SECTION7_OIDC_SECRET": "invented-and-long"}


def load(folder: Path, environment: dict[str, str] | None = None, **values: str | None) -> Config:
    lines = [f"{key} = {value}" for key, value in (GOOD | values).items() if value is not None]
    file = folder / "config.toml"
    file.write_text("\n".join((example(CONFIG), "[console.oidc]", *lines)), encoding="utf-8")
    return load_config(file, ENVIRONMENT if environment is None else environment)


def wrong(folder: Path, environment: dict[str, str] | None = None, **values: str | None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, environment, **values)
    return [mistake.key for mistake in caught.value.mistakes]


def test_without_the_table_there_is_no_provider(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(example(CONFIG), encoding="utf-8")
    config = load_config(file, {})

    assert config.console.oidc is None
    with open_provider(config, politeness_of(config), FakeClock()) as provider:
        assert provider is None


def test_a_provider_is_made_of_it_and_asked_nothing_yet(tmp_path: Path) -> None:
    config = load(tmp_path, second_factor='"provider"')
    with open_provider(config, politeness_of(config), FakeClock()) as provider:
        assert provider is not None
        assert (provider.name, provider.origin) == ("Larkspur Bend", "https://id.larkspurbend.example")
        assert (provider.trusted, provider.secret) == (True, "invented-and-long")
        assert provider.http.politeness.account_deadline == 10
        assert provider.http.politeness.max_body_bytes <= 256_000


def test_the_example_holds_every_key_of_the_table(tmp_path: Path) -> None:
    shown = example(CONFIG).split("# [console.oidc]")[1]
    for key in type(load(tmp_path).console.oidc).model_fields:
        assert f"{key} = " in shown, key


def test_the_secret_is_shown_nowhere(tmp_path: Path) -> None:
    config = load(tmp_path)

    assert "invented-and-long" not in repr(config) + str(shown_settings(config))
    assert "SECTION7_OIDC_SECRET" not in str(shown_settings(config))
    assert ("console.oidc.client_id", "section7") in shown_settings(config)


def test_the_secret_comes_from_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "oidc.secret").write_text("from a file\n")
    config = load(tmp_path, client_secret_env=None, client_secret_file='"oidc.secret"')

    assert config.oidc_secret.get_secret_value() == "from a file"


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"issuer": None}, ["console.oidc.issuer"]),
        ({"issuer": '"id.larkspurbend.example"'}, ["console.oidc.issuer"]),
        ({"issuer": '"https://id.larkspurbend.example/?x=1"'}, ["console.oidc.issuer"]),
        ({"issuer": '"https://ada:pw@id.larkspurbend.example"'}, ["console.oidc.issuer"]),
        ({"issuer": '"https://id.larkspurbend.example:0"'}, ["console.oidc.issuer"]),
        ({"issuer": '"ftp://id.larkspurbend.example"'}, ["console.oidc.issuer"]),
        ({"client_id": '""'}, ["console.oidc.client_id"]),
        ({"client_id": '"a b"'}, ["console.oidc.client_id"]),
        ({"name": '""'}, ["console.oidc.name"]),
        ({"name": '"a\\nb"'}, ["console.oidc.name"]),
        ({"second_factor": '"never"'}, ["console.oidc.second_factor"]),
        ({"secret": '"written here"'}, ["console.oidc.secret"]),
        ({"client_secret_env": None}, ["console.oidc.client_secret"]),
        ({"issuer": '"http://id.larkspurbend.example"'}, ["console.oidc.issuer"]),
        (
            {"issuer": '"http://id.larkspurbend.example"', "client_secret_env": None},
            ["console.oidc.issuer", "console.oidc.client_secret"],
        ),
        ({"ca_file": '"absent.pem"'}, ["console.oidc.ca_file"]),
        ({"ca_file": '"config.toml"'}, ["console.oidc.ca_file"]),
        ({"ca_file": '"a\\u0000b"'}, ["console.oidc.ca_file"]),
        ({"client_secret_env": None, "client_secret_file": '"none"'}, ["console.oidc.client_secret_file"]),
    ],
)
def test_every_mistake_is_named(tmp_path: Path, values: dict[str, str | None], keys: list[str]) -> None:
    assert wrong(tmp_path, **values) == keys


def test_a_secret_that_is_not_in_the_environment_is_missed(tmp_path: Path) -> None:
    assert wrong(tmp_path, {}) == ["console.oidc.client_secret_env"]


def test_plain_http_is_for_a_host_that_is_opened_by_name(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    load(tmp_path, issuer='"https://127.0.0.1:8900"')
    text = file.read_text().replace("https://127.0.0.1:8900", "http://127.0.0.1:8900")
    assert "\n[politeness]" in text
    head, tail = text.split("\n[politeness]", 1)
    _, rest = tail.split("\n", 1)
    file.write_text(f'{head}\n[politeness]\nallowed_private = ["127.0.0.1:8900"]\n{rest}')

    assert load_config(file, ENVIRONMENT).console.oidc.origin == "http://127.0.0.1:8900"


def test_a_private_authority_vouches_for_the_provider_alone(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    (tmp_path / "practice-ca.pem").write_bytes(made[0].read_bytes())
    config = load(tmp_path, ca_file='"practice-ca.pem"')
    trust = config.console.oidc.trust(config.file)

    assert len(trust.get_ca_certs()) == 1
    assert (trust.check_hostname, trust.verify_mode) == (True, ssl.CERT_REQUIRED)
    assert load(tmp_path).console.oidc.trust(config.file) is None
    with open_provider(config, politeness_of(config), FakeClock()) as provider:
        assert provider is not None


@pytest.mark.parametrize(("private", "answered"), [('"practice-ca.pem"', True), (None, False)])
def test_a_provider_behind_a_private_authority_is_believed_only_with_its_certificates(
    tmp_path: Path, private: str | None, *, answered: bool
) -> None:
    made = certificate(tmp_path)
    (tmp_path / "practice-ca.pem").write_bytes(made[0].read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*made)
    with ModelServer(trust=context) as server:
        place = f"127.0.0.1:{server.port}"
        config = load(tmp_path, issuer=f'"https://{place}"', ca_file=private)
        politeness = replace(politeness_of(config), allowed_private=frozenset({place}))
        with open_provider(config, politeness, FakeClock()) as provider, pytest.raises(ProviderAway):
            provider.address(
                Attempt("s", "n", "v", "/", FakeClock()()), "https://console.larkspurbend.example/back", FakeClock()()
            )
        assert bool(server.asked) == answered


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    config = load(tmp_path)

    with pytest.raises(ConfigError) as caught, open_provider(config, politeness_of(config), FakeClock(), lambda: False):
        pass
    assert [(one.key, "oidc" in one.expected) for one in caught.value.mistakes] == [("console.oidc", True)]


def test_everything_else_starts_without_the_extra() -> None:
    program = "import sys; sys.modules['joserfc'] = None; import monitor.cli, vault.id_tokens; print(vault.id_tokens.installed())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stdout == "False\n", done.stderr
