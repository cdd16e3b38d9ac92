"""A queue in front of work that can only be done a little at a time."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_WEIGHT = 0.2  # of the newest duration in the mean
_UNKNOWN = 10.0  # seconds that are told where nothing was measured yet


class Busy(Exception):
    """No place is free and the queue is full; `seconds` until a place in it should be."""

    def __init__(self, seconds: float) -> None:
        super().__init__("busy")
        self.seconds = seconds

    @property
    def retry_after(self) -> str:
        """For the header Retry-After: whole seconds, at least one."""
        return str(max(1, math.ceil(self.seconds)))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place in the queue, 1 for the next, and the seconds it should take; None if unknown."""

    position: int
    seconds: float | None


@dataclass(eq=False)
class Ticket:
    """One that waits, or works since `begun`. `start` is called when its turn comes."""

    start: Callable[[], None]
    moved: Callable[[Waiting], None]
    begun: float | None = None


class Gate:
    """At most `places` work at once and `room` wait, first come first served.

    Not thread-safe: all of it happens in the event loop.
    """

    def __init__(self, places: int, room: int) -> None:
        self.places, self.room = places, room
        self._queue: deque[Ticket] = deque()
        self._working: set[Ticket] = set()
        self._mean: float | None = None

    @property
    def working(self) -> int:
        """How many work now."""
        return len(self._working)

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._queue)

    def join(self, start: Callable[[], None], moved: Callable[[Waiting], None]) -> Ticket:
        """Call `start` when there is a place, and until then `moved` with the way there.

        Raises Busy where the queue is full.
        """
        ticket = Ticket(start, moved)
        if len(self._working) < self.places:
            self._begin(ticket)
        elif len(self._queue) < self.room:
            self._queue.append(ticket)
            moved(self._way(len(self._queue)))
        else:
            raise Busy(self._seconds(1) or _UNKNOWN)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Give up a place or the wait for one; a second time nothing happens."""
        if ticket in self._working:
            self._working.remove(ticket)
            assert ticket.begun is not None
            self._measure(time.monotonic() - ticket.begun)
        elif ticket in self._queue:
            self._queue.remove(ticket)
        else:
            return
        while self._queue and len(self._working) < self.places:
            self._begin(self._queue.popleft())
        for position, other in enumerate(self._queue, 1):
            other.moved(self._way(position))

    def _begin(self, ticket: Ticket) -> None:
        ticket.begun = time.monotonic()
        self._working.add(ticket)
        ticket.start()

    def _way(self, position: int) -> Waiting:
        return Waiting(position, self._seconds(position))

    def _seconds(self, position: int) -> float | None:
        """Until the place at this position of the queue comes up, by the mean of the last ones."""
        if self._mean is None:
            return None
        return round(self._mean * position / self.places, 1)

    def _measure(self, seconds: float) -> None:
        old = seconds if self._mean is None else self._mean
        self._mean = old + _WEIGHT * (seconds - old)
