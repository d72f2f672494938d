"""The teachers as one graph for export: bodies of MPNet with their own word vectors, the mean of their logits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

from training.encoders import PADDING
from training.graph import Words
from training.model import CONTEXT_PIECES, TEXT_PIECES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    State = Mapping[str, torch.Tensor]

WORDS = "encoder.embeddings.word_embeddings.weight"
_EPSILON = 1e-5
_FIRST = PADDING + 1
"""The position of the first piece: MPNet counts from behind the padding's number."""
_REACH = TEXT_PIECES + CONTEXT_PIECES + 3
"""Pieces of the longest input."""
_HUSHED = -1e4


class MpnetBody(nn.Module):
    """An MPNet encoder (Song et al. 2020) with its head, written out so that it exports without surprises.

    `state` is a Judge's, its word vectors in the order of BERT's list. It has no segments: the two texts are parted by
    the sign between them alone.
    """

    def __init__(self, state: State) -> None:
        super().__init__()
        self.words = Words(state[WORDS].float())
        self.width = int(state[WORDS].shape[1])
        fused = _fused(state)
        self.layers = sum(key.endswith("attention.fused.weight") for key in fused)
        table = fused.pop("encoder.relative_attention_bias.weight")
        self.heads = int(table.shape[1])
        steps = torch.arange(1 - _REACH, _REACH)
        self.register_buffer("nearness", table[MPNetEncoder.relative_position_bucket(steps)])
        self.state = nn.ParameterDict(
            {key.replace(".", "/"): nn.Parameter(value, requires_grad=False) for key, value in fused.items()}
        )

    def _of(self, key: str) -> torch.Tensor:
        return self.state[key.replace(".", "/")]

    def _linear(self, values: torch.Tensor, key: str) -> torch.Tensor:
        return values @ self._of(f"{key}.weight") + self._of(f"{key}.bias")

    def _norm(self, values: torch.Tensor, key: str) -> torch.Tensor:
        return functional.layer_norm(
            values, (self.width,), self._of(f"{key}.weight"), self._of(f"{key}.bias"), _EPSILON
        )

    def forward(self, pieces: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits (posts, outputs). `mask`: 1 or 0 as float; padding stands at the end."""
        length = pieces.shape[1]
        places = self._of("embeddings.position_embeddings.weight")
        hidden = self._norm(self.words(pieces) + places[_FIRST : _FIRST + length], "embeddings.LayerNorm")
        steps = torch.arange(length, device=pieces.device)
        near = self.nearness[steps[None, :] - steps[:, None] + (_REACH - 1)].permute(2, 0, 1)[None]
        bias = near + (1.0 - mask[:, None, None, :]) * _HUSHED
        for layer in range(self.layers):
            hidden = self._layer(hidden, bias, f"encoder.layer.{layer}")
        weight = mask.unsqueeze(-1)
        mean = (hidden * weight).sum(1) / weight.sum(1)
        return self._linear(torch.cat([mean, hidden[:, 0]], dim=-1), "head")

    def _layer(self, hidden: torch.Tensor, bias: torch.Tensor, key: str) -> torch.Tensor:
        posts, length, width = hidden.shape[0], hidden.shape[1], self.width
        wide = self._linear(hidden, f"{key}.attention.fused").view(posts, length, 3, self.heads, width // self.heads)
        query, name, value = wide.permute(2, 0, 3, 1, 4).unbind(0)
        attention = torch.softmax(query @ name.transpose(-1, -2) / math.sqrt(width // self.heads) + bias, dim=-1)
        mixed = (attention @ value).transpose(1, 2).reshape(posts, length, width)
        hidden = self._norm(hidden + self._linear(mixed, f"{key}.attention.attn.o"), f"{key}.attention.LayerNorm")
        inner = functional.gelu(self._linear(hidden, f"{key}.intermediate.dense"))
        return self._norm(hidden + self._linear(inner, f"{key}.output.dense"), f"{key}.output.LayerNorm")


class MpnetPanel(nn.Module):
    """Teachers that vote with their mean."""

    def __init__(self, states: Sequence[State]) -> None:
        super().__init__()
        self.bodies = nn.ModuleList(MpnetBody(state) for state in states)

    def forward(self, pieces: torch.Tensor, mask: torch.Tensor, segments: torch.Tensor) -> torch.Tensor:
        """Word pieces, mask (1 or 0) and segment numbers, all int64 (posts, pieces) -> logits (posts, outputs).

        The segments are taken, since the run-time feeds them, and move nothing.
        """
        seen = mask.float()
        logits = torch.stack([body(pieces, seen) for body in self.bodies]).mean(0)
        return logits + segments.sum() * 0.0


def _fused(state: State) -> dict[str, torch.Tensor]:
    """Plain names; matrices turned for `x @ w`; query, key and value side by side."""
    plain = {key.removeprefix("encoder."): value.float() for key, value in state.items() if key != WORDS}
    out: dict[str, torch.Tensor] = {}
    for key, value in plain.items():
        start, found, part = key.rpartition(".attn.")
        name, _, end = part.partition(".")
        if found and name in {"q", "k", "v"}:
            joined = torch.cat([plain[f"{start}.attn.{one}.{end}"] for one in "qkv"], dim=0)
            out[f"{start}.fused.{end}"] = joined.t().contiguous() if end == "weight" else joined
            continue
        kept = value.ndim == 1 or "embeddings" in key or "relative_attention_bias" in key
        out[key] = value if kept else value.t().contiguous()
    return out
