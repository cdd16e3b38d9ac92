"""The metrics of all cases together, and of groups of them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from docagent.evaluation.intervals import Estimate, mean
from docagent.evaluation.results import Case, Results

METRICS = {
    "hit_first": "first citation on a gold page",
    "hit_any": "any citation on a gold page",
    "evidence": "gold pages cited",
    "contained": "gold answer in answer or quotes",
    "f1": "F1",
    "exact_match": "exact match",
    "answered": "answerable and answered",
    "refusal_precision": "refusals that are right",
    "refusal_recall": "unanswerable and refused",
    "quotes_verified": "quotes verified",
    "closed_contained": "closed book: gold answer",
    "closed_f1": "closed book: F1",
    "judged_right": "right, says the judge",
    "found": "needle's value in answer or quotes",
    "cited": "needle's value cited at its place",
    "refused": "no needle: refused",
    "refused_like": "only one like it: refused",
    "completed": "needle's sentence completed",
    "likeliest": "needle's value likeliest",
    "prompt_tokens": "prompt tokens",
    "completion_tokens": "answer tokens",
    "tokens_computed": "tokens computed",
    "steps": "steps",
    "seconds": "seconds",
}
"""Titles in the order they are printed in."""


def metrics(cases: Sequence[Case]) -> dict[str, list[float | None]]:
    """Each metric's values in the order of the cases, None where it does not apply."""
    scores = [case["scores"] for case in cases]
    return {
        name: [row.get(name) for row in scores]
        for name in METRICS
        if any(row.get(name) is not None for row in scores)
    }


def estimates(cases: Sequence[Case]) -> dict[str, Estimate]:
    """Mean and interval of each metric."""
    return {name: estimate for name, values in metrics(cases).items() if (estimate := mean(values))}


def costs(results: Results) -> dict[str, Estimate]:
    """Tokens, steps and seconds; they differ from run to run."""
    rows = [results.costs[id] for id in results.cases if id in results.costs]
    return estimates([{"scores": row} for row in rows])


def agreement(cases: Sequence[Case]) -> tuple[int, int, int]:
    """Judged answers: all, those where exact match agrees, those where "contained" does."""
    judged = [case["scores"] for case in cases if case["scores"].get("judged_right") is not None]
    exact, contained = (
        sum(scores["judged_right"] == scores[name] for scores in judged)
        for name in ("exact_match", "contained")
    )
    return len(judged), exact, contained


def write_summary(results: Results, *groups: str) -> None:
    """summary.json: settings, metrics in all and by each key of the cases in `groups`.

    Nothing in it depends on time.
    """
    cases = list(results.cases.values())
    summary = {"settings": results.settings, "n": len(cases), "total": _as_json(cases)}
    for group in groups:
        names = sorted({case[group] for case in cases})
        summary[f"by_{group}"] = {
            name: _as_json([case for case in cases if case[group] == name]) for name in names
        }
    results.write("summary.json", json.dumps(summary, ensure_ascii=False, indent=1) + "\n")


def _as_json(cases: Sequence[Case]) -> dict[str, dict[str, float]]:
    return {name: estimate.as_json() for name, estimate in estimates(cases).items()}


def overview(results: Results) -> str:
    """Model, strategy and all metrics, for a terminal."""
    cases, settings = list(results.cases.values()), results.settings
    how = "engine alone"
    if not settings.get("engine_only"):
        strategy = settings["strategy"]
        taken = sorted({str(case["strategy"]) for case in cases})  # by the agent, where auto
        how = f"strategy {strategy}" + (f" ({', '.join(taken)})" if taken != [strategy] else "")
    return f"model {settings['model']}, {how}\n\n{table({**estimates(cases), **costs(results)})}"


def table(rows: dict[str, Estimate]) -> str:
    """Metrics as lines for a terminal."""
    lines = [f"{'MEASURE':<37}{'N':>5}{'MEAN':>9}   95% INTERVAL"]
    for name, row in rows.items():
        value, low, high = map(_figure, (row.value, row.low, row.high))
        lines.append(f"{METRICS[name]:<37}{row.n:>5}{value:>9}   {low} to {high}")
    return "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.0f}"
