"""Prompt lookup: what the prompt itself suggests as the next tokens.

An answer that quotes its document repeats runs of its tokens. If the last few tokens stand in the
prompt, what followed them there is a good guess, and one forward pass checks many guessed tokens
at once (Saxena 2023, prompt-lookup-decoding; here the longest and then the latest match is taken,
and texts alone are searched, never the instructions around them).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

MIN_MATCH = 2
"""Tokens that must agree. One alone matches nearly everywhere: its guesses seldom hold."""

MIN_PROPOSED, MAX_PROPOSED = 4, 24
"""Proposed tokens a step. Up to 32 rows cost the CPU's matrix products what two do, but each row
attends to the whole context."""


class NgramProposer:
    """Guesses for one answer, from the tokens of its prompt and of the answer itself."""

    def __init__(self, prompt: Sequence[int], start: int = 0) -> None:
        """`start`: the first token of the prompt to quote from."""
        self._tokens = list(prompt)
        self._places: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        self._indexed = start
        self._size = 2 * MIN_PROPOSED
        self._index()

    def push(self, token: int) -> None:
        """The answer's next token."""
        self._tokens.append(token)
        self._index()

    def propose(self, limit: int) -> list[int]:
        """Up to `limit` tokens that may come next; none where nothing matches."""
        at = self._match()
        if at is None:
            return []
        return self._tokens[at : at + min(limit, self._size)]

    def adapt(self, guessed: int, right: int) -> None:
        """Propose more tokens after success, fewer after failure."""
        if guessed and right == guessed:
            self._size = min(2 * self._size, MAX_PROPOSED)
        elif right < guessed // 2:
            self._size = max(self._size // 2, MIN_PROPOSED)

    def _index(self) -> None:
        # A pair is entered only once a token follows it: the newest pair must not find itself.
        for end in range(self._indexed + MIN_MATCH, len(self._tokens)):
            pair = tuple(self._tokens[end - MIN_MATCH : end])
            self._places[pair].append(end)
            self._indexed = end - MIN_MATCH + 1

    def _match(self) -> int | None:
        """Where the longest earlier copy of the newest tokens ends; the latest of equals."""
        tokens, now = self._tokens, len(self._tokens)
        best, longest = None, 0
        # Common pairs stand in hundreds of places; the latest ones are looked at.
        for place in reversed(self._places.get(tuple(tokens[-MIN_MATCH:]), [])[-64:]):
            length = MIN_MATCH
            while (
                length < 32
                and place > length
                and tokens[place - length - 1] == tokens[now - length - 1]
            ):
                length += 1
            if length > longest:
                best, longest = place, length
        return best
