"""One training run and the predictions of its model. Seeded; a run that was cut off goes on from its last epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional

from training.model import Batches, load_judge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from training.model import Judge
    from training.rows import Rows

    Steps = Callable[[int, int], None]
    """Told after each step: how many are done, of how many."""

_BUCKET = 40
_PREDICT_BATCH = 128
_MOST_PIECES = 1536
_LEAST_STEPS = 20
"""The schedule divides by a tenth of its steps less one; a trial may have fewer."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. `soft` is the share of the teachers' word in the loss; `alike` weighs what parts a swap group."""

    encoder: str
    epochs: float
    batch: int
    rate: float
    head_rate: float
    soft: float = 0.0
    most_positive: float = 4.0
    frozen_words: bool = False
    alike: float = 0.0


def train(
    rows: Rows,
    chosen: np.ndarray[Any, Any],
    recipe: Recipe,
    *,
    encoders: Path,
    seed: int,
    weights: np.ndarray[Any, Any],
    soft_targets: np.ndarray[Any, Any] | None = None,
    checkpoint: Path | None = None,
    told: Steps | None = None,
) -> tuple[Judge, Batches]:
    """Train on the rows `chosen`. `soft_targets` are logits for all rows, needed where `recipe.soft` is above 0.

    With `checkpoint`, a run that was cut off goes on from its last epoch, and its weights are those of a run that was
    not: each epoch draws its order and its dropout from a seed of its own.
    """
    torch.manual_seed(seed)
    model, vocabulary = load_judge(encoders, recipe.encoder, rows.targets.shape[1])
    return model, _trained(model, vocabulary, rows, chosen, recipe, seed, weights, soft_targets, checkpoint, told)


def further(
    rows: Rows,
    chosen: np.ndarray[Any, Any],
    recipe: Recipe,
    model: Judge,
    vocabulary: np.ndarray[Any, Any],
    seed: int,
    weights: np.ndarray[Any, Any],
    soft_targets: np.ndarray[Any, Any],
) -> np.ndarray[Any, Any]:
    """Train a model further, in place; its logits for every row afterwards."""
    torch.manual_seed(seed)
    batches = _trained(model, vocabulary, rows, chosen, recipe, seed, weights, soft_targets, None)
    return predict(model, batches, range(len(rows)))


def said(model: Judge, vocabulary: np.ndarray[Any, Any], rows: Rows) -> np.ndarray[Any, Any]:
    """Logits of a model as it is, for every row."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return predict(model.to(device), Batches.of(rows, vocabulary, device), range(len(rows)))


def _trained(
    model: Judge,
    vocabulary: np.ndarray[Any, Any],
    rows: Rows,
    chosen: np.ndarray[Any, Any],
    recipe: Recipe,
    seed: int,
    weights: np.ndarray[Any, Any],
    soft_targets: np.ndarray[Any, Any] | None,
    checkpoint: Path | None,
    told: Steps | None = None,
) -> Batches:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device)
    if recipe.frozen_words:
        model.encoder.embeddings.word_embeddings.weight.requires_grad_(requires_grad=False)
    batches = Batches.of(rows, vocabulary, device)
    steps = int(recipe.epochs * -(-len(chosen) // recipe.batch))
    optimizer, schedule = _optimizer(model, recipe, steps)
    loss = _Loss.of(rows, chosen, weights, recipe, device, soft_targets)
    done = _resume(checkpoint, model, optimizer, schedule)
    epoch = done // max(1, -(-len(chosen) // recipe.batch))
    model.train()
    while done < steps:
        torch.manual_seed(seed * 1000 + epoch)
        for batch in _order(batches, chosen, recipe.batch, seed * 1000 + epoch)[: steps - done]:
            _step(model, batches, batch, loss, optimizer)
            schedule.step()
            done += 1
            if told:
                told(done, steps)
        epoch += 1
        _keep(checkpoint, model, optimizer, schedule, done)
    return batches


def _optimizer(model: Judge, recipe: Recipe, steps: int) -> tuple[Any, Any]:
    body = [weight for weight in model.encoder.parameters() if weight.requires_grad]
    groups = [{"params": body, "lr": recipe.rate}, {"params": model.head.parameters(), "lr": recipe.head_rate}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=next(model.parameters()).is_cuda)
    rates = [recipe.rate, recipe.head_rate]
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=rates, total_steps=max(steps + 1, _LEAST_STEPS), pct_start=0.1, cycle_momentum=False
    )
    return optimizer, schedule


def _step(model: Judge, batches: Batches, batch: Sequence[int], loss: _Loss, optimizer: Any) -> None:
    """One step on a batch, its gradient gathered from parts that fit a small machine's memory."""
    optimizer.zero_grad(set_to_none=True)
    for part in _parts(batches, batch):
        pieces, segments = batches.inputs(part)
        with torch.autocast(pieces.device.type, dtype=torch.bfloat16):
            logits = model(pieces, segments)
        value = loss(logits.float(), batches, part) * (len(part) / len(batch))
        value.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


