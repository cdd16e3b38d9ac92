"""`python -m training.reader --data FOLDER --out FILE`: train the reader."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file

from retrieval.embed.encoder import Encoder
from training.reader.examples import batches, encode, examples
from training.reader.export import export
from training.reader.network import Network
from training.reader.train import Plan, train

_LOOKED_AT = 500  # held-out examples


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.reader", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the training files")
    parser.add_argument("--out", type=Path, required=True, help="weights to write")
    parser.add_argument("--seed", type=int, default=Plan.seed)
    parser.add_argument("--rate", type=float, default=Plan.rate)
    parser.add_argument("--passes", type=int, default=1, help="over the data, windows drawn anew")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    plan = Plan(seed=given.seed, rate=given.rate)
    encoder = Encoder("minilm")
    tokenizer = encoder.tokenizer
    every = []
    for number in range(given.passes):
        learnt, held = examples(given.data, given.seed + number)
        every += batches(encode(learnt, tokenizer), plan.batch, given.seed + number)
        if not number:
            looked_at = encode(held, tokenizer)[:_LOOKED_AT]
    weights = load_file(encoder.folder / "model.safetensors")
    network = Network(weights, plan.frozen)
    state, curve = (given.out.with_suffix(end) for end in (".state", ".curve.jsonl"))
    print(f"{len(every)} batches, {sum(len(x.ids) for b in every for x in b)} tokens", flush=True)
    train(network, plan, every, looked_at, state, curve)
    export(network, given.out)


if __name__ == "__main__":
    main()
