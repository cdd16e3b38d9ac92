"""Which of several servers reads a prompt: the one that has read its beginning before."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Collection, Sequence

from langchain_core.messages import BaseMessage

_BEGINNING = 1000  # characters of a message; prompts on one text share more, other texts differ
_REST = 30.0  # seconds for which a server that failed is asked last


def beginning(messages: Sequence[BaseMessage]) -> str:
    """What a server's prefix cache knows a prompt by: how it begins, up to the first question.

    Questions on one text begin with that text, and a conversation with its first turn.
    """
    parts: list[str] = []
    for message in messages:
        parts.append(message.text[:_BEGINNING])
        if message.type == "human":
            break
    return "\x00".join(parts)


class Routing:
    """Servers by number, with what each has in hand; for threads and for asyncio.

    By rendezvous hashing a prompt has an order of servers of its own, which a server more or less
    leaves as it is. No server gets more than `limit` prompts at once.
    """

    def __init__(self, servers: Sequence[str], limit: int) -> None:
        self._servers, self._limit = servers, limit
        self._busy = [0] * len(servers)
        self._failed = [float("-inf")] * len(servers)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._servers)

    def take(self, key: str, without: Collection[int] = ()) -> int | None:
        """A place at the best server for a prompt that has one; None: all of them are full."""
        with self._lock:
            for number in self.ranked(key):
                if number not in without and self._busy[number] < self._limit:
                    self._busy[number] += 1
                    return number
        return None

    def give_back(self, number: int, failed: bool) -> None:
        """The place that `take` gave; a server that failed is asked last for a while."""
        with self._lock:
            self._busy[number] -= 1
            self._failed[number] = time.monotonic() if failed else float("-inf")

    def ranked(self, key: str) -> list[int]:
        """All servers, best first."""
        resting = time.monotonic() - _REST

        def place(number: int) -> tuple[bool, str]:
            text = f"{self._servers[number]}\x00{key}".encode("utf-8", "surrogatepass")
            return self._failed[number] > resting, hashlib.sha256(text).hexdigest()

        return sorted(range(len(self._servers)), key=place)