def _parts(batches: Batches, batch: Sequence[int]) -> list[Sequence[int]]:
    """The batch whole on a GPU; on a CPU in stretches of at most _MOST_PIECES, padding counted."""
    if batches.device.type != "cpu":
        return [batch]
    size = max(1, _MOST_PIECES // max(map(batches.length, batch)))
    return [batch[start : start + size] for start in range(0, len(batch), size)]


@dataclass(frozen=True)
class _Loss:
    """Masked binary cross-entropy on the labels, and on the teachers' probabilities where there are any."""

    weights: torch.Tensor
    positive: torch.Tensor
    soft: torch.Tensor | None
    share: float
    groups: torch.Tensor
    alike: float

    @classmethod
    def of(
        cls,
        rows: Rows,
        chosen: np.ndarray[Any, Any],
        weights: np.ndarray[Any, Any],
        recipe: Recipe,
        device: torch.device,
        soft: np.ndarray[Any, Any] | None,
    ) -> _Loss:
        known = rows.mask[chosen]
        yes = (rows.targets[chosen] * known).sum(0)
        ratio = np.clip((known.sum(0) - yes) / np.maximum(yes, 1), 1, recipe.most_positive)
        return cls(
            torch.tensor(weights, dtype=torch.float32, device=device),
            torch.tensor(ratio, dtype=torch.float32, device=device),
            None if soft is None else torch.tensor(soft, dtype=torch.float32, device=device),
            recipe.soft,
            torch.tensor(rows.swap, device=device),
            recipe.alike,
        )

    def __call__(self, logits: torch.Tensor, batches: Batches, batch: Sequence[int]) -> torch.Tensor:
        targets, mask = batches.wanted(batch)
        hard = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none", pos_weight=self.positive)
        value = (hard * mask * self.weights).sum() / len(batch)
        if self.soft is None:
            return value
        places = torch.tensor(list(batch), device=logits.device)
        taught = functional.binary_cross_entropy_with_logits(logits, torch.sigmoid(self.soft[places]), reduction="none")
        both = (1 - self.share) * value + self.share * (taught * self.weights).sum() / len(batch)
        return both + self.alike * self._parted(logits, self.groups[places]) / len(batch) if self.alike else both

    def _parted(self, logits: torch.Tensor, groups: torch.Tensor) -> torch.Tensor:
        """How far the posts of a swap group are from their mean: squared log-odds, weighted and summed."""
        same = ((groups[:, None] == groups[None]) & (groups >= 0)[:, None]).float()
        mean = same @ logits / same.sum(1, keepdim=True).clamp(min=1)
        return ((logits - mean).square() * (groups >= 0)[:, None] * self.weights).sum()


def _order(batches: Batches, chosen: np.ndarray[Any, Any], size: int, seed: int) -> list[list[int]]:
    """Batches of like lengths in random order: rows are shuffled, then sorted within stretches.

    A swap group counts as one row of its mean length, so that it stands in one batch or in two that follow.
    """
    source = np.random.default_rng(seed)
    units = _units(batches.rows.swap[chosen])
    lengths = np.bincount(units, weights=batches.lengths[chosen]) / np.bincount(units)
    drawn = source.permutation(len(lengths))
    shuffled = np.argsort(drawn[units], kind="stable")
    stretch = size * _BUCKET
    out: list[list[int]] = []
    for start in range(0, len(shuffled), stretch):
        part = shuffled[start : start + stretch]
        part = part[np.lexsort((drawn[units[part]], lengths[units[part]]))]
        out.extend(chosen[part[first : first + size]].tolist() for first in range(0, len(part), size))
    source.shuffle(out)
    return out


def _units(swap: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """(rows,) numbers from 0: one a swap group, one each row that is in none."""
    names = np.where(swap < 0, np.arange(len(swap)) + swap.max() + 1, swap)
    return np.asarray(np.unique(names, return_inverse=True)[1])


def _keep(path: Path | None, model: Judge, optimizer: Any, schedule: Any, done: int) -> None:
    if path is None:
        return
    partial = path.with_suffix(".partial")
    torch.save(
        {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "done": done,
        },
        partial,
    )
    partial.replace(path)


def _resume(path: Path | None, model: Judge, optimizer: Any, schedule: Any) -> int:
    if path is None or not path.exists():
        return 0
    stored = torch.load(path, weights_only=True)
    model.load_state_dict(stored["model"])
    optimizer.load_state_dict(stored["optimizer"])
    schedule.load_state_dict(stored["schedule"])
    return int(stored["done"])


def predict(model: Judge, batches: Batches, chosen: Sequence[int]) -> np.ndarray[Any, Any]:
    """Logits (rows, outputs) of these rows, in their order."""
    model.eval()
    order = sorted(range(len(chosen)), key=lambda place: batches.length(chosen[place]))
    out = np.zeros((len(chosen), batches.rows.targets.shape[1]), dtype=np.float32)
    for start in range(0, len(order), _PREDICT_BATCH):
        places = order[start : start + _PREDICT_BATCH]
        pieces, segments = batches.inputs([chosen[place] for place in places])
        with torch.no_grad(), torch.autocast(pieces.device.type, dtype=torch.bfloat16):
            out[places] = model(pieces, segments).float().cpu().numpy()
    return out
