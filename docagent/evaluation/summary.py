"""What all cases say together, and by document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from docagent.evaluation.intervals import Estimate, mean
from docagent.evaluation.results import Case, Results

TITLES = {
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
"""Measures in the order they are shown in."""

COSTS = ("prompt_tokens", "completion_tokens", "tokens_computed", "steps", "seconds")


def measures(cases: Sequence[Case]) -> dict[str, list[float | None]]:
    """Each measure's values in the order of the cases, None where it does not apply."""
    held = [case["scores"] for case in cases]
    names = {name for one in held for name, value in one.items() if value is not None}
    return {name: [one.get(name) for one in held] for name in TITLES if name in names}


def estimates(cases: Sequence[Case]) -> dict[str, Estimate]:
    """Mean and interval of each measure."""
    found = {name: mean(values) for name, values in measures(cases).items()}
    return {name: one for name, one in found.items() if one}


def costs(results: Results) -> dict[str, Estimate]:
    """Tokens, steps and seconds; they differ from run to run."""
    rows = [results.costs[id] for id in results.cases if id in results.costs]
    found = {name: mean([row.get(name) for row in rows]) for name in COSTS}
    return {name: one for name, one in found.items() if one}


def agreement(cases: Sequence[Case]) -> tuple[int, int, int]:
    """Of the judged answers: all, as exact match has it, as "contained" has it."""
    told = [one["scores"] for one in cases if one["scores"].get("judged_right") is not None]
    return (
        len(told),
        sum(one["judged_right"] == one["exact_match"] for one in told),
        sum(one["judged_right"] == one["contained"] for one in told),
    )


def write_summary(results: Results, *groups: str) -> None:
    """summary.json: settings, measures in all and by each key of the cases in `groups`.

    Nothing in it depends on time.
    """
    cases = list(results.cases.values())
    told: dict[str, Any] = {
        "settings": results.settings,
        "n": len(cases),
        "total": _as_json(cases),
    }
    for group in groups:
        names = sorted({case[group] for case in cases})
        told[f"by_{group}"] = {
            name: _as_json([case for case in cases if case[group] == name]) for name in names
        }
    results.write("summary.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def _as_json(cases: list[Case]) -> dict[str, dict[str, float]]:
    return {name: one.as_json() for name, one in estimates(cases).items()}


def table(found: dict[str, Estimate]) -> str:
    """Measures as lines for a terminal."""
    lines = [f"{'MEASURE':<37}{'N':>5}{'MEAN':>9}   95% INTERVAL"]
    for name, one in found.items():
        figures = [_figure(value) for value in (one.value, one.low, one.high)]
        lines.append(f"{TITLES[name]:<37}{one.n:>5}{figures[0]:>9}   {figures[1]} to {figures[2]}")
    return "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.0f}"
