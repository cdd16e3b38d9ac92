"""The engine's benchmarks run: every section gives its table, on a tiny model with random weights.

What the figures are is another matter: sizes are far too small for that.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from benchmarks.engine_bench import Bench
from benchmarks.engine_machine import read_bandwidth
from benchmarks.engine_table import Table
from benchmarks.engine_text import read_text
from benchmarks.engine_timed import Timed
from benchmarks.engine_timing import least

from benchmarks import engine, engine_gpu
from tests.engine.tiny import config, twins

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

SECTIONS: dict[str, tuple[int, str]] = {
    "yarn": (2, "tokens, no YaRN, least factor, static 4, DCA"),
    "agent": (3, "way, first tokens s, ratio, whole turns s, ratio, same tokens"),
    "decode": (
        2,
        "context, ours/s, transformers/s, ratio, memory limit/s, of limit, same tokens",
    ),
    "layer": (3, "new, ours ms, transformers ms, ratio, largest difference"),
    "quote": (
        4,
        "precision, way, tokens, forward passes, ratio, seconds, ratio, same tokens",
    ),
    "batch": (3, "way, seconds, ratio, same answers"),
}
"""Rows when a section measures little, and its columns."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint whose tokens are single bytes."""
    folder: Path = tmp_path_factory.mktemp("tiny-qwen2-instruct")
    twins().theirs.save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return folder


def byte_tokenizer() -> PreTrainedTokenizerFast:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate(alphabet)}
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens(["<|im_start|>", "<|im_end|>"])
    build: Any = PreTrainedTokenizerFast
    tokenizer: PreTrainedTokenizerFast = build(tokenizer_object=backend, eos_token="<|im_end|>")
    return tokenizer


@pytest.fixture(scope="module")
def bench(tiny: Path) -> Bench:
    return Bench(str(tiny), quick=True)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_gives_its_table(section: str, bench: Bench) -> None:
    table = engine.SECTIONS[section](bench)
    assert (len(table.rows), ", ".join(table.columns)) == SECTIONS[section]
    assert all(cell for row in table.rows for cell in row)


def test_float32_tokens_are_the_same_with_lookup_and_without(bench: Bench) -> None:
    table = engine.SECTIONS["quote"](bench)
    same = table.columns.index("same tokens")
    # Twice as many rows where float32 is what the processor is fast in.
    told = [row[same] for row in table.rows if row[0] == "float32"]
    assert len(told) in (2, 4)
    assert set(told) == {"2/2 answers"}


def test_the_layer_attends_as_transformers_does(bench: Bench) -> None:
    table = engine.SECTIONS["layer"](bench)
    assert all(float(row[-1]) < 0.02 for row in table.rows)


def test_the_gpu_section_on_shapes_of_a_cpu() -> None:
    shape = {name: config().to_dict()[name] for name in engine_gpu.QWEN2_7B}
    table = engine_gpu.measured(shape, torch.device("cpu"), (40, 300), copied=2**20)
    assert [row[:2] for row in table.rows] == [
        (length, way) for length in ("40", "300") for way in ("ours", "transformers")
    ]
    reading, ratio = table.columns.index("reading tokens/s"), table.columns.index("ratio")
    assert all(float(row[reading].replace(",", "")) > 0 for row in table.rows)
    assert [row[ratio] for row in table.rows if row[1] == "transformers"] == ["1.00"] * 2


def test_memory_that_does_not_suffice_is_a_cell() -> None:
    def full(_ids: list[int]) -> Any:
        raise torch.OutOfMemoryError("out of memory")

    def short(ids: list[int]) -> Any:
        return Timed([1] * 33, 1.0, 2.0) if len(ids) <= 16 else full(ids)

    found = engine_gpu.best({"ours": short}, [1] * 20, torch.device("cpu"))
    assert found == {"ours": None}
    assert engine_gpu.FULL in engine_gpu.cells(None, None, 1.0)


@pytest.mark.skipif(torch.cuda.is_available(), reason="would measure")
@pytest.mark.parametrize("section", [engine_gpu.gpu, engine_gpu.gpu_small])
def test_without_a_gpu_the_table_says_so(section: Callable[[Bench], Table], bench: Bench) -> None:
    assert "not measured (no GPU)" in section(bench).markdown()


def test_the_command_prints_tables_ready_to_paste(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("logging.disable", lambda _level: None)
    monkeypatch.setattr(sys, "argv", ["engine", "layer", "gpu", "--quick", "--model", str(tiny)])
    engine.main()
    printed = capsys.readouterr().out
    assert re.match(r"Machine: .+ cores.+ torch [0-9.]+.+\d{4}-\d\d-\d\d", printed)
    assert "| new | ours ms | transformers ms |" in printed


def test_an_unknown_section_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["engine", "speed"])
    with pytest.raises(SystemExit):
        engine.main()
    assert "no section speed" in capsys.readouterr().err


def test_ways_are_measured_in_turns() -> None:
    order: list[str] = []

    def way(name: str, *taken: float) -> Callable[[], float]:
        left = iter(taken)

        def run() -> float:
            order.append(name)
            return next(left)

        return run

    found = least({"a": way("a", 3.0, 2.0), "b": way("b", 4.0, 5.0)}, 2)
    assert order == ["a", "b", "a", "b"]
    assert found == {"a": 2.0, "b": 4.0}


def test_a_table_in_markdown() -> None:
    table = Table("Speed", ("a", "b"), "Seconds.")
    table.add("1", "2")
    assert table.markdown() == "### Speed\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nSeconds.\n"
    with pytest.raises(ValueError, match="3 cells for 2 columns"):
        table.add("1", "2", "3")


def test_texts_to_measure_with(tmp_path: Path) -> None:
    assert len(read_text([])) > 400_000
    for name in ("b", "a"):
        (tmp_path / f"{name}.txt").write_text(name, encoding="utf-8")
    assert read_text([tmp_path]) == "a\n\nb"
    assert read_text([tmp_path / "b.txt"]) == "b"
    with pytest.raises(SystemExit, match=r"no \.txt files: "):
        read_text([tmp_path / "none"])


def test_a_text_too_short_is_refused(tiny: Path, tmp_path: Path) -> None:
    file = tmp_path / "short.txt"
    file.write_text("short", encoding="utf-8")
    with pytest.raises(SystemExit, match="give more --text"):
        Bench(str(tiny), text=[file], quick=True).part(0, 100)


def test_memory_has_a_bandwidth() -> None:
    assert 1e8 < read_bandwidth(2**24) < 1e13
