"""Configuration: one TOML file in, one frozen Config out, or every mistake at once.

Secrets are named in the file and live elsewhere, in an environment variable or in a file of their own; they are read
here and nowhere else, and are held in `SecretStr` so that no log or traceback shows them.
"""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from analyzers.model.classifier import WEIGHTS
from domain.errors import ConfigError, Mistake
from domain.mistakes import mistakes_from
from domain.toml import parsed_toml
from monitor.config_concerns import ConcernsTable, mail_address
from monitor.config_console import ConsoleTable
from monitor.config_opinion import OpinionTable
from monitor.config_record import RecordTable
from monitor.config_review import ReviewTable
from opinion.address import may_be_sent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:  # not found, a folder, a path that leaves the data base
        raise ValueError('an IANA time zone such as "America/New_York"') from error
    return name


def _host_and_port(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not (host and colon and port.isdigit()):
        raise ValueError('"host:port"')
    return text


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Address = Annotated[str, AfterValidator(mail_address)]
HostAndPort = Annotated[str, AfterValidator(_host_and_port)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class PracticeSection(_Section):
    """Where the practice works and whom its staff write to."""

    time_zone: TimeZone
    contact: Address
    jurisdiction: str = Field(min_length=1)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.time_zone)


class DatabaseSection(_Section):
    """Exactly one way to name the database."""

    url: str | None = None
    url_env: str | None = None
    url_file: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(value is not None for value in (self.url, self.url_env, self.url_file)) != 1:
            raise ValueError("exactly one of url, url_env and url_file")
        return self


class PathsSection(_Section):
    """Files and folders, as written; `Config` holds them resolved."""

    policy: str = "policy.toml"
    archive: str = "archive"
    maildir: str = "mail"
    key_file: str = "section7.key"
    keyring_file: str = "section7.keyring"
    tokens_file: str = Field(default="section7.tokens", min_length=1)


class ScheduleSection(_Section):
    """One schedule for everybody (POLICY R7)."""

    collect_every_hours: int = Field(default=24, ge=6, le=168)
    digest_weekday: Weekday = "monday"
    digest_time: time = time(7)
    tick_seconds: int = Field(default=60, ge=1, le=3600)


class SmtpSection(_Section):
    """A mail server and how to talk to it."""

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password_env: str | None = None
    password_file: str | None = None
    ca_file: str | None = None
    timeout_seconds: int = Field(default=30, ge=1, le=600)


class MailSection(_Section):
    """Who gets the digest, and how it travels."""

    transport: Literal["maildir", "smtp"] = "maildir"
    sender: Address
    recipients: list[Address] = Field(min_length=1)
    archive_url: str = Field(min_length=1)
    notify_authors: bool = True
    smtp: SmtpSection | None = None

    @model_validator(mode="after")
    def _server_named(self) -> Self:
        if self.transport == "smtp" and self.smtp is None:
            raise ValueError('a [mail.smtp] table, because transport is "smtp"')
        return self


class RetentionSection(_Section):
    """Which law's periods apply."""

    profile: Literal["us", "california", "eu-uk"] = "us"


class PolitenessSection(_Section):
    """How gently other people's servers are read."""

    user_agent: str = Field(default="section7", min_length=1)
    delay_seconds: float = Field(default=2.0, ge=0, le=60)
    account_deadline_seconds: int = Field(default=120, ge=20, le=3600)
    max_body_megabytes: int = Field(default=10, ge=1, le=100)
    workers: int = Field(default=4, ge=1, le=32)
    quarantine_after: int = Field(default=5, ge=1, le=100)
    allowed_private: list[HostAndPort] = Field(default_factory=list)


class LoggingSection(_Section):
    """How much is said, and in which form."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "text", "json"] = "auto"


class ScoringSection(_Section):
    """What judges posts beside the rules: "shipped", "off", or the folder of a model made on this machine.

    `read_images` has the words in pictures read, too, which takes the extra `ocr`.
    """

    model: str = Field(default="shipped", min_length=1)
    read_images: bool = False


class _File(_Section):
    practice: PracticeSection
    database: DatabaseSection
    paths: PathsSection = PathsSection()
    schedule: ScheduleSection = ScheduleSection()
    mail: MailSection
    retention: RetentionSection = RetentionSection()
    politeness: PolitenessSection = PolitenessSection()
    logging: LoggingSection = LoggingSection()
    scoring: ScoringSection = ScoringSection()
    opinion: OpinionTable = OpinionTable()
    console: ConsoleTable = ConsoleTable()
    concerns: ConcernsTable = ConcernsTable()
    review: ReviewTable = ReviewTable()
    record: RecordTable = RecordTable()


class Config(BaseModel):
    """Everything the program was told, checked, with paths resolved and secrets read.

    `database_url`, `mail_password`, `opinion_key` and `oidc_secret` are secrets: their repr shows asterisks.
    """

    model_config = ConfigDict(frozen=True)

    file: Path
    practice: PracticeSection
    schedule: ScheduleSection
    mail: MailSection
    retention: RetentionSection
    politeness: PolitenessSection
    logging: LoggingSection
    opinion: OpinionTable
    console: ConsoleTable
    concerns: ConcernsTable
    review: ReviewTable
    record: RecordTable
    policy: Path
    archive: Path
    maildir: Path
    key_file: Path
    keyring_file: Path
    """Keys that seal words in the database; without them a backup cannot be read."""
    tokens_file: Path
    """Owners' tokens; it need not be there."""
    signing_key_file: Path
    """What signs the head of the log."""
    model: Path | None
    """The local model's folder; None for rules alone."""
    read_images: bool
    """Whether the words in pictures are read."""
    database_url: SecretStr
    mail_password: SecretStr
    opinion_key: SecretStr
    """The model server's key, "" when it wants none."""
    oidc_secret: SecretStr
    """What the console shows the identity provider, "" without one."""

    @property
    def heads_file(self) -> Path:
        """Where signed heads are written: beside the archive, since publishing clears out that folder."""
        return self.archive.with_name(f"{self.archive.name}.heads.jsonl")

    @property
    def collect_every(self) -> timedelta:
        """The time between two readings of one account."""
        return timedelta(hours=self.schedule.collect_every_hours)

    def require_signed(self, now: datetime) -> None:
        """Raises ConfigError when the agreement on second opinions is dated after today, where the practice works."""
        if wrong := self.opinion.mistakes_on(now.astimezone(self.practice.zone).date(), self.file):
            raise ConfigError(wrong)


def load_config(file: Path, environment: Mapping[str, str]) -> Config:
    """Read and check `file`; secrets come from `environment` or from the files it names.

    Raises ConfigError with every mistake found, also when the file cannot be read at all.
    """
    parsed = _parse(file)
    secrets = _Secrets(file, environment)
    url = secrets.read("database.url", parsed.database.url_env, parsed.database.url_file) or parsed.database.url or ""
    smtp = parsed.mail.smtp if parsed.mail.transport == "smtp" else None
    password = secrets.read("mail.smtp.password", smtp.password_env, smtp.password_file) if smtp else None
    if smtp and smtp.username and smtp.password_env is None and smtp.password_file is None:
        secrets.lacks("mail.smtp.password", "password_env or password_file, because username is set")
    opinion = parsed.opinion
    key = secrets.read("opinion.api_key", opinion.api_key_env, opinion.api_key_file) if opinion.enabled else None
    if key is not None and not may_be_sent(key):
        secrets.refuse("opinion.api_key", opinion.api_key_env, "visible ASCII characters without blanks")
    together = [*opinion.mistakes(file), *parsed.console.mistakes(file), *parsed.record.mistakes(file)]
    shown = None
    if oidc := parsed.console.oidc:
        shown = secrets.read("console.oidc.client_secret", oidc.client_secret_env, oidc.client_secret_file)
        together += oidc.mistakes(file, parsed.politeness.allowed_private)
    if wrong := [*secrets.mistakes, *together]:
        raise ConfigError(wrong)
    return _resolved(file, parsed, url, password or "", key or "", oidc_secret=shown or "")


def _parse(file: Path) -> _File:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([Mistake(str(file), "(file)", error.strerror or "an error", "a readable file")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Mistake(str(file), "(file)", "bytes that are not UTF-8", "UTF-8 text")]) from error
    content = parsed_toml(text, str(file))
    try:
        return _File.model_validate(content)
    except ValidationError as error:
        raise ConfigError(mistakes_from(error.errors(), str(file))) from error


class _Secrets:
    """Reads secrets and gathers what is wrong with them, without ever repeating one."""

    def __init__(self, file: Path, environment: Mapping[str, str]) -> None:
        self._file = file
        self._environment = environment
        self.mistakes: list[Mistake] = []

    def read(self, key: str, variable: str | None, secret_file: str | None) -> str | None:
        if variable is not None:
            value = self._environment.get(variable)
            if not value:
                self._wrong(f"{key}_env", f"no environment variable {variable}", "one that holds the secret")
            return value
        if secret_file is not None:
            return self._from_file(key, secret_file)
        return None

    def lacks(self, key: str, expected: str) -> None:
        self._wrong(key, "nothing", expected)

    def refuse(self, key: str, variable: str | None, expected: str) -> None:
        self._wrong(f"{key}_file" if variable is None else f"{key}_env", "a value that is not repeated here", expected)

    def _from_file(self, key: str, name: str) -> str | None:
        try:
            secret = (self._file.parent / name).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:  # UnicodeDecodeError is a ValueError, and so is a name with a NUL in it
            seen = error.strerror if isinstance(error, OSError) else "not UTF-8"
        else:
            if secret:
                return secret
            seen = "empty"
        self._wrong(f"{key}_file", f"{name} ({seen})", "a readable file that holds the secret")
        return None

    def _wrong(self, key: str, seen: str, expected: str) -> None:
        self.mistakes.append(Mistake(str(self._file), key, seen, expected))


def _resolved(file: Path, parsed: _File, url: str, password: str, key: str, *, oidc_secret: str) -> Config:
    folder = file.resolve().parent
    return Config(
        file=file,
        practice=parsed.practice,
        schedule=parsed.schedule,
        mail=parsed.mail,
        retention=parsed.retention,
        politeness=parsed.politeness,
        logging=parsed.logging,
        opinion=parsed.opinion,
        console=parsed.console,
        concerns=parsed.concerns,
        review=parsed.review,
        record=parsed.record,
        policy=folder / parsed.paths.policy,
        archive=folder / parsed.paths.archive,
        maildir=folder / parsed.paths.maildir,
        key_file=folder / parsed.paths.key_file,
        keyring_file=folder / parsed.paths.keyring_file,
        tokens_file=folder / parsed.paths.tokens_file,
        signing_key_file=folder / parsed.record.signing_key_file,
        model=_model(parsed.scoring.model, folder),
        read_images=parsed.scoring.read_images,
        database_url=SecretStr(_anchored(url, folder)),
        mail_password=SecretStr(password),
        opinion_key=SecretStr(key),
        oidc_secret=SecretStr(oidc_secret),
    )


def _model(named: str, folder: Path) -> Path | None:
    if named == "off":
        return None
    return WEIGHTS if named == "shipped" else folder / named


def _anchored(url: str, folder: Path) -> str:
    """A relative SQLite path counts from the configuration's folder, whatever folder the command runs in."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url.startswith(f"{prefix}/"):
        return url
    return f"{prefix}{folder / url.removeprefix(prefix)}"
