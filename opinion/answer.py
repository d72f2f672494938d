"""What counts as an answer: one JSON object with one of three words. Anything else is no opinion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import NoAnswer
from domain.opinions import Stand

if TYPE_CHECKING:
    from opinion.transport import Reply


class _Answer(BaseModel):
    """The answer itself. It has no free text: nothing that a model writes ever reaches a reader or the store."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    verdict: Literal["violation", "fine", "unsure"]


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"verdict": {"type": "string", "enum": ["violation", "fine", "unsure"]}},
    "required": ["verdict"],
    "additionalProperties": False,
}
"""The same as a JSON schema, in the subset that OpenAI's strict mode, llama.cpp and vLLM all take."""

_STANDS = {"violation": Stand.AGREES, "fine": Stand.DISAGREES, "unsure": Stand.NONE}


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    content: str


class _Choice(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    """The part of a chat completion that counts (https://platform.openai.com/docs/api-reference/chat/object)."""

    model_config = ConfigDict(frozen=True, strict=True)

    choices: list[_Choice]


def read_answer(reply: Reply) -> Stand:
    """How the model stands to the finding. Raises NoAnswer, never quoting what came, for anything off the schema."""
    if reply.content_type != "application/json":
        raise NoAnswer("wrong-content")
    try:
        completion = _Completion.model_validate_json(reply.body)
    except ValidationError:
        # Not chained: pydantic's message repeats what the model wrote.
        raise NoAnswer("off-schema") from None
    if len(completion.choices) != 1:
        raise NoAnswer("off-schema")
    choice = completion.choices[0]
    if choice.finish_reason not in (None, "stop"):
        raise NoAnswer("cut-short")
    try:
        return _STANDS[_Answer.model_validate_json(choice.message.content).verdict]
    except ValidationError:
        raise NoAnswer("off-schema") from None
