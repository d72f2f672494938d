"""The students as one graph for export: shared int8 word vectors, one or more bodies, the mean of their logits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    State = Mapping[str, torch.Tensor]

LAYERS = 6
HEADS = 12
_EPSILON = 1e-12
_WORDS = "encoder.embeddings.word_embeddings.weight"


class Words(nn.Module):
    """Word vectors as int8 rows with a scale each."""

    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        scale = table.abs().amax(dim=1, keepdim=True) / 127 + 1e-12
        self.register_buffer("table", torch.round(table / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, pieces: torch.Tensor) -> torch.Tensor:
        """Vectors (posts, pieces, width)."""
        found: torch.Tensor = self.table[pieces].float() * self.scale[pieces]
        return found


class Body(nn.Module):
    """A BERT encoder of six layers with its head, written out so that it exports without surprises."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.width = int(state[_WORDS].shape[1])
        self.state = nn.ParameterDict(
            {key.replace(".", "/"): nn.Parameter(value, requires_grad=False) for key, value in _fused(state).items()}
        )

    def _of(self, key: str) -> torch.Tensor:
        return self.state[key.replace(".", "/")]

    def _linear(self, values: torch.Tensor, key: str) -> torch.Tensor:
        return values @ self._of(f"{key}.weight") + self._of(f"{key}.bias")

    def _norm(self, values: torch.Tensor, key: str) -> torch.Tensor:
        return functional.layer_norm(
            values, (self.width,), self._of(f"{key}.weight"), self._of(f"{key}.bias"), _EPSILON
        )

    def forward(self, words: torch.Tensor, mask: torch.Tensor, segments: torch.Tensor) -> torch.Tensor:
        """Logits (posts, outputs)."""
        kinds = self._of("embeddings.token_type_embeddings.weight")
        places = self._of("embeddings.position_embeddings.weight")
        hidden = words + places[: words.shape[1]] + kinds[segments]
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        hushed = (1.0 - mask[:, None, None, :]) * -1e4
        for layer in range(LAYERS):
            hidden = self._layer(hidden, hushed, f"encoder.layer.{layer}")
        weight = mask.unsqueeze(-1)
        mean = (hidden * weight).sum(1) / weight.sum(1)
        return self._linear(torch.cat([mean, hidden[:, 0]], dim=-1), "head")

    def _layer(self, hidden: torch.Tensor, hushed: torch.Tensor, key: str) -> torch.Tensor:
        posts, length, width = hidden.shape[0], hidden.shape[1], self.width
        heads = self._linear(hidden, f"{key}.attention.fused").view(posts, length, 3, HEADS, width // HEADS)
        query, name, value = heads.permute(2, 0, 3, 1, 4).unbind(0)
        attention = torch.softmax(query @ name.transpose(-1, -2) / math.sqrt(width // HEADS) + hushed, dim=-1)
        mixed = (attention @ value).transpose(1, 2).reshape(posts, length, width)
        hidden = self._norm(
            hidden + self._linear(mixed, f"{key}.attention.output.dense"), f"{key}.attention.output.LayerNorm"
        )
        wide = functional.gelu(self._linear(hidden, f"{key}.intermediate.dense"))
        return self._norm(hidden + self._linear(wide, f"{key}.output.dense"), f"{key}.output.LayerNorm")


class Panel(nn.Module):
    """Students that vote with their mean. They must share their word vectors."""

    def __init__(self, states: Sequence[State]) -> None:
        super().__init__()
        first = states[0][_WORDS]
        if any(not torch.equal(state[_WORDS], first) for state in states):
            raise ValueError("the students do not share their word vectors: export one of them")
        self.words = Words(first)
        self.bodies = nn.ModuleList(Body(state) for state in states)

    def forward(self, pieces: torch.Tensor, mask: torch.Tensor, segments: torch.Tensor) -> torch.Tensor:
        """Word pieces, mask (1 or 0) and segment numbers, all int64 (posts, pieces) -> logits (posts, outputs)."""
        words, seen = self.words(pieces), mask.float()
        return torch.stack([body(words, seen, segments) for body in self.bodies]).mean(0)


def _fused(state: State) -> dict[str, torch.Tensor]:
    """Plain names; matrices turned for `x @ w`; query, key and value side by side."""
    plain = {key.removeprefix("encoder."): value.float() for key, value in state.items() if key != _WORDS}
    out: dict[str, torch.Tensor] = {}
    for key, value in plain.items():
        if ".attention.self." in key:
            continue
        turned = key.endswith(".weight") and value.ndim == 2 and not key.startswith("embeddings")  # noqa: PLR2004
        out[key] = value.t().contiguous() if turned else value
    for layer in range(LAYERS):
        start = f"encoder.layer.{layer}.attention"
        for end in ("weight", "bias"):
            parts = [plain[f"{start}.self.{part}.{end}"] for part in ("query", "key", "value")]
            joined = torch.cat(parts, dim=0)
            out[f"{start}.fused.{end}"] = joined.t().contiguous() if end == "weight" else joined
    return out
