"""Token ids to text as they come: whole characters only, and never a stop string."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docagent.engine.loading.tokenizer import AnyTokenizer

REPLACEMENT = "\ufffd"


class TextStream:
    """Turns ids into pieces of text whose concatenation is the decoded whole.

    A piece is held back while it ends inside a character, or could be the start of a stop string.
    After a stop string `stopped` is true and nothing further comes out.
    """

    def __init__(self, tokenizer: AnyTokenizer, stop: Sequence[str] = ()) -> None:
        self._tokenizer = tokenizer
        self._stop = tuple(text for text in stop if text)
        self._ids: list[int] = []
        self._buffer = ""
        self.stopped = False

    def push(self, token: int) -> str:
        """Text that is certain after one more token; often empty."""
        if self.stopped:
            return ""
        self._ids.append(token)
        text = self._decoded()
        # Byte-level tokens decode to U+FFFD while the rest of a character is missing. A real
        # U+FFFD waits for the next token as well, which costs nothing but a moment.
        if text.endswith(REPLACEMENT):
            return ""
        self._ids.clear()
        return self._released(text, final=False)

    def finish(self) -> str:
        """What was held back, at the end of the answer."""
        if self.stopped:
            return ""
        text = self._decoded()
        self._ids.clear()
        return self._released(text, final=True)

    def _decoded(self) -> str:
        text = self._tokenizer.decode(
            self._ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        assert isinstance(text, str)
        return text

    def _released(self, text: str, *, final: bool) -> str:
        self._buffer += text
        stops = [at for at in map(self._buffer.find, self._stop) if at >= 0]
        if stops:
            self.stopped = True
            released, self._buffer = self._buffer[: min(stops)], ""
            return released
        keep = 0 if final else self._longest_start_of_a_stop()
        cut = len(self._buffer) - keep
        released, self._buffer = self._buffer[:cut], self._buffer[cut:]
        return released

    def _longest_start_of_a_stop(self) -> int:
        """Length of the longest end of the buffered text that begins a stop string."""
        longest = max((len(text) - 1 for text in self._stop), default=0)
        for length in range(min(longest, len(self._buffer)), 0, -1):
            end = self._buffer[-length:]
            if any(text.startswith(end) for text in self._stop):
                return length
        return 0
