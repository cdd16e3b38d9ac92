"""One answer of many that are read and written together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docagent.engine.decoding.request import Request
    from docagent.engine.decoding.scheduler import Scheduler
    from docagent.engine.options import OnPrefill


class ScheduledStream:
    """The token ids of a request that has joined the others.

    Making it waits for the first token, as before that nobody knows how much of the prompt is
    cached. `on_prefill` is called between two steps meanwhile: what it raises ends the request.
    """

    def __init__(
        self, scheduler: Scheduler, request: Request, on_prefill: OnPrefill | None = None
    ) -> None:
        scheduler.submit(request)
        self._tokens = scheduler.tokens(request, on_prefill)
        self._first = next(self._tokens, None)
        self.cached_tokens = request.cached

    def __iter__(self) -> Iterator[int]:
        if self._first is None:
            return
        try:
            yield self._first
            yield from self._tokens
        finally:
            self._tokens.close()
