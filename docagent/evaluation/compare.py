"""Two runs on the same questions: what changed, and is it more than chance?"""

from __future__ import annotations

from pathlib import Path

from docagent.errors import DocAgentError
from docagent.evaluation.intervals import Estimate, difference
from docagent.evaluation.results import Case, read_costs, read_results
from docagent.evaluation.summary import METRICS, metrics

# A case has changed where one of these differs between the runs.
_OUTCOMES = (
    *("contained", "hit_any", "answered", "refusal_recall"),
    *("found", "cited", "refused", "refused_like", "likeliest"),
)


class Comparison:
    """Cases that two runs have in common, paired by id.

    Takes folders of results, or their files. Raises DocAgentError if no id is in both, or one id
    asks different questions.
    """

    def __init__(self, first: Path, second: Path) -> None:
        self.settings, a = read_results(first)
        self.other_settings, b = read_results(second)
        self.ids = [id for id in a if id in b]
        self.unpaired = len(a.keys() ^ b.keys())
        if not self.ids:
            raise DocAgentError(f"{first} and {second} have no case in common.")
        for id in self.ids:
            if a[id].get("question") != b[id].get("question"):
                raise DocAgentError(f"{first} and {second} ask different questions as {id!r}.")
        self._a = _with_costs(a, first, self.ids)
        self._b = _with_costs(b, second, self.ids)

    def settings_changed(self) -> list[str]:
        """Lines like "strategy: retrieve -> read"."""
        a, b = self.settings, self.other_settings
        return [
            f"{name}: {a.get(name)} -> {b.get(name)}"
            for name in {**a, **b}
            if a.get(name) != b.get(name)
        ]

    def differences(self) -> dict[str, tuple[float, float, Estimate]]:
        """For each metric that both have: first mean, second mean, difference."""
        a, b = metrics(self._a), metrics(self._b)
        return {
            name: (_mean(a[name]), _mean(b[name]), change)
            for name in METRICS
            if name in a and name in b and (change := difference(a[name], b[name]))
        }

    def changed(self) -> list[tuple[Case, list[str]]]:
        """Cases with another outcome and lines like "contained: 1 -> 0"; worse ones first."""
        changes = []
        for a, b in zip(self._a, self._b, strict=True):
            old, new = a["scores"], b["scores"]
            names = [
                name
                for name in _OUTCOMES
                if None not in (old.get(name), new.get(name)) and old[name] != new[name]
            ]
            if names:
                lines = [f"{name}: {old[name]:g} -> {new[name]:g}" for name in names]
                changes.append((sum(new[name] - old[name] for name in names), b, lines))
        changes.sort(key=lambda change: change[0])
        return [(case, lines) for _, case, lines in changes]


def _with_costs(cases: dict[str | int, Case], path: Path, ids: list[str | int]) -> list[Case]:
    """The cases of these ids, their costs among their scores."""
    costs = read_costs(path)
    return [{**cases[id], "scores": {**cases[id]["scores"], **costs.get(id, {})}} for id in ids]


def _mean(values: list[float | None]) -> float:
    numbers = [value for value in values if value is not None]
    return sum(numbers) / len(numbers)
