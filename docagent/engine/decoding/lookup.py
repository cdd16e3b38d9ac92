"""Prompt lookup: what the prompt itself suggests as the next tokens.

An answer that quotes its document repeats runs of its tokens. If the last few tokens stand in the
prompt, what followed them there is a good guess, and one forward pass checks many guessed tokens
at once (Saxena 2023, prompt-lookup-decoding; here the longest and then the latest match is taken,
and texts alone are searched, never the instructions around them).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

LEAST_MATCH = 2
"""Tokens that must agree. One alone matches nearly everywhere: its guesses seldom hold."""

FEWEST, MOST = 4, 24
"""Guessed tokens a step. Up to 32 rows cost the CPU's matrix products what two do, but each row
attends to the whole context."""


class Lookup:
    """Guesses for one answer, from the tokens of its prompt and of the answer itself."""

    def __init__(self, prompt: Sequence[int], start: int = 0) -> None:
        """`start`: the first token of the prompt to quote from."""
        self._tokens = list(prompt)
        self._places: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        self._indexed = start
        self._size = 2 * FEWEST
        self._index()

    def push(self, token: int) -> None:
        """The answer's next token."""
        self._tokens.append(token)
        self._index()

    def guess(self, most: int) -> list[int]:
        """Up to `most` tokens that may come next; none where nothing matches."""
        at = self._match()
        if at is None:
            return []
        return self._tokens[at : at + min(most, self._size)]

    def learn(self, guessed: int, right: int) -> None:
        """How many of the last guess held: longer guesses after success, shorter after failure."""
        if guessed and right == guessed:
            self._size = min(2 * self._size, MOST)
        elif right < guessed // 2:
            self._size = max(self._size // 2, FEWEST)

    def _index(self) -> None:
        # A pair is entered only once a token follows it: the newest pair must not find itself.
        for end in range(self._indexed + LEAST_MATCH, len(self._tokens)):
            pair = tuple(self._tokens[end - LEAST_MATCH : end])
            self._places[pair].append(end)
            self._indexed = end - LEAST_MATCH + 1

    def _match(self) -> int | None:
        """Where the longest earlier copy of the newest tokens ends; the latest of equals."""
        tokens, now = self._tokens, len(self._tokens)
        best, longest = None, 0
        # Common pairs stand in hundreds of places; the latest ones are looked at.
        for place in reversed(self._places.get(tuple(tokens[-LEAST_MATCH:]), [])[-64:]):
            length = LEAST_MATCH
            while (
                length < 32
                and place > length
                and tokens[place - length - 1] == tokens[now - length - 1]
            ):
                length += 1
            if length > longest:
                best, longest = place, length
        return best
