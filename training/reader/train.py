"""The training run: seeded, written down every few minutes, and taken up again where it stopped."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from training.reader.evaluate import measure, padded, summary
from training.reader.examples import Encoded
from training.reader.network import LAYERS, Network


@dataclass(frozen=True)
class Plan:
    """What decides how a run goes; a run is only taken up under the plan it began with."""

    seed: int = 1
    batch: int = 16
    rate: float = 2e-4  # of the last layer
    rate_of_heads: float = 8e-4
    rate_below: float = 0.9  # a layer's rate as a share of the one above
    warm: int = 150  # steps of rising rate
    falling: float = 0.55  # share of the steps, the last ones, in which the rate falls to zero
    frozen: int = 2  # layers that stay as they are, and the embeddings


SAVE, LOOK, TELL = 150, 400, 25  # steps between two saves, two looks at held-out rows, two lines
_RELEVANCE = 0.3  # weight of its loss


def loss(network: Network, batch: list[Encoded]) -> tuple[Tensor, dict[str, float]]:
    """Cross entropy of start and end where there is an answer, and of the two verdicts."""
    spans, verdicts = network(*padded(batch))
    answered = torch.tensor([one.start >= 0 for one in batch])
    parts = {}
    total = F.binary_cross_entropy_with_logits(verdicts[:, 0], answered.float())
    parts["answerable"] = total.item()
    if bool(answered.any()):
        wanted = torch.tensor([(one.start, one.end) for one in batch])[answered]
        span = F.cross_entropy(spans[answered].transpose(1, 2).flatten(0, 1), wanted.flatten())
        parts["span"] = span.item()
        # Every row counts the same, whichever batch it is in.
        total = total + span * answered.float().mean()
    relevant = torch.tensor([float(one.relevant) for one in batch])
    if bool((known := relevant >= 0).any()):
        found = F.binary_cross_entropy_with_logits(verdicts[:, 1][known], relevant[known])
        parts["relevant"] = found.item()
        total = total + _RELEVANCE * found
    return total, parts


def optimiser(network: Network, plan: Plan) -> torch.optim.Optimizer:
    """AdamW, slower in lower layers; norms and biases do not decay."""
    groups = []
    for name, weight in network.named_parameters():
        if not weight.requires_grad:
            continue
        if name.startswith("heads."):
            rate = plan.rate_of_heads
        else:
            depth = LAYERS - 1 - int(name.split("/")[2])
            rate = plan.rate * plan.rate_below**depth
        decay = 0.01 if weight.ndim > 1 else 0.0
        groups.append({"params": [weight], "lr": rate, "rate": rate, "weight_decay": decay})
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), eps=1e-6, fused=True)


def share(plan: Plan, step: int, steps: int) -> float:
    """Share of the full rate at a step: up, level, and down to zero."""
    down = (steps - step) / max(1.0, plan.falling * steps)
    return max(0.0, min(1.0, (step + 1) / plan.warm, down))


def train(
    network: Network,
    plan: Plan,
    batches: list[list[Encoded]],
    held: list[Encoded],
    state: Path,
    curve: Path,
    until: int | None = None,
) -> None:
    """Learn from all batches, or stop `until` a step as if the run had been killed there.

    `state` is read if it is there, and written as the run goes on.
    """
    optimizer = optimiser(network, plan)
    done = _load(network, optimizer, plan, state) if state.exists() else 0
    tokens, begun, losses = 0, time.monotonic(), []
    end = len(batches) if until is None else until
    for step in range(done, end):
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * share(plan, step, len(batches))
        total, parts = loss(network, batches[step])
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(parts)
        tokens += sum(len(one.ids) for one in batches[step])
        last = step + 1 == end
        if (step + 1) % TELL == 0 or last:
            line: dict[str, float] = {"step": step + 1, "of": len(batches)}
            for name in ("span", "answerable", "relevant"):
                values = [part[name] for part in losses if name in part]
                line[name] = round(sum(values) / max(1, len(values)), 4)
            line["tokens_per_second"] = round(tokens / (time.monotonic() - begun))
            losses = []
            if (step + 1) % LOOK == 0 or last:
                line |= {f"held {k}": round(v, 4) for k, v in measure(network, held).items()}
            with curve.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
            print(summary({name: float(value) for name, value in line.items()}), flush=True)
        if (step + 1) % SAVE == 0 or last:
            _save(network, optimizer, plan, step + 1, state)


def _save(
    network: Network, optimizer: torch.optim.Optimizer, plan: Plan, step: int, state: Path
) -> None:
    kept = {
        "plan": asdict(plan),
        "step": step,
        "network": {n: w.detach() for n, w in network.named_parameters() if w.requires_grad},
        "optimizer": optimizer.state_dict(),
    }
    fresh = state.with_name(state.name + ".new")
    torch.save(kept, fresh)
    fresh.replace(state)


def _load(network: Network, optimizer: torch.optim.Optimizer, plan: Plan, state: Path) -> int:
    """Raises ValueError if the run began under another plan."""
    kept = torch.load(state, weights_only=True)
    if kept["plan"] != asdict(plan):
        raise ValueError(f"{state} was begun as {kept['plan']}; delete it to begin anew")
    network.load_state_dict(kept["network"], strict=False)  # what does not learn is not kept
    optimizer.load_state_dict(kept["optimizer"])
    return int(kept["step"])
