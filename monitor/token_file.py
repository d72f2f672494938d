"""The file of owners' tokens: TOML that its owner alone may read, kept beside the database and never in it.

Read anew every time, so that a daemon notices what a command changed. Written whole and at once, one writer after the
other, by a lock on a file beside it. No message repeats a value of it.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import stat
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from collectors.base import Grant
from domain.errors import ConfigError, Mistake, UsageError
from domain.mistakes import mistakes_from
from domain.toml import parsed_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_HEADER = (
    "# Owners' tokens, written by `section7 tokens`; see docs/tokens.md. Whoever reads this file can read as they do.\n"
)
_SECRETS = ("token", "refresh_token", "client_secret")
_HIDDEN = "a value that is not repeated here"
_HARMLESS = ("nothing", "a key that is not known", "a table")


def _sendable(value: str) -> str:
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("visible ASCII characters without blanks")
    return value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant with its offset, such as 2027-01-20T10:00:00Z")
    return value.astimezone(UTC)


Word = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_sendable)]
Instant = Annotated[datetime, AfterValidator(_aware)]


class _Entry(BaseModel):
    """One token as it stands in the file; each secret directly or by the environment variable that holds it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    platform: Word
    id: Word
    scopes: list[Word] = Field(default_factory=list)
    expires_at: Instant | None = None
    obtained_at: Instant | None = None
    client_id: Word | None = None
    token: Word | None = None
    token_env: Word | None = None
    refresh_token: Word | None = None
    refresh_token_env: Word | None = None
    client_secret: Word | None = None
    client_secret_env: Word | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.token is None) == (self.token_env is None):
            raise ValueError("exactly one of token and token_env")
        for name in _SECRETS[1:]:
            if getattr(self, name) is not None and getattr(self, f"{name}_env") is not None:
                raise ValueError(f"at most one of {name} and {name}_env")
        return self


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    grant: list[_Entry] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kept:
    """A grant as it is kept. `variables` names the environment variables that hold its secrets, by secret."""

    grant: Grant
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """Platform and owner, of which there is one grant at most."""
        return (self.grant.platform, self.grant.platform_id)


