"""Two runs on the same questions: what changed, and is it more than chance?"""

from __future__ import annotations

from pathlib import Path

from docagent.errors import DocAgentError
from docagent.evaluation.intervals import Estimate, difference
from docagent.evaluation.results import Case, read_costs, read_results
from docagent.evaluation.summary import COSTS, TITLES, measures

# What makes a case one that changed, where it differs between the runs.
_TELLING = (
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
        self.alone = len(a.keys() ^ b.keys())
        if not self.ids:
            raise DocAgentError(f"{first} and {second} have no case in common.")
        for id in self.ids:
            if a[id].get("question") != b[id].get("question"):
                raise DocAgentError(f"{first} and {second} ask different questions as {id!r}.")
        # `measures` reads scores, so that costs join as such.
        self._a = _joined(a, read_costs(first), self.ids)
        self._b = _joined(b, read_costs(second), self.ids)

    def settings_changed(self) -> list[str]:
        """Lines like "strategy: retrieve -> read"."""
        a, b = self.settings, self.other_settings
        return [
            f"{name}: {a.get(name)} -> {b.get(name)}"
            for name in {**a, **b}
            if a.get(name) != b.get(name)
        ]

    def differences(self) -> dict[str, tuple[float, float, Estimate]]:
        """For each measure that both have: first mean, second mean, difference."""
        a, b = measures(self._a), measures(self._b)
        found = {}
        for name in TITLES:
            if name in a and name in b and (change := difference(a[name], b[name])):
                found[name] = _mean(a[name]), _mean(b[name]), change
        return found

    def changed(self) -> list[tuple[Case, list[str]]]:
        """Cases with another outcome and lines like "contained: 1 -> 0"; worse ones first."""
        found = []
        for a, b in zip(self._a, self._b, strict=True):
            was, now = a["scores"], b["scores"]
            moved = [
                name
                for name in _TELLING
                if was.get(name) is not None
                and now.get(name) is not None
                and was[name] != now[name]
            ]
            if moved:
                lines = [f"{name}: {was[name]:g} -> {now[name]:g}" for name in moved]
                found.append((sum(now[name] - was[name] for name in moved), b, lines))
        found.sort(key=lambda one: one[0])
        return [(case, lines) for _, case, lines in found]


def _joined(
    cases: dict[str | int, Case], costs: dict[str | int, Case], ids: list[str | int]
) -> list[Case]:
    return [
        {
            **cases[id],
            "scores": {
                **cases[id]["scores"],
                **{name: costs[id][name] for name in COSTS if name in costs.get(id, {})},
            },
        }
        for id in ids
    ]


def _mean(values: list[float | None]) -> float:
    held = [value for value in values if value is not None]
    return sum(held) / len(held)
