"""What reading takes on this machine: said before it starts, from a speed that is kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from docagent.events import Progress
from docagent.reading.map_reduce import is_cached

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from docagent.model import Model
    from docagent.reply_cache import ReplyCache

log = logging.getLogger("docagent")

# A token written takes as long as three that are read: 11 and 35 a second of Qwen2.5-1.5B on two
# cores.
_WRITTEN = 3
_PROBE = 128  # words that tell the speed of a model that has read nothing here yet
_LONG = 20  # seconds; a shorter wait is not announced anew


class Cost:
    """The seconds that parts take, by their tokens and the tokens of a `reply`.

    A part whose prompt was replied to by an earlier run costs nothing.
    """

    def __init__(
        self,
        kept: ReplyCache,
        model: Model,
        prompts: Sequence[list[BaseMessage]],
        tokens: Sequence[int],
        reply: int,
    ) -> None:
        self._kept = kept
        self._model = model
        self._tokens = tokens
        self._known = known = [is_cached(model, kept, prompt) for prompt in prompts]
        self._weights = [
            0 if old else n + _WRITTEN * reply for n, old in zip(tokens, known, strict=True)
        ]
        self._written = reply * known.count(False)
        self._done: set[int] = set()
        self._begun = time.perf_counter()

    def announce(self) -> str:
        """How much there is to read and how long that takes; logged unless it is nothing."""
        text = f"{len(self._tokens)} parts"
        if any(self._known):
            text += f", {sum(self._known)} of them kept from before"
        left = sum(n for n, old in zip(self._tokens, self._known, strict=True) if not old)
        text += f"; {left:,} tokens to read"
        if left:
            text += f", about {duration(self._left * self._speed())}"
            log.info(
                "Reading %s; some %s tokens to write. Ctrl-C keeps what is read.",
                text,
                f"{self._written:,}",
            )
        self._begun = time.perf_counter()
        return text

    def done(self, number: int) -> Progress:
        """A part was read. The speed is kept; after the first part the time left is logged."""
        first = not any(map(self._weights.__getitem__, self._done))
        self._done.add(number)
        if self._weights[number]:
            read = sum(self._weights[done] for done in self._done)
            speed = (time.perf_counter() - self._begun) / read
            self._kept.put(speed, *_key(self._model))
            if first and self._left * speed > _LONG:
                log.info("Reading takes about %s more.", duration(self._left * speed))
        return Progress("parts", len(self._done), len(self._tokens), "parts")

    @property
    def _left(self) -> int:
        return sum(tokens for at, tokens in enumerate(self._weights) if at not in self._done)

    def _speed(self) -> float:
        """Seconds a token: as parts took the last time, else as a prompt was read, or a trial."""
        if kept := self._kept.get(*_key(self._model)):
            return float(kept)
        speed = self._model.reading_speed
        return 1 / speed if speed else _tried(self._model)


def duration(seconds: float) -> str:
    """ "40 s", "6 min" or "2.5 h"."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _tried(model: Model) -> float:
    """Seconds a token of a short prompt; one before it takes what only the first one takes."""
    from langchain_core.messages import HumanMessage

    model.reply([HumanMessage("Say yes.")], max_tokens=1)
    text = " ".join(f"word{number}" for number in range(_PROBE))
    begun = time.perf_counter()
    model.reply([HumanMessage(text)], max_tokens=1)
    return (time.perf_counter() - begun) / (model.count(text) + _WRITTEN)


def _key(model: Model) -> tuple[str, ...]:
    return "seconds a token", model.identity, model.reader
