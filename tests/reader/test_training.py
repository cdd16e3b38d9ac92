"""The training run: what it learns from, and that it goes on as if it had not been stopped."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from retrieval.embed.encoder import Encoder
from retrieval.reader.weights import pack, unpack
from training.reader.calibrate import fit
from training.reader.data import Row, nearest, rows, window
from training.reader.evaluate import area, error_of
from training.reader.examples import Encoded, batches, encode
from training.reader.export import export
from training.reader.negatives import Pool, edited, elsewhere, swapped
from training.reader.network import Network
from training.reader.train import Plan, share, train

CONTEXT = (
    "Norwick is a town in Fenshire. Its library opened in 1911 under Clara Voss. "
    "The bridge over the Lode was built in 1874 by Amos Field."
)
ROW = Row("Who opened the library of Norwick in 1911?", CONTEXT, [(66, 76)], "Norwick", "made")


def test_rows_are_read_and_spans_fit(tmp_path: Path) -> None:
    answer = {"text": "Clara Voss", "start": CONTEXT.index("Clara")}
    made = {"question": " Who? ", "context": CONTEXT, "answers": [answer], "lang": "en"}
    with gzip.open(tmp_path / "some.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in (made, {**made, "lang": "de"}))
    (row,) = rows(tmp_path, "some", 10, random.Random(1))
    assert (row.question, CONTEXT[slice(*row.answers[0])]) == ("Who?", "Clara Voss")


def test_a_window_holds_the_answer_where_it_says() -> None:
    at = CONTEXT.index("1911"), CONTEXT.index("1911") + 4
    for seed in range(20):
        text, span = window(ROW, at, random.Random(seed))
        assert span is not None
        assert text[slice(*span)] == "1911"


def test_edited_questions_ask_for_something_else() -> None:
    pool = Pool([ROW])
    found = {edited(ROW, pool, random.Random(seed)) for seed in range(30)}
    assert ROW.question not in found
    assert any(question and "1911" not in question for question in found)
    (example,) = swapped(ROW, pool, random.Random(1))
    assert (example.span, example.relevant) == (None, None)


def test_words_beside_the_answer_do_not_hold_it() -> None:
    pool = Pool([ROW])
    for seed in range(10):
        for example in elsewhere(ROW, pool, random.Random(seed)):
            assert "Clara Voss" not in example.window
    start, end = nearest("Who built the bridge?", CONTEXT, []) or (0, 0)
    assert CONTEXT[start:end].startswith("The bridge")


def test_area_and_calibration_error() -> None:
    import numpy as np

    assert area(np.array([2.0, 1.0]), np.array([0.0, 1.0])) == 0.875
    truth = np.array([True, False])
    assert error_of(np.array([1.0, 0.0]), truth) == 0
    assert error_of(np.array([0.5, 0.5]), truth) == 0
    assert error_of(np.array([0.0, 1.0]), truth) == 1
    weights = fit(np.array([[2.0], [1.0], [-1.0], [0.5], [-2.0]]), np.array([1, 1, 0, 0, 0]) == 1)
    assert weights[1] > 0


def test_the_rate_rises_stays_and_falls() -> None:
    plan = Plan(warm=10, falling=0.5)
    shares = [share(plan, step, 100) for step in range(100)]
    assert shares[0] == 0.1
    assert shares[10:50] == [1.0] * 40
    assert shares[-1] == 0.02


def test_eight_bits_keep_the_weights() -> None:
    weights = {"a.weight": torch.randn(8, 16), "a.bias": torch.randn(8)}
    again = unpack(pack(weights))
    for name, weight in weights.items():
        assert torch.allclose(weight, again[name], atol=float(weight.abs().max()) / 127)


@pytest.fixture(scope="module")
def made() -> tuple[dict[str, Tensor], list[list[Encoded]]]:
    encoder = Encoder("minilm")
    pool = Pool([ROW])
    examples = [one for seed in range(3) for one in swapped(ROW, pool, random.Random(seed))] + [
        one for seed in range(3) for one in elsewhere(ROW, pool, random.Random(seed))
    ]
    answered = [Encoded([101, 2040, 102, 2000, 3000, 102], 3, 4, 4, 1, "made")] * 3
    every = [*encode(examples, encoder.tokenizer), *answered]
    return load_file(encoder.folder / "model.safetensors"), batches(every, 2, seed=1)[:4]


def test_a_run_that_was_stopped_ends_with_the_same_weights(
    made: tuple[dict[str, Tensor], list[list[Encoded]]], tmp_path: Path
) -> None:
    weights, learnt = made
    held = [one for batch in learnt for one in batch]

    def run(name: str, stops: list[int]) -> dict[str, Tensor]:
        for stop in stops:
            torch.manual_seed(1)
            network = Network(weights, frozen=5)
            state, curve = tmp_path / f"{name}.state", tmp_path / f"{name}.jsonl"
            train(network, Plan(frozen=5, warm=2), learnt, held, state, curve, until=stop)
        export(network, tmp_path / name)
        lines = [json.loads(line) for line in curve.read_text("utf-8").splitlines()]
        assert lines[-1]["step"] == len(learnt)
        assert {"held exact", "held f1", "held refused"} <= lines[-1].keys()
        return load_file(tmp_path / name)

    whole, stopped = run("whole", [len(learnt)]), run("stopped", [2, len(learnt)])
    assert whole.keys() == stopped.keys()
    assert all(torch.equal(whole[name], stopped[name]) for name in whole)
    assert not torch.equal(
        unpack(whole)["encoder.layer.5.output.dense.weight"],
        weights["encoder.layer.5.output.dense.weight"],
    )
    network = Network(weights, frozen=5)
    with pytest.raises(ValueError, match="delete it"):
        train(network, Plan(seed=2), learnt, held, tmp_path / "whole.state", tmp_path / "c", 9)
