"""What model calls cost in tokens where a server has a perfect prefix cache."""

from __future__ import annotations

import json
import threading
from bisect import bisect_left, insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_WIDTH = 4  # bytes of a token; big-endian, so that bytes sort as tokens do


@dataclass(frozen=True, slots=True)
class Cost:
    """Calls, tokens of their prompts, how many of those no earlier call held, tokens of replies."""

    calls: int = 0
    prompt: int = 0
    computed: int = 0
    completion: int = 0

    def __sub__(self, other: Cost) -> Cost:
        return Cost(
            self.calls - other.calls,
            self.prompt - other.prompt,
            self.computed - other.computed,
            self.completion - other.completion,
        )


class Meter:
    """Counts calls; it remembers every prompt and reply, and the longest common beginning is free.

    No real cache is larger. At least one token of a prompt is computed. Threads may share it.
    """

    def __init__(self, encode: Callable[[str], Sequence[int]]) -> None:
        self._encode = encode
        self._seen: list[bytes] = []
        self._lock = threading.Lock()
        self.total = Cost()

    def add(self, prompt: str, reply: str) -> Cost:
        """Count one call, given the whole text of its prompt, and return what it cost."""
        begun, written = self._encode(prompt), self._encode(reply)
        key = np.asarray([*begun, *written], dtype=">u4").tobytes()
        with self._lock:
            # What shares most with it sorts next to it.
            at = bisect_left(self._seen, key)
            known = max(
                (_shared(key, near) for near in self._seen[max(at - 1, 0) : at + 1]), default=0
            )
            computed = len(begun) - min(known, len(begun) - 1)
            insort(self._seen, key)
            cost = Cost(1, len(begun), computed, len(written))
            total = self.total
            self.total = Cost(
                total.calls + 1,
                total.prompt + cost.prompt,
                total.computed + cost.computed,
                total.completion + cost.completion,
            )
        return cost

    def forget(self) -> None:
        """Begin anew, with nothing cached."""
        with self._lock:
            self._seen.clear()
            self.total = Cost()


def _shared(one: bytes, other: bytes) -> int:
    """Tokens that both begin with."""
    length = min(len(one), len(other))
    differs = np.flatnonzero(
        np.frombuffer(one[:length], ">u4") != np.frombuffer(other[:length], ">u4")
    )
    return int(differs[0]) if differs.size else length // _WIDTH


def conversation(
    messages: Sequence[tuple[str, str]], tools: Sequence[Mapping[str, Any]] = ()
) -> str:
    """(role, text) messages in Qwen2's chat template, tools as JSON lines before them."""
    told = "".join(json.dumps(tool) + "\n" for tool in tools)
    turns = "".join(f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in messages)
    return f"{told}{turns}<|im_start|>assistant\n"
