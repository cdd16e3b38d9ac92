"""What reading will take: said before it starts, and in time once the speed is measured."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from docagent.events import Progress

log = logging.getLogger("docagent")

_MEASURED = 2  # parts that tell the speed; the first also warms up
_WORTH = 20  # seconds; a shorter wait is not announced


class Cost:
    """Parts by their tokens; those that are `known` from earlier runs cost nothing."""

    def __init__(self, tokens: Sequence[int], known: Sequence[bool]) -> None:
        self.tokens = tokens
        self.known = known
        self._left = sum(n for n, kept in zip(tokens, known, strict=True) if not kept)
        self._read = self._parts = self._done = 0
        self._begun = time.perf_counter()

    def announce(self) -> str:
        """How much there is to read, logged unless that is nothing."""
        kept = sum(self.known)
        told = f"{len(self.known)} parts"
        if kept:
            told += f", {kept} of them kept from before"
        told += f"; {self._left:,} tokens to read"
        if self._left:
            log.info("%s. Ctrl-C keeps what is read.", told)
        return told

    def done(self, number: int) -> Progress:
        """A part was read. After the second one the time that is left is logged."""
        self._done += 1
        if not self.known[number]:
            self._left -= self.tokens[number]
            self._read += self.tokens[number]
            self._parts += 1
            if self._parts == _MEASURED:
                seconds = (time.perf_counter() - self._begun) / self._read * self._left
                if seconds > _WORTH:
                    log.info("Reading takes about %s more.", duration(seconds))
        return Progress("parts", self._done, len(self.tokens), "parts")


def duration(seconds: float) -> str:
    """ "40 s", "6 min" or "2.5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