@dataclass(frozen=True, slots=True)
class TokenFile:
    """The file at `path`; one that is not there holds no token. `platforms` are the names an entry may have."""

    path: Path
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    platforms: frozenset[str] = frozenset()

    def read(self) -> tuple[Kept, ...]:
        """Every grant in the file's order. Raises ConfigError with every mistake, also when others can read it."""
        text = self._text()
        if text is None:
            return ()
        try:
            parsed = _File.model_validate(parsed_toml(text, str(self.path)))
        except ValidationError as error:
            # Not chained: the validator's own message tells less well and knows the values.
            raise ConfigError(_told(mistakes_from(error.errors(), str(self.path)))) from None
        wrong = [*self._mistakes(parsed.grant)]
        if wrong:
            raise ConfigError(wrong)
        return tuple(self._kept(entry) for entry in parsed.grant)

    def of(self, platform: str, platform_id: str) -> Grant | None:
        """The grant for one account, None without one. Raises ConfigError."""
        return next((kept.grant for kept in self.read() if kept.key == (platform, platform_id)), None)

    def put(self, kept: Kept) -> bool:
        """Keep a grant in place of the one for the same account; whether there was one. Raises as `read` and `_write`.

        A secret that an environment variable holds stays there.
        """
        return self._change(lambda found: [*(one for one in found if one.key != kept.key), kept], kept.key)

    def renew(self, before: Grant, grant: Grant) -> None:
        """Write a renewed token over the one that it was made of, in the file even where a variable held that one.

        Nothing is written when the entry was removed meanwhile, or another token was brought. Raises as `put`.
        """

        def renewed(found: Sequence[Kept]) -> list[Kept]:
            return [_renewed(one, grant) if _is_the_same(one.grant, before) else one for one in found]

        self._change(renewed, (grant.platform, grant.platform_id))

    def remove(self, platform: str, platform_id: str) -> bool:
        """Forget a grant; whether there was one. Raises as `put`."""
        key = (platform, platform_id)
        return self._change(lambda found: [one for one in found if one.key != key], key)

    def _change(self, change: Callable[[Sequence[Kept]], list[Kept]], key: tuple[str, str]) -> bool:
        with self._alone():
            found = self.read()
            changed = change(found)
            if changed != list(found):
                self._write(changed)
        return any(one.key == key for one in found)

    def _text(self) -> str | None:
        try:
            with self.path.open("rb") as stream:
                mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
                if mode & _OTHERS:
                    raise self._wrong(f"a file that others can read (mode {mode:04o})", f"chmod 600 {self.path}")
                return stream.read().decode()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._wrong(error.strerror or "an error", "a readable file") from error
        except UnicodeDecodeError:
            # Not chained: the decoder's message quotes bytes.
            raise self._wrong("bytes that are not UTF-8", "UTF-8 text") from None

    def _wrong(self, seen: str, expected: str) -> ConfigError:
        return ConfigError([Mistake(str(self.path), "(file)", seen, expected)])

    def _mistakes(self, entries: Sequence[_Entry]) -> Iterator[Mistake]:
        known: set[tuple[str, str]] = set()
        for number, entry in enumerate(entries):
            where = f"grant[{number}]"
            if entry.platform not in self.platforms:
                wanted = ", ".join(sorted(self.platforms)) or "none: no platform wants a token"
                yield Mistake(str(self.path), f"{where}.platform", "another name", f"one of {wanted}")
            if (entry.platform, entry.id) in known:
                yield Mistake(str(self.path), f"{where}.id", "the owner of an earlier token", "one token an owner")
            known.add((entry.platform, entry.id))
            for name in _SECRETS:
                variable = getattr(entry, f"{name}_env")
                if variable is not None and not self._from_variable(variable):
                    # Not named: who confuses the keys writes the secret itself there.
                    seen = "no usable environment variable of that name"
                    yield Mistake(str(self.path), f"{where}.{name}_env", seen, "one that holds the secret")

    def _from_variable(self, name: str) -> str:
        value = self.environment.get(name, "").strip()
        return value if value.isascii() and value.isprintable() and " " not in value else ""

    def _kept(self, entry: _Entry) -> Kept:
        named = {name: str(variable) for name in _SECRETS if (variable := getattr(entry, f"{name}_env"))}
        secret = {name: getattr(entry, name) or "" for name in _SECRETS}
        secret |= {name: self._from_variable(variable) for name, variable in named.items()}
        grant = Grant(
            platform=entry.platform,
            platform_id=entry.id,
            scopes=frozenset(entry.scopes),
            expires_at=entry.expires_at,
            obtained_at=entry.obtained_at,
            client_id=entry.client_id or "",
            **secret,
        )
        return Kept(grant, named)

    def _write(self, grants: Sequence[Kept]) -> None:
        """Raises UsageError when it cannot be written, or could not be read again."""
        text = "\n".join([_HEADER, *(_as_toml(one) for one in grants)])
        try:
            _File.model_validate(parsed_toml(text, str(self.path)))
        except (ValidationError, ConfigError):
            # Not chained: both know the values.
            raise UsageError("The platform gave a token or an id that cannot be kept. Nothing was changed.") from None
        beside = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(self.path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise UsageError(f"The tokens {self.path} cannot be written: {error.strerror}.") from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = self.path.with_name(f".{self.path.name}.lock")
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise UsageError(f"The tokens {self.path} cannot be written: {error.strerror}.") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _told(mistakes: Sequence[Mistake]) -> tuple[Mistake, ...]:
    """The mistakes without any value: even a name may be a secret that was put in the wrong place."""
    return tuple(
        one if one.seen in _HARMLESS or one.seen.startswith("a list of ") else replace(one, seen=_HIDDEN)
        for one in mistakes
    )


def _is_the_same(kept: Grant, before: Grant) -> bool:
    names = ("platform", "platform_id", "token", "refresh_token")
    return all(getattr(kept, name) == getattr(before, name) for name in names)


def _renewed(kept: Kept, grant: Grant) -> Kept:
    changed = {name for name in _SECRETS if getattr(kept.grant, name) != getattr(grant, name)}
    return Kept(grant, {name: variable for name, variable in kept.variables.items() if name not in changed})


def _as_toml(kept: Kept) -> str:
    """One entry. Every value is printable ASCII, of which JSON's form is TOML's as well."""
    grant = kept.grant
    lines = ["[[grant]]", f"platform = {json.dumps(grant.platform)}", f"id = {json.dumps(grant.platform_id)}"]
    lines.append(f"scopes = {json.dumps(sorted(grant.scopes))}")
    for name in ("expires_at", "obtained_at"):
        instant: datetime | None = getattr(grant, name)
        if instant is not None:
            lines.append(f"{name} = {instant.astimezone(UTC).isoformat(timespec='seconds').replace('+00:00', 'Z')}")
    for name in ("client_id", *_SECRETS):
        if variable := kept.variables.get(name):
            lines.append(f"{name}_env = {json.dumps(variable)}")
        elif value := getattr(grant, name):
            lines.append(f"{name} = {json.dumps(value)}")
    return "\n".join([*lines, ""])
