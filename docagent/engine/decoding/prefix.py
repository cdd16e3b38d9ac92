"""What prompts have in common at their start."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

TokenIds = NDArray[np.int64]

MIN_PREFIX = 16
"""Tokens; a shorter common prefix is read again rather than copied."""

MAX_OVERWRITTEN = 1024
"""Tokens at the end of a cached prompt that a new prompt may overwrite. More is a branch of its
own: the common part is then copied, and both stay."""


def common_prefix(left: TokenIds, right: TokenIds) -> int:
    """Tokens that two prompts have in common at their start."""
    shorter = min(len(left), len(right))
    differ = np.flatnonzero(left[:shorter] != right[:shorter])
    return int(differ[0]) if len(differ) else shorter


def shared_prefix(prompts: Sequence[Sequence[int]]) -> int:
    """Tokens that all prompts begin with, each keeping at least one; 0 where it is not worth it."""
    if len(prompts) < 2:
        return 0
    lists = [list(ids) for ids in prompts]
    # All others lie between the first and the last in alphabetical order.
    first, last = np.asarray(min(lists)), np.asarray(max(lists))
    common = min(common_prefix(first, last), min(map(len, prompts)) - 1)
    return common if common >= MIN_PREFIX else 0
