"""One answer with its moments."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from docagent.engine.engine import Engine


@dataclass(frozen=True)
class Timed:
    """The tokens of an answer, seconds to the first of them, and seconds in all."""

    tokens: list[int]
    first: float
    total: float

    @property
    def rest(self) -> float:
        """Seconds from the first token to the last: the prompt does not count."""
        return self.total - self.first


def write(engine: Engine, ids: Sequence[int], new: int, **options: Any) -> Timed:
    """An answer of the engine; `options` are those of `Engine.write`."""
    tokens: list[int] = []
    start = time.perf_counter()
    first = 0.0
    for token in engine.write(ids, max_new_tokens=new, **options):
        if not tokens:
            first = time.perf_counter() - start
        tokens.append(token)
    return Timed(tokens, first, time.perf_counter() - start)
