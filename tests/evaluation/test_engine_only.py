"""Needles in the window of a real model, in one short text."""

from __future__ import annotations

from pathlib import Path

import pytest

from docagent.engine import ChatQwen2
from docagent.engine.prefix_scorer import Mode
from docagent.errors import DocAgentError
from docagent.evaluation.engine_only import evaluate
from docagent.evaluation.plots import plot
from docagent.evaluation.results import Results

MODES: tuple[Mode, ...] = ("none", "yarn", "dca")


def test_needles_in_the_native_window_are_likeliest_in_every_mode(
    qwen: ChatQwen2, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docagent.evaluation.engine_only.CANDIDATES", 3)
    monkeypatch.setattr("docagent.evaluation.engine_only._ANSWER_TOKENS", 2)
    monkeypatch.setattr("docagent.evaluation.engine_only.samples", lambda _: 1)
    with Results(tmp_path, {}) as results:
        evaluate(qwen, [400], 2, MODES, 0, results, None)
        before = dict(results.cases)
        evaluate(qwen, [400], 2, MODES, 0, results, None)  # nothing is left
    cases = list(results.cases.values())
    assert results.cases == before and len(cases) == 3 * 2
    likeliest = [case["scores"]["likeliest"] for case in cases]
    assert sum(likeliest) / len(likeliest) > 0.9
    for case in cases:
        assert case["prompt_tokens"] <= 400
        assert len(set(case["candidates"])) == 3 and case["candidates"][0] == case["values"][0]
    # Within the native window the three are one method.
    scores = [[case["losses"] for case in cases if case["mode"] == mode] for mode in MODES]
    assert scores[0] == scores[1] == scores[2]
    if pytest.importorskip("matplotlib"):
        assert plot(cases, tmp_path)[0].read_text("utf-8").startswith("<?xml")


def test_too_few_tokens(qwen: ChatQwen2, tmp_path: Path) -> None:
    with Results(tmp_path, {}) as results, pytest.raises(DocAgentError, match="too few"):
        evaluate(qwen, [200], 11, ["yarn"], 0, results, None)
